"""For STPS: when a place counts as registered, and what a decision of yours changes."""


def test_a_place_is_registered_when_it_has_told_its_own_half(given, at, then):
    clinic = given.clinic("Fysioterapien Torvet")
    then.forwarded(clinic, state="awaiting-self-registration")
    then.nothing_else()  # and no fee

    at("2023-03-01 09:30")
    given.self_registration(clinic, category="5")
    then.registered(clinic)
    then.invoiced(clinic, 2023, amount="1726.00")


def test_a_place_you_take_out_of_the_register_stays_out_until_it_registers_anew(given, at, then):
    clinic = given.clinic("Fysioterapien Torvet")
    given.self_registration(clinic)
    given.notice("deregistration.decided", clinic, effective_on="2023-04-01", initiator="stps", treated_in_year=False)
    at("2023-04-01")
    then.deregistered(clinic, cause="stps-decision", last_day="2023-03-31")
    given.version(clinic, telephone="98123456")
    then.nothing_else()
