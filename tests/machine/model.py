"""The reference model: what orders and instances are, by the rule book's tables and nothing else.

It is told what was asked and answered. Where the work of an order is between its start and its end it knows
what an instance may show; of everything that is settled it knows exactly what that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from tests.machine import book


@dataclass
class Thing:
    """An instance; `held` by which order."""

    id: str
    spec: str
    kind: str
    parent: str | None
    state: str = "active"
    location: str | None = None
    level: int | None = None
    held: str | None = None
    terms: dict[str, str] = field(default_factory=dict)

    def copy(self, **other: object) -> Thing:
        return replace(self, **{"terms": dict(self.terms), **other})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Line:
    """`about` names the instance; an add has `spec` and where it goes."""

    id: str
    action: str
    about: str | None = None
    spec: str | None = None
    parent: str | None = None
    level: int | None = None
    location: str | None = None
    due: int | None = None


@dataclass(frozen=True)
class New:
    """Something that a line makes: below `parent`, which is an instance or another new thing."""

    key: str
    spec: str
    kind: str
    parent: str | None
    level: int | None
    location: str | None
    id: str | None = None
    terms: tuple[tuple[str, str], ...] = ()


@dataclass
class Part:
    """Lines that land together: those that are immediate, or those of one day."""

    lines: dict[str, Line]
    due: int | None = None
    arrived: int = 0
    """The minute of its approval."""
    phase: str = "waiting"
    """`waiting`, `open`, `over` or `canceled`."""
    delayed: bool = False
    before: dict[str, Thing] = field(default_factory=dict)
    under: dict[str, str] = field(default_factory=dict)
    """Each instance that is touched, with the line it goes along under."""
    made: dict[str, str] = field(default_factory=dict)
    """What was made, by what it was made for."""
    gone: set[str] = field(default_factory=set)
    """What was made and is not wanted any more."""
    loose: bool = False
    """After a change of the lines: what is undone shows when it is undone."""


@dataclass
class Order:
    id: str
    state: str
    lines: dict[str, Line]
    cascade: bool = False
    parts: list[Part] = field(default_factory=list)
    asked: str | None = None
    """`cancel` or `revise`, while that waits for its answer."""
    wanted: dict[str, Line] = field(default_factory=dict)
    paused: bool = False
    canceling: bool = False
    raced: bool = False
    """Its cancel was approved while its work was being done: it may be either."""
    hard: set[str] = field(default_factory=set)
    """Lines past a hard point of no return."""
    used: set[str] = field(default_factory=set)
    """Ids of all the lines it ever had."""

    @property
    def approved(self) -> bool:
        return self.state == "approved"

    def open(self) -> Part | None:
        return next((part for part in self.parts if part.phase == "open"), None)


class Model:
    """Everything there is, and what commands, answers and days do to it."""

    def __init__(self, things: Iterable[Thing]) -> None:
        self.things = {thing.id: thing.copy() for thing in things}
        self.orders: dict[str, Order] = {}
        self.unmade: set[str] = set()
        """What was made and never was more than that."""

    # ------------------------------------------------------------------------------------ the tree

    def below(self, id: str) -> Iterator[Thing]:
        """The instance and what has not ended below it, parents first, siblings by id."""
        yield self.things[id]
        for child in sorted(self.things):
            if self.things[child].parent == id and self.things[child].state != "inactive":
                yield from self.below(child)

    def above(self, id: str | None) -> Iterator[str]:
        while id is not None:
            yield id
            id = self.things[id].parent if id in self.things else None

    def along(self, line: Line) -> list[Thing]:
        """What a line would touch by itself."""
        assert line.about is not None
        if line.action in book.TAKES_ALONG:
            return list(self.below(line.about))
        if line.action == "change":
            return list(self._realizing(self.things[line.about]))
        return []

    def _realizing(self, thing: Thing) -> Iterator[Thing]:
        yield thing
        for child in sorted(self.things):
            found = self.things[child]
            if found.parent == thing.id and found.state != "inactive" and found.kind != "product":
                yield from self._realizing(found)

    def affected(self, lines: Iterable[Line]) -> dict[str, str]:
        """Instance to line. One with a line of its own goes under that; a no_change follows what rests."""
        named = {line.about: line for line in lines if line.about is not None and line.about in self.things}
        found: dict[str, str] = {}
        tops = [id for id in named if not any(up in named for up in self.above(self.things[id].parent))]
        for id in [*tops, *named]:
            if id not in found:
                self._walk(id, None, named, found)
        return {id: line for id, line in found.items() if line}

    def _walk(self, id: str, under: Line | None, named: dict[str, Line], found: dict[str, str]) -> None:
        own = named.get(id)
        follows = under is not None and under.action in ("suspend", "resume")
        line = under if own is None or (follows and own.action == "no_change") else own
        found[id] = line.id if line is not None and line.action != "no_change" else ""
        for child in sorted(self.things):
            thing = self.things[child]
            if thing.parent == id and thing.state != "inactive":
                goes = line is not None and (
                    line.action in book.TAKES_ALONG
                    or (line.action == "change" and thing.kind != self.things[id].kind)
                    or (line.action == "change" and thing.kind != "product")
                )
                self._walk(child, line if goes else None, named, found)

    # ---------------------------------------------------------------------------------- what it is for

    def goals(self, order: Order, part: Part) -> tuple[dict[str, Thing], list[New]]:
        """What each instance is in the end, and what is made."""
        ends: dict[str, Thing] = {}
        new: list[New] = []
        for id, before in part.before.items():
            line = part.lines.get(part.under.get(id, ""))
            ends[id] = self._end(before, line) if line is not None else before.copy(held=None)
        for line in part.lines.values():
            if line.action == "add":
                new += made_for(line, order)
            elif line.action == "change" and line.level is not None:
                new += self._modem(line, part, ends)
        new += self._moved(order, part)
        return ends, new

    def _end(self, before: Thing, line: Line) -> Thing:
        state = book.ENDS.get(line.action, before.state)
        level = line.level if line.action == "change" and line.level is not None else None
        terms = dict(before.terms)
        if line.action in book.TERMS:
            came, goes = book.TERMS[line.action]
            terms = {id: goes if was in came else was for id, was in terms.items()}
        if line.action == "move":
            terms = {}
        carries = before.level is not None and level is not None
        return before.copy(state=state, level=level if carries else before.level, held=None, terms=terms)

    def _modem(self, line: Line, part: Part, ends: dict[str, Thing]) -> Iterator[New]:
        """DEC-03: a level of 3 needs a modem, another one needs none."""
        rfs = next(
            (one for id, one in part.before.items() if one.spec == "rfs" and part.under.get(id) == line.id),
            None,
        )
        if rfs is None:
            return
        there = [id for id, one in part.before.items() if one.spec == "modem" and one.parent == rfs.id]
        if line.level != 3:
            for id in there:
                ends[id] = part.before[id].copy(state="inactive", held=None)
        elif not there:
            yield New(f"{line.id}/modem", "modem", "resource", rfs.id, None, rfs.location)

    def _moved(self, order: Order, part: Part) -> Iterator[New]:
        moved = [id for id in part.under if part.lines[part.under[id]].action == "move"] if part.under else []
        number = {id: f"{order.id}~{at + 1}" for at, id in enumerate(moved)}
        for id in moved:
            old, line = part.before[id], part.lines[part.under[id]]
            parent = number.get(old.parent or "", old.parent)
            terms = tuple(old.terms.items())
            yield New(id, old.spec, old.kind, parent, old.level, line.location, number[id], terms)


def made_for(line: Line, order: Order) -> Iterator[New]:
    """What an add makes: the product, and what realizes it."""
    id = f"{order.id}:{line.id}"
    assert line.spec is not None
    yield New(line.id, line.spec, "product", line.parent, line.level, line.location, id)
    if line.spec == "internet":
        yield New(f"{line.id}/cfs", "cfs", "service", id, line.level, line.location)
        yield New(f"{line.id}/rfs", "rfs", "service", f"{line.id}/cfs", line.level, line.location)
        yield New(f"{line.id}/port", "port", "resource", f"{line.id}/rfs", None, line.location)
        if line.level == 3:
            yield New(f"{line.id}/modem", "modem", "resource", f"{line.id}/rfs", None, line.location)
