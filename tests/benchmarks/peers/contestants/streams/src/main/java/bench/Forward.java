package bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** What is forwarded of a unit; without a version it is the content that is compared. */
record Forward(
    String sorId,
    String ownerSorId,
    @JsonInclude(JsonInclude.Include.NON_NULL) Long version,
    String status,
    String toDate,
    String name,
    String entityType,
    String cvr,
    @JsonProperty("pNumber") String pNumber,
    Change.Address visitingAddress,
    Change.Address activityAddress,
    String telephone,
    String email,
    String website,
    List<Change.Speciality> specialities) {

  static Forward of(Change unit, Long version) {
    return new Forward(
        unit.sorId(), unit.ownerSorId(), version, unit.status(), unit.toDate(), unit.name(), unit.entityType(),
        unit.cvr(), unit.pNumber(), unit.visitingAddress(), unit.activityAddress(), unit.telephone(), unit.email(),
        unit.website(), unit.specialities());
  }
}
