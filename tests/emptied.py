"""Brokers that somebody else runs, made as clean as new: they were given to the tests for that."""

from __future__ import annotations

import asyncio
import time

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import UnknownTopicOrPartitionError, for_code

from services.chassis.host import topics

PATIENCE = 30.0
OURS = frozenset(topic.name for topic in topics(1))
"""Their names are fixed by contract, so two installations cannot share brokers."""


def empty(bootstrap: str) -> None:
    """Our topics are gone, and with them what groups have committed on them; others are left alone."""
    asyncio.run(_empty(bootstrap))


async def _empty(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        deadline = time.monotonic() + PATIENCE
        while there := sorted(OURS.intersection(await admin.list_topics())):
            assert time.monotonic() < deadline, f"{bootstrap} does not let go of {', '.join(there)}"
            await _delete(admin, there)
            await asyncio.sleep(0.1)
    finally:
        await admin.close()


async def _delete(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    answer = await admin.delete_topics(names)
    for name, code, *_ in answer.topic_error_codes:
        error = for_code(code)
        if code and error is not UnknownTopicOrPartitionError:
            raise error(f"topic {name}")
