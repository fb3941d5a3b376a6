"""`aftersale topics apply`: makes the topics, on Kafka or in the embedded bus."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Sequence

from rich.console import RenderableType

from schemas.topics import DAY_MS
from services.chassis.host import topics
from services.chassis.ports import TopicConfig, Unavailable
from services.chassis.settings import Settings
from services.cli.errors import Failed, Wrong
from services.cli.installation import bus_of
from services.cli.screen import table

BROKER_SECONDS = 60.0


async def apply(settings: Settings) -> tuple[Sequence[TopicConfig], Collection[str]]:
    """Every topic, and those of them that were made now. Waits for a broker that is still starting."""
    wanted = topics(settings.partitions)
    deadline = time.monotonic() + BROKER_SECONDS
    async with bus_of(settings) as bus:
        while True:
            try:
                return wanted, set(await bus.apply(wanted))
            except ValueError as error:
                raise Wrong(f"{error}; set AFTERSALE_PARTITIONS to that") from error
            except Unavailable as error:
                if time.monotonic() >= deadline:
                    raise Failed(f"{error}: check AFTERSALE_BUS") from error
                await asyncio.sleep(0.5)


def shown(wanted: Sequence[TopicConfig], made: Collection[str]) -> RenderableType:
    rows = table("topic", "partitions", "kept", "")
    for topic in wanted:
        kept = f"{topic.retention_ms // DAY_MS} days" if topic.retention_ms else "for ever"
        rows.add_row(topic.name, str(topic.partitions), kept, "[green]made[/]" if topic.name in made else "")
    return rows
