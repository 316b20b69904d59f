"""What happens to brokers: killed and started again, coordinators among them; and a topic that refuses records."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError
from aiokafka.protocol.admin import DeleteGroupsRequest

from contracts.topics import PLANS, Topic
from faults.fleet import until
from faults.plan import Plan
from faults.stage import Stage

_PATIENCE: Final = 60.0
_GROUP, _TRANSACTION = 0, 1


class BrokerFaults:
    """Takes one broker at a time; two of three must be there, or nothing can be promised but waiting."""

    def __init__(self, scene: Stage, rng: random.Random, count: Callable[[str, str], None]) -> None:
        self._scene = scene
        self._rng = rng
        self._count = count

    def episodes(self, plan: Plan) -> list[Callable[[], Awaitable[None]]]:
        """As many of each kind as planned."""
        return [self.die] * plan.broker_kills + [self.refuse] * plan.refusals

    async def die(self) -> None:
        """Kill a broker, let the others go on without it, start it again."""
        if not await until(self._scene.in_sync, _PATIENCE, pause=0.5):
            return
        number, role = await self._victim()
        before = self._scene.observer.snapshot()
        await asyncio.to_thread(self._scene.cluster.kill, number)
        self._count("broker kill", f"broker {number}, {role}")
        await until(lambda: self._scene.observer.has_moved_since(before, 2), 15)
        await asyncio.to_thread(self._scene.cluster.restart, number)

    async def refuse(self) -> None:
        """Let a topic refuse what is sent to it for a while, as after a slip of an operator's hand."""
        topic = self._rng.choice([Topic.REGISTRATIONS, Topic.INVOICE_TRIGGERS, Topic.STATE])
        before = self._scene.observer.snapshot()
        async with self.refusing(self._scene, topic):
            self._count("refusing topic", topic)
            await until(lambda: self._scene.observer.has_moved_since(before), 6)

    @staticmethod
    @asynccontextmanager
    async def refusing(scene: Stage, topic: Topic) -> AsyncIterator[None]:
        """The topic takes no record for as long as the block lasts."""
        safe = {"min.insync.replicas": "2"} if len(scene.cluster.running) > 1 else {}
        await _alter(scene, topic, {**safe, **PLANS[topic].config, "max.message.bytes": "100"})
        try:
            yield
        finally:
            await _alter(scene, topic, {**safe, **PLANS[topic].config})

    async def _victim(self) -> tuple[int, str]:
        """Any broker, or the one that coordinates the group, or a transaction."""
        running = self._scene.cluster.running
        drawn = self._rng.choice(["any", "group", "transaction"])
        with contextlib.suppress(KafkaError, TimeoutError, OSError):
            if drawn == "group":
                return await self._coordinator("sorbro", _GROUP), "coordinator of the group"
            if drawn == "transaction":
                partition = self._rng.randrange(4)
                return await self._coordinator(
                    f"sorbro-{partition}", _TRANSACTION
                ), f"coordinator of sorbro-{partition}"
        return self._rng.choice(running), "any"

    async def _coordinator(self, key: str, kind: int) -> int:
        async with asyncio.timeout(10):
            admin: Any = AIOKafkaAdminClient(bootstrap_servers=self._scene.servers)
            await admin.start()
            try:
                return int(await admin.find_coordinator(key, kind))
            finally:
                await admin.close()


async def forget(servers: str, group: str) -> None:
    """Let the brokers forget where the group stands, as they do when its offsets expire. Nobody may be in it.

    Raises `RuntimeError` when the brokers will not.
    """
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    try:
        coordinator = await admin.find_coordinator(group, _GROUP)
        response = await admin._send_request(DeleteGroupsRequest([group]), coordinator)
    finally:
        await admin.close()
    if response.results != [(group, 0)]:
        raise RuntimeError(f"the group is not forgotten: {response.results}")


async def _alter(scene: Stage, topic: Topic, settings: dict[str, str]) -> None:
    """Give the topic these settings, and no others."""
    while True:
        with contextlib.suppress(KafkaError, TimeoutError, OSError):
            async with asyncio.timeout(10):
                admin: Any = AIOKafkaAdminClient(bootstrap_servers=scene.servers)
                await admin.start()
                try:
                    resource = ConfigResource(ConfigResourceType.TOPIC, topic.value, settings)
                    (response,) = await admin.alter_configs([resource])
                finally:
                    await admin.close()
                if all(each[0] == 0 for each in response.resources):
                    return
        await asyncio.sleep(0.5)
