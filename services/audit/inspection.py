"""Every log of an installation held against everything that was signed of it, wherever that was kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from services.audit import checkpoint as checkpoints
from services.audit.checkpoint import Line, Log
from services.audit.findings import Finding, Verified
from services.audit.leaves import Leaves, path_of
from services.audit.topic import said
from services.audit.verify import Signed, Tell, sorted_out, verify
from services.chassis.ports import Bus, Store, Unavailable
from services.chassis.settings import SERVICES

TOPIC_SECONDS = 30.0


class Sources(NamedTuple):
    """Where checkpoints are found: the auditor's folder, the topic, and files that somebody kept.

    `topic` is None where it could not be read.
    """

    folder: Path
    topic: Sequence[Line] | None
    kept: Sequence[Line]

    def lines(self) -> Iterable[Line]:
        return chain(self.kept, self.topic or (), checkpoints.lines(self.folder / checkpoints.FILE))


class Inspected(NamedTuple):
    """What became of each log, and what is wrong with what was signed where no log can be told."""

    logs: list[Verified]
    findings: list[Finding]

    @property
    def holds(self) -> bool:
        return not self.findings and all(one.holds for one in self.logs)


async def topic_of(bus: Bus) -> list[Line] | None:
    """What the topic says; None when the bus is away."""
    try:
        async with asyncio.timeout(TOPIC_SECONDS):
            return await said(bus)
    except (Unavailable, TimeoutError):
        return None


def inspect(stores: Mapping[str, Store], sources: Sources, trusted: Sequence[str], tell: Tell) -> Inspected:
    """Reads every log once. Raises `Unavailable`."""
    signed = sorted_out(sources.lines(), trusted)
    logs = []
    for service, store in stores.items():
        log = Log(service, store.log_id)
        with closing(Leaves(path_of(sources.folder, log))) as leaves:
            logs.append(verify(log, store, signed, leaves, tell))
    others = [finding for service, finding in signed.findings if service not in SERVICES]
    return Inspected(logs, others + _lost(sources, signed))


def _lost(sources: Sources, signed: Signed) -> list[Finding]:
    """Checkpoints are in the file before they are anywhere else, so none may be missing there."""
    if not sources.folder.exists():
        return []
    file = sources.folder / checkpoints.FILE
    there = {one for _, one in checkpoints.lines(file)}
    lost = [one for own in signed.by_log.values() for one in own if one not in there]
    if not lost:
        return []
    said = (
        f"{file} has lost {len(lost):,} checkpoints that were published or kept, the first of {lost[0].time}"
    )
    return [Finding("record", said)]
