"""Every scenario at once in one installation, stage by stage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import zip_longest

from services.chassis.stored import split
from tests.journey.effects import EVERYTHING, Effects, effects_of, missing_and_more
from tests.journey.scenes import base, moved, renamed, wrongs
from tests.journey.system import System
from tests.journey.worlds import forked, played
from tests.scenarios import CATALOG, SCENARIOS, Scenario, Sent
from tests.scenarios_dated import DATED, MOMENTS
from tests.scenarios_in_flight import IN_FLIGHT
from tests.world import START

Stage = Sequence[Sent]
EVERY = (*SCENARIOS, *DATED, *IN_FLIGHT)


class Play:
    """All scenarios under names that begin with `name`: their base, their stages, and their end.

    Their dates are as far ahead of the installation's clock as they are of the beginning of the world.
    """

    def __init__(self, system: System, name: str, scenarios: Sequence[Scenario] = SCENARIOS) -> None:
        self.system = system
        self.scenes = {f"{name}{number:02}-": scenario for number, scenario in enumerate(scenarios, start=1)}
        self.ahead = timedelta(days=(system.now().date() - START.date()).days)
        self.own = [moved(renamed(scenario, prefix), self.ahead) for prefix, scenario in self.scenes.items()]

    async def set(self) -> None:
        """The catalog and what everybody owns."""
        await self.system.send(CATALOG)
        await self.system.quiet()
        await self.system.send(sent for prefix in self.scenes for sent in base(prefix))
        await self.system.quiet()

    @property
    def stages(self) -> list[Stage]:
        together = zip_longest(*(scenario.stages for scenario in self.own), fillvalue=())
        return [[sent for stage in stages for sent in stage] for stages in together]

    async def begin(self) -> None:
        """Sends the first stage, and comes back when the first tasks are asked for."""
        before = self._requested()
        await self.system.send(self.stages[0])
        await self.system.until("the first tasks are asked for", lambda: self._requested() > before)

    def _requested(self) -> int:
        log = self.system.stores["fulfillment"].log(0, EVERYTHING)
        return sum(stored.name == "task.released.v1" for stored in log)

    def in_flight(self) -> int:
        """How many of the orders that should be completed are not."""
        orders = [
            id for scenario in self.own for id, state in scenario.orders.items() if state == "completed"
        ]
        pages = (self.system.page("order", id) for id in orders)
        return sum(page is None or page["state"] != "completed" for page in pages)

    async def go(self, stages: Sequence[Stage]) -> None:
        """A stage is sent at once, the next one when all is quiet."""
        for stage in stages:
            await self.system.send(stage)
            await self.system.quiet()

    async def days(self) -> None:
        """The clock goes from one moment to the next; what scenarios have for it is sent when it is quiet."""
        for moment in MOMENTS:
            self.system.go_on(datetime.fromisoformat(moment) + self.ahead)
            await self.system.quiet()
            await self.go([[sent for scenario in self.own for sent in scenario.later.get(moment, ())]])

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


_COMPARED = ("order", "instance", "reservation", "plan", "operation", "contract")
"""Categories whose streams belong to the accounts of one scenario."""


def _calm(scenario: Scenario, prefix: str) -> dict[str, Effects]:
    """What happens where nothing goes wrong, in each service, under the names of the renamed scenario."""
    world = played(forked(None), scenario)
    found: dict[str, Effects] = {}
    for name, reader in world.readers.items():
        streams = (
            (split(stream), counts) for stream, counts in effects_of(reader.store.log(0, EVERYTHING)).items()
        )
        found[name] = {
            f"{category}-{prefix}{id}": counts for (category, id), counts in streams if category in _COMPARED
        }
    return found
