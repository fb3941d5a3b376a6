"""Lines that wait to be told which instances end (D-15): their events, and what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.order.domain.value import value
from services.order.domain.words import Reason, Status

# ------------------------------------------------------------------------------------------ events


@value
class Fewer:
    """So many of a specification are to end by a line, and nobody has said which ones."""

    line_id: str
    specification_id: str
    count: int


@value
class InstancesChosen:
    """A person said which instances a line ends: it goes on with them."""

    version: int
    status: Status
    line_id: str
    instance_ids: tuple[str, ...]


@value
class InformationAwaited:
    """All that is left of the order waits to be told which instances end (ORD-11)."""

    version: int
    fewer: tuple[Fewer, ...]
    line_ids: tuple[str, ...] = ()
    """All of them, also those that wait without anything left to name."""


# ------------------------------------------------------------------------------------------- state


@dataclass(slots=True)
class Parked:
    """What each line was found to ask fewer of at approval, and what was chosen. `evolve` changes it."""

    lines: dict[str, tuple[Fewer, ...]] = field(default_factory=dict)
    chosen: dict[str, frozenset[str]] = field(default_factory=dict)
    declined: dict[str, tuple[Reason, ...]] = field(default_factory=dict)
    """Why what was chosen for a line cannot end, until something else is."""

    def choose(self, event: InstancesChosen) -> None:
        self.chosen[event.line_id] = frozenset(event.instance_ids)
        self.declined.pop(event.line_id, None)

    def ask_again(self, line_ids: Iterable[str], reasons: tuple[Reason, ...]) -> None:
        for id in line_ids:
            self.chosen.pop(id, None)
            self.declined[id] = reasons

    def waits(self, line_id: str) -> bool:
        """Whether somebody is to name instances for the line, or to do what is said of it."""
        asked = bool(self.lines.get(line_id)) or line_id in self.declined
        return asked and line_id not in self.chosen

    def count_again(self, line_ids: Iterable[str], fewer: tuple[Fewer, ...]) -> None:
        """So many are to be named of these lines now; why something could not end is past."""
        counted = parked(fewer).lines
        for id in line_ids:
            self.lines[id] = counted.get(id, ())
            self.declined.pop(id, None)

    def follow(self, goes_on_as: Mapping[str, str]) -> None:
        """What was chosen and has moved is what that is now."""
        for line_id, ids in self.chosen.items():
            self.chosen[line_id] = frozenset(goes_on_as.get(id, id) for id in ids)

    def every(self) -> tuple[Fewer, ...]:
        return tuple(one for found in self.lines.values() for one in found)

    def recounted(self, fewer: Iterable[Fewer]) -> None:
        """Of these lines another number is to be named; the others stay as they are."""
        self.lines.update(parked(fewer).lines)

    def counted(self, line_ids: Iterable[str]) -> tuple[Fewer, ...]:
        """What is to be named of these lines, whether or not it was."""
        return tuple(one for id in line_ids for one in self.lines.get(id, ()))

    def of(self, line_ids: Iterable[str]) -> tuple[Fewer, ...]:
        """What is to be named of these lines, and was not."""
        return self.counted(id for id in line_ids if id not in self.chosen)


def parked(fewer: Iterable[Fewer]) -> Parked:
    """As it is when the order was approved."""
    lines: dict[str, tuple[Fewer, ...]] = {}
    for one in fewer:
        lines[one.line_id] = (*lines.get(one.line_id, ()), one)
    return Parked(lines=lines)
