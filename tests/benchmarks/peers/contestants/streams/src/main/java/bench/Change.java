package bench;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;

/** One version of a SOR entity, checked as Sorbro's contract checks it. */
@JsonIgnoreProperties(ignoreUnknown = true)
record Change(
    @JsonProperty(required = true) String sorId,
    @JsonProperty(required = true) String sorType,
    @JsonProperty(required = true) String ownerSorId,
    @JsonProperty(required = true) String parentSorId,
    @JsonProperty(required = true) long version,
    @JsonProperty(required = true) String registeredAt,
    @JsonProperty(required = true) String channel,
    @JsonProperty(required = true) String status,
    @JsonProperty(required = true) String fromDate,
    String firstFromDate,
    @JsonProperty(required = true) String toDate,
    @JsonProperty(required = true) String name,
    String entityType,
    String ownerType,
    @JsonProperty(required = true) boolean isTreatmentPlace,
    String cvr,
    String pNumber,
    Address postalAddress,
    Address visitingAddress,
    Address activityAddress,
    String telephone,
    String email,
    String website,
    List<Speciality> specialities,
    String providerId,
    String shak,
    LocationNumber locationNumber,
    List<String> replaces,
    List<String> replacedBy,
    String movedToOwnerSorId) {

  private static final Set<String> SOR_TYPES = Set.of("IE", "SI", "OE");
  private static final Set<String> CHANNELS = Set.of("self-service", "sor-office", "sorus", "snapshot");
  private static final Set<String> STATUSES = Set.of("requested", "approved");
  private static final Set<String> OWNER_TYPES = Set.of("private", "municipality", "region", "state");

  Change {
    Numbers.sorId(sorId);
    Numbers.sorId(ownerSorId);
    if (parentSorId != null) Numbers.sorId(parentSorId);
    if (movedToOwnerSorId != null) Numbers.sorId(movedToOwnerSorId);
    replaces = checked(replaces);
    replacedBy = checked(replacedBy);
    specialities = specialities == null ? List.of() : specialities;
    check(SOR_TYPES.contains(sorType) && CHANNELS.contains(channel) && STATUSES.contains(status), "code");
    check(ownerType == null || OWNER_TYPES.contains(ownerType), "owner type");
    check(version >= 0, "version");
    Instant.parse(registeredAt);
    LocalDate.parse(fromDate);
    if (firstFromDate != null) LocalDate.parse(firstFromDate);
    if (toDate != null) LocalDate.parse(toDate);
    check(!name.isEmpty() && name.length() <= 300, "name");
    check(specialities.size() <= 20 && replaces.size() <= 1000 && replacedBy.size() <= 1000, "too many");
    for (String line : new String[] {telephone, email, website}) check(line == null || line.length() <= 300, "line");
    for (String code : new String[] {entityType, shak}) check(code == null || code.length() <= 40, "code");
    cvr = Numbers.bare(cvr);
    pNumber = Numbers.bare(pNumber);
    boolean isOwner = sorType.equals("IE");
    check(isOwner == (parentSorId == null) && isOwner == sorId.equals(ownerSorId), "tree");
    check(!isOwner || ownerType != null, "owner type");
  }

  private static List<String> checked(List<String> ids) {
    if (ids == null) return List.of();
    ids.forEach(Numbers::sorId);
    return ids;
  }

  static void check(boolean holds, String what) {
    if (!holds) throw new IllegalArgumentException(what);
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Address(
      String street,
      String number,
      String floor,
      String door,
      String postcode,
      String city,
      String municipalityCode,
      String countryCode) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Speciality(String code, String kind) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record LocationNumber(
      String gln, boolean inherited, String region, String ediSystem, String systemSupplier, String networkOperator) {
    LocationNumber {
      if (gln != null) Numbers.gln(gln);
    }
  }
}
