package bench;

import java.util.regex.Pattern;

/** Forms and check digits of the identifiers (R1, R2). */
final class Numbers {
  private static final Pattern SOR_ID = Pattern.compile("[1-9][0-9]{0,7}100001600[0-9]");
  private static final Pattern GLN = Pattern.compile("[0-9]{13}");
  private static final Pattern BETWEEN = Pattern.compile("[\\s.\\-]");
  private static final int[][] TURNS = new int[8][10];
  private static final int[] TURN = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};

  static {
    for (int digit = 0; digit < 10; digit++) TURNS[0][digit] = digit;
    for (int place = 1; place < 8; place++)
      for (int digit = 0; digit < 10; digit++) TURNS[place][digit] = TURN[TURNS[place - 1][digit]];
  }

  private Numbers() {}

  static void sorId(String text) {
    Change.check(SOR_ID.matcher(text).matches(), "SOR-id");
    int sum = 0;
    for (int at = 0; at < text.length(); at++)
      sum = times(sum, TURNS[at % 8][text.charAt(text.length() - 1 - at) - '0']);
    Change.check(sum == 0, "check digit of the SOR-id");
  }

  static void gln(String text) {
    Change.check(GLN.matcher(text).matches(), "GLN");
    int sum = 0;
    for (int at = 0; at < 13; at++) sum += (text.charAt(at) - '0') * (at % 2 == 0 ? 1 : 3);
    Change.check(sum % 10 == 0, "check digit of the GLN");
  }

  static String bare(String number) {
    if (number == null) return null;
    String bare = BETWEEN.matcher(number).replaceAll("");
    return bare.startsWith("DK") ? bare.substring(2) : bare;
  }

  /** Multiplication in the dihedral group of order ten (Verhoeff). */
  private static int times(int one, int other) {
    if (one < 5) return other < 5 ? (one + other) % 5 : 5 + (one + other) % 5;
    return other < 5 ? 5 + (one - other + 5) % 5 : (one - other + 5) % 5;
  }
}
