"""For finance: one fee a year, what the new year brings, and last night's recording asked for its invoices."""


def test_a_place_owes_one_fee_a_year_whatever_asks_for_it(given, at, then):
    clinic = given.clinic("Øjenklinikken", closes="2024-02-29")
    given.self_registration(clinic, category="3b", turnover_band="half")
    then.invoiced(clinic, 2023, amount="1789.00", basis="half")

    given.fee_run(2024, on="2024-01-02")
    at("2024-03-01")
    then.invoiced(clinic, 2024, amount="2341.00", occasion="yearly-run")
    then.deregistered(clinic, last_day="2024-02-29")
    then.not_due(clinic, 2024, occasion="closure", reason="already-triggered")
    then.nothing_else()


def test_a_year_without_a_tariff_waits_and_guesses_nothing(given, at, then):
    at("2031-01-02 08:00")
    clinic = given.clinic("Øjenklinikken")
    given.self_registration(clinic)
    then.registered(clinic)
    then.waits(clinic, "tariff")


def test_last_night_s_recording_says_which_invoices_went_out(recording):
    night = recording("night.jsonl")
    night.then.invoiced("941861901000016007", 2023, amount="1726.00")
    night.then.invoiced("941861901000016007", 2024, amount="2258.00", occasion="yearly-run")
