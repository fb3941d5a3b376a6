"""Every scenario at once in one installation, stage by stage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime, timedelta
from functools import partial
from itertools import zip_longest

from services.chassis.stored import split
from tests.journey.effects import EVERYTHING, Effects, effects_of, missing_and_more
from tests.journey.scenes import base, moved, renamed, wrongs
from tests.journey.system import System
from tests.journey.worlds import forked, played
from tests.reader import START
from tests.scenarios import CATALOG, SCENARIOS, Scenario, Sent
from tests.scenarios_dated import DATED, MOMENTS
from tests.scenarios_in_flight import IN_FLIGHT
from tests.scenarios_worked import WORKED

Stage = Sequence[Sent]
EVERY = (*SCENARIOS, *DATED, *IN_FLIGHT, *WORKED)

Blow = Callable[[], AbstractAsyncContextManager[None]]
"""What befalls the installation: entered before something is begun, left when it is over.

What is inside is done as soon as the services have begun to act on it.
"""
Blows = Mapping[int | str, Blow]
"""By the number of the stage, or by the moment, in which they fall."""

NONE: Blows = {}


class Play:
    """All scenarios under names that begin with `name`: their base, their stages, and their end.

    Their dates are as far ahead of the installation's clock as they are of the beginning of the world.
    """

    def __init__(self, system: System, name: str, scenarios: Sequence[Scenario] = EVERY) -> None:
        self.system = system
        self.scenes = {f"{name}{number:02}-": scenario for number, scenario in enumerate(scenarios, start=1)}
        self.ahead = timedelta(days=(system.now().date() - START.date()).days)
        self.own = [moved(renamed(scenario, prefix), self.ahead) for prefix, scenario in self.scenes.items()]

    async def set(self) -> None:
        """The catalog and what everybody owns, also what only one scenario begins with."""
        everybody = [sent for prefix in self.scenes for sent in base(prefix)]
        for stage in (CATALOG, everybody, *_together(scenario.before for scenario in self.own)):
            await self.system.send(stage)
            await self.system.quiet()

    @property
    def stages(self) -> list[Stage]:
        return _together(scenario.stages for scenario in self.own)

    async def go(self, blows: Blows = NONE, first: int = 0) -> None:
        """All stages from this one on, each when all is quiet; then moment by moment what comes later."""
        for number, stage in list(enumerate(self.stages))[first:]:
            await self._meanwhile(partial(self.system.send, stage), blows.get(number))
        for moment in MOMENTS:
            await self._meanwhile(partial(self._time_passes, moment), blows.get(moment))
            await self.system.send(sent for scenario in self.own for sent in scenario.later.get(moment, ()))
            await self.system.quiet()
        if blows:
            self.system.struck()

    async def _meanwhile(self, begin: Callable[[], Awaitable[None]], blow: Blow | None) -> None:
        async with blow() if blow is not None else nullcontext():
            before = self.system.heads()
            await begin()
            if blow is not None:
                await self.system.until("it is under way", lambda: self.system.heads() != before)
        await self.system.quiet()

    async def _time_passes(self, moment: str) -> None:
        self.system.go_on(datetime.fromisoformat(moment) + self.ahead)

    async def wrongs(self) -> list[str]:
        """Whatever did not end as it should, happened twice, or happened though it should not have."""
        ended = [wrong for scenario in self.own for wrong in wrongs(scenario, self.system.page)]
        return [*ended, *await self.system.twice(), *self._effects(), *map(str, self.system.parked())]

    def _effects(self) -> list[str]:
        logs = {name: store.log(0, EVERYTHING) for name, store in self.system.stores.items()}
        return [
            wrong
            for prefix, scenario in self.scenes.items()
            for name, wanted in _calm(scenario, prefix).items()
            for wrong in missing_and_more(wanted, logs[name])
        ]


def _together(given: Iterable[Sequence[Stage]]) -> list[Stage]:
    """The first stage of all of them, their second ones, and so on."""
    together = zip_longest(*given, fillvalue=())
    return [[sent for stage in stages for sent in stage] for stages in together]


_COMPARED = ("order", "instance", "reservation", "plan", "operation", "contract", "return", "hierarchy")
"""Categories whose streams belong to the accounts of one scenario."""


def _calm(scenario: Scenario, prefix: str) -> dict[str, Effects]:
    """What happens where nothing goes wrong, in each service, under the names of the renamed scenario."""
    world = played(forked(None, scenario), scenario)
    found: dict[str, Effects] = {}
    for name, reader in world.readers.items():
        streams = (
            (split(stream), counts) for stream, counts in effects_of(reader.store.log(0, EVERYTHING)).items()
        )
        found[name] = {
            f"{category}-{prefix}{id}": counts for (category, id), counts in streams if category in _COMPARED
        }
    return found
