"""A register in the middle of its life on a real broker, and a worker with its page, for a browser to look at.

The clock is the demo's, so that a day comes when a test says so.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from adapters.kafka.connection import Connection
from adapters.kafka.publisher import publisher
from contracts.records import InputRecord, OutputRecord
from contracts.topics import Topic
from support.running import Worker
from support.scenario import Scenario, instant
from support.trees import Tree, municipality, private_clinic, region
from workers.effects import Refusal
from workers.stream.dead_letters import dead_letter

TOKEN = "en-lang-hemmelighed-til-proeven"  # noqa: S105  # of the test's own worker
TODAY = "2023-03-15 08:00"
SCRIPT = "<script>document.title='taget'</script> & Søn's \"klinik\""
MARK = "hemmelig"
"""Stands in everything personal that the story holds; it may be on no page (R49)."""


def clinic(item: int, name: str) -> Tree:
    """A private clinic with that name, and personal data wherever there is room for it."""
    tree = private_clinic(item)
    for unit in tree.units:
        unit.first["email"] = f"{MARK}@example.dk"
        unit.first["telephone"] = f"{MARK}11"
    tree.place.first["name"] = name
    tree.departments[0].first["name"] = f"{MARK} Behandler"
    return tree


@dataclass
class Story:
    """What is on the topics: places that stay, close, have closed and will be late, and letters nobody could read."""

    world: Scenario = field(default_factory=Scenario)
    stays: Tree = field(default_factory=lambda: clinic(1000, "Brønderslev fodterapi"))
    closes: Tree = field(default_factory=lambda: clinic(1100, "Tandklinikken Åen"))
    closes_later: Tree = field(default_factory=lambda: clinic(1200, "Hjørring Kiropraktik"))
    closed: Tree = field(default_factory=lambda: clinic(1300, "Lægehuset Nørregade"))
    scripted: Tree = field(default_factory=lambda: clinic(1400, SCRIPT))
    parked: Tree = field(default_factory=lambda: clinic(1500, "Klinik for fremtiden"))
    kommune: Tree = field(default_factory=lambda: municipality(3000))
    hospital: Tree = field(default_factory=lambda: region(4000))

    def tell(self) -> list[OutputRecord]:
        """Tell it; the records in order."""
        world = self.world.at("2023-01-10 09:00")
        physician = {"authorisationId": "BBHM1", "name": f"{MARK} Læge"}
        for tree in (self.stays, self.closes, self.closes_later, self.closed, self.scripted):
            world.registered(tree, responsible_physician=physician, invoice_email=f"{MARK}@example.dk")
        world.sor(self.kommune)
        world.sor(self.hospital)
        world.registered(self.parked, treatment_started_on="2020-06-01")
        world.at("2023-03-01 10:00")
        world.sor(self.closed.place, to_date="2023-03-14")
        world.sor(self.closes.place, to_date="2023-03-31")
        world.sor(self.closes_later.owner, to_date="2023-05-31")
        world.at("2023-03-14 12:00")
        world.send(Topic.ENTITY_CHANGES, b"{not json at all " + MARK.encode(), key=self.stays.owner.sor_id)
        for _ in range(3):
            world.send(
                Topic.ENTITY_CHANGES,
                {"sorId": self.stays.place.sor_id, "ownerSorId": self.stays.owner.sor_id, "name": MARK},
                ce_type="dk.sor.entity.changed.v1",
            )
        return [as_output(record) for record in world.records]

    def letters(self) -> list[OutputRecord]:
        """Dead letters of an older release that would work today: a new name for a place, and one that is too late."""
        retold = Scenario().at("2023-01-10 09:00")
        retold.sor(self.closes_later.place)
        retold.sor(self.stays.place)
        retold.at("2023-03-14 13:00").sor(self.stays.place, name="Brønderslev fodterapi og sårpleje")
        old, _, new = retold.records
        refusal = Refusal("unknown-type", "an older release did not know this type")
        return [dead_letter(each, refusal, instant("2023-03-14 13:00")) for each in (new, old)]


def as_output(record: InputRecord) -> OutputRecord:
    """A record as a sender would write it."""
    return OutputRecord(record.topic, record.key, record.value, record.headers, record.timestamp)


def send(servers: str, records: list[OutputRecord]) -> None:
    """Write records as any sender does."""

    async def write() -> None:
        async with publisher(Connection(servers)) as target:
            await target.publish(records)

    asyncio.run(write())


def set_clock(servers: str, time: str) -> None:
    """Let it be `time` in Denmark for the worker and its page."""
    now = instant(time)
    send(servers, [OutputRecord(Topic.DEMO_CLOCK, None, now.isoformat().encode(), (), datetime.now(UTC))])


def worker(servers: str, folder, **settings: str) -> Worker:
    """A worker with a page, not started."""
    return Worker(servers, folder, SORBRO_CLOCK="demo", SORBRO_PAGE="true", SORBRO_PAGE_TOKEN=TOKEN, **settings)
