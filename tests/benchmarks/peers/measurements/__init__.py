"""What is measured of Sorbro besides the contest, in the same run on the same broker."""
