"""From the documents of one answer to the readings of the numbers asked for, the same for every service."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from adapters.cvr.changes import Fact, changes_on
from adapters.cvr.oddities import Notice, Oddity, oddities
from adapters.cvr.reading import COMPANY, content_of, read_company, read_production_unit, version_of
from adapters.cvr.service import Answer, Number, Reading, RejectedError
from adapters.telemetry import cvr as metrics

Document = Mapping[str, Any]


def count(oddity: Oddity) -> None:
    """Count an oddity in ``sorbro_cvr_oddities_total``."""
    metrics.ODDITIES.labels(oddity).inc()


def read(document: Document, today: date, notice: Notice = count) -> Reading:
    """Read a document of either kind as of `today`, a Danish civil date.

    Raises `ValueError` if it cannot be read; `CvrShapeError` is one.
    """

    def fact_on(day: date) -> Fact:
        return read_company(document, day) if COMPANY in document else read_production_unit(document, day)

    fact = fact_on(today)
    content = content_of(document)
    for oddity in oddities(content, fact, today):
        notice(oddity)
    return Reading(fact, changes_on(content, today, fact_on), version_of(document))


def answer_from(
    documents: Mapping[Number, Document], asked: Collection[Number], today: date, defect: str | None = None
) -> Answer:
    """Read the documents of the numbers in `asked`; what nobody asked for is left alone.

    A document that cannot be read keeps only its own number out, and is a defect of the answer.
    """
    readings: dict[Number, Reading] = {}
    unreadable = 0
    for number in asked:
        if number in documents:
            try:
                readings[number] = read(documents[number], today)
            except ValueError:
                unreadable += 1
    if unreadable and defect is None:
        defect = f"CVR sent {unreadable} unreadable document(s)"
    return Answer(readings, defect)


def answerable(numbers: Collection[Number], batch_size: int) -> list[Number]:
    """Return the numbers of a question, each once, in their order.

    Raises `RejectedError` for a question that must not be put: one with a number that fails its check (R2), or with
    more numbers than the service takes. Taking it apart is the cure for both.
    """
    asked = list(dict.fromkeys(numbers))
    if not all(number.is_valid for number in asked):
        raise RejectedError("a number that fails its check is not asked for (R2)")
    if len(asked) > batch_size:
        raise RejectedError(f"{len(asked)} numbers in a question that takes {batch_size}")
    return asked
