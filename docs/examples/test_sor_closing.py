"""For SOR: what follows from closing a company, and from changing one's mind."""


def test_a_company_takes_its_clinics_along_but_one_that_closes_earlier_by_itself(given, at, then):
    company = given.owner("Limfjordens Tandlæger ApS")
    first = given.clinic("Tandlægerne Nørregade", of=company)
    second = given.clinic("Tandlægerne Havnen", of=company)
    given.self_registration(first, category="4")
    given.self_registration(second, category="4")

    at("2023-05-02 10:00")
    given.closes(first, "2023-08-31")
    given.closes(company, "2023-12-31")

    at("2024-01-01")
    then.deregistered(first, last_day="2023-08-31", cause="closure")
    then.deregistered(second, last_day="2023-12-31", cause="company-closure", caused_by_sor_id=company.sor_id)


def test_a_closing_that_is_taken_back_in_time_never_happens(given, at, then):
    clinic = given.clinic("Klinik Fjorden", closes="2023-06-30")
    at("2023-06-29 15:00")
    given.stays_open(clinic)
    at("2024-01-01")
    then.nothing_else()
