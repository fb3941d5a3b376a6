"""`aftersale audit republish`: the past again, on a topic of a new subscriber's own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from difflib import get_close_matches
from typing import NamedTuple

from schemas.registry import MESSAGES, PREFIX, full
from services.audit.republish import Addressed, CutShort, NotThere, Past, Wanted, check, partitions_of
from services.audit.republish import republish as send
from services.chassis.settings import Settings
from services.cli.audit_reading import reading
from services.cli.auditing import moment_of, progress, sources
from services.cli.errors import Failed, Wrong
from services.cli.installation import Stores, bus_of, keys_of
from services.cli.installation import partitions_of as usual_of


class Again(NamedTuple):
    """What was asked for, as it was written."""

    to: str
    account: str | None
    types: str | None
    times: tuple[str | None, str | None]
    rate: float


async def republish(settings: Settings, asked: Again) -> Mapping[str, int]:
    """How many of each type went. Raises `Wrong` or `Failed`."""
    try:
        check(asked.to)
        types = _types(asked.types)
    except NotThere as error:
        raise Wrong(str(error)) from error
    with reading(settings) as stores, keys_of(settings) as keys, progress("republishing") as tell:
        begin, until = (_moment(time, stores) for time in asked.times)
        if begin is not None and until is not None and begin >= until:
            raise Wrong(
                f"nothing is recorded from {asked.times[0]} until {asked.times[1]}: give a later --until"
            )
        wanted = Wanted(asked.account, types, begin, until)
        usual = usual_of(stores, settings)
        past = await asyncio.to_thread(Past, sources(stores), keys, usual, wanted)
        async with bus_of(settings) as bus:
            addressed = Addressed(asked.to, await partitions_of(bus, asked.to, usual))
            try:
                return await send(bus, past.letters(tell), addressed, asked.rate)
            except CutShort as cut:
                raise Failed(str(cut)) from cut


def _moment(time: str | None, stores: Stores) -> int | None:
    return None if time is None else moment_of(time, stores)


def _types(text: str | None) -> frozenset[str] | None:
    """Full types. Raises `Wrong` for one that no service says."""
    if text is None:
        return None
    said = {type_ for type_, message in MESSAGES.items() if not message.command}
    names = [name.strip() for name in text.split(",")]
    wanted = [name if name.startswith(PREFIX) else full(name) for name in names]
    for name, type_ in zip(names, wanted, strict=True):
        if type_ not in said:
            near = get_close_matches(type_, sorted(said), n=1, cutoff=0.0)[0]
            raise Wrong(
                f"no service says '{name}': did you mean {near.removeprefix(PREFIX).removesuffix('.v1')}?"
            )
    return frozenset(wanted)
