"""Names of people and of clinics, plausible and made up."""

from __future__ import annotations

from typing import NamedTuple

GIVEN_NAMES: tuple[str, ...] = (
    "Anders", "Anne", "Birgit", "Camilla", "Christian", "Ditte", "Emil", "Freja", "Gitte", "Hanne", "Henrik",
    "Ida", "Jens", "Kirsten", "Lars", "Lene", "Mads", "Maja", "Mette", "Niels", "Ole", "Pernille", "Rasmus",
    "Signe", "Søren", "Tine", "Ulla", "Vibeke", "Åse",
)  # fmt: skip
FAMILY_NAMES: tuple[str, ...] = (
    "Andersen", "Bach", "Christensen", "Dahl", "Eriksen", "Frandsen", "Gregersen", "Holm", "Iversen",
    "Jensen", "Kjær", "Larsen", "Madsen", "Nielsen", "Olesen", "Poulsen", "Rasmussen", "Schmidt", "Sørensen",
    "Thomsen", "Vestergaard", "Winther", "Østergaard", "Aagaard",
)  # fmt: skip


class ClinicKind(NamedTuple):
    """A kind of private clinic: its SOR entity type by Danish label, and how often and how it is named.

    `share` is a weight of ours and no statistic: how many of each kind there are is not published.
    """

    entity_type: str
    share: int
    names: tuple[str, ...]


CLINIC_KINDS: tuple[ClinicKind, ...] = (
    ClinicKind("almen lægepraksis", 20, ("Lægehuset {street}", "Lægerne {street}", "Læge {person}")),
    ClinicKind("tandlægepraksis", 16, ("Tandlægerne {street}", "{city} Tandklinik", "Tandlæge {person}")),
    ClinicKind("fysioterapiklinik", 12, ("{city} Fysioterapi", "Fysioterapien {street}")),
    ClinicKind("fodterapeutklinik", 10, ("{city} Fodterapi", "Fodklinikken v/{person}")),
    ClinicKind("speciallægepraksis", 8, ("Speciallægeklinikken {city}", "Speciallæge {person}")),
    ClinicKind("kiropraktorklinik", 5, ("Kiropraktisk Klinik {city}", "Kiropraktor {person}")),
    ClinicKind("kosmetisk klinik", 4, ("Klinik {person}", "{city} Hudklinik")),
    ClinicKind("optikervirksomhed", 4, ("Optik {city}", "Optiker {person}")),
    ClinicKind("tandplejeklinik", 3, ("{city} Tandpleje", "Tandplejer {person}")),
    ClinicKind("tandteknisk klinik", 3, ("{city} Tandteknik", "Klinisk tandtekniker {person}")),
    ClinicKind("diætistklinik", 3, ("Diætist {person}", "{city} Diætistklinik")),
    ClinicKind("apotek", 3, ("{city} {street} Apotek",)),
    ClinicKind("jordemoderklinik", 2, ("Jordemoderhuset {city}",)),
    ClinicKind("ergoterapiklinik", 2, ("{city} Ergoterapi",)),
    ClinicKind("bandagistklinik", 2, ("{city} Bandagist",)),
    ClinicKind("osteopatiklinik", 2, ("{city} Osteopati",)),
    ClinicKind("vaccinationsklinik", 2, ("Vaccinationsklinikken {city}",)),
    ClinicKind("bosted", 2, ("Bostedet {street}",)),
    ClinicKind("internetbaseret sundhedsydelse", 1, ("Netlægen {person}",)),
)
