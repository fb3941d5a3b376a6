"""What commands, answers and days do to the orders of the reference model."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from tests.machine import book
from tests.machine.judging import early, late
from tests.machine.model import Line, Model, Order, Part, Thing

Seen = dict[str, Thing]


class Difference(AssertionError):
    """The product shows something else than the model says."""


class Course(Model):
    """Orders under way."""

    now: int = 0
    """Minutes since the beginning."""

    # ------------------------------------------------------------------------------ until approval

    def place(self, id: str, lines: dict[str, Line], approve: bool, cascade: bool = False) -> None:
        if id in self.orders:
            return
        order = self.orders[id] = Order(id, "new", lines, cascade, used=set(lines))
        if self._early(order):
            order.state = "rejected"
        elif approve:
            self.approve(id)

    def _early(self, order: Order) -> set[str]:
        broken = early(self, order.lines)
        if order.cascade and "ACT-13" in broken:
            order.lines = self._cascaded(order.lines)
            broken = early(self, order.lines)
        return broken

    def _cascaded(self, lines: dict[str, Line]) -> dict[str, Line]:
        """D-14, of an order with one line: the whole structure goes."""
        [line] = lines.values()
        root = [up for up in self.above(line.about)][-1]
        ends = [one.id for one in self.below(root) if one.kind == "product" and one.id != line.about]
        return {line.id: line} | {f"{n}": Line(f"{n}", "disconnect", id) for n, id in enumerate(ends, 2)}

    def approve(self, id: str) -> None:
        order = self.orders[id]
        if order.state != "new":
            return
        if self._early(order):
            order.state = "rejected"
            return
        parts = self._parts(order)
        at_once = parts[0].lines if parts[0].due is None else {}
        if at_once and late(self, at_once, id):
            order.state = "rejected"
            return
        order.state, order.parts = "approved", parts
        if at_once:
            self._start(order, parts[0])

    def _parts(self, order: Order) -> list[Part]:
        """One for all that is immediate, one for each later day, the earliest first."""
        days: dict[int, dict[str, Line]] = {}
        for line in order.lines.values():
            due = line.due if line.due is not None and line.due > self.now else 0
            days.setdefault(due, {})[line.id] = line
        return [Part(lines, due or None, self.now) for due, lines in sorted(days.items())]

    def reject(self, id: str) -> None:
        if self.orders[id].state == "new":
            self.orders[id].state = "rejected"

    def rework(self, id: str) -> None:
        if self.orders[id].state == "rejected":
            self.orders[id].state = "draft"

    def submit(self, id: str) -> None:
        order = self.orders[id]
        if order.state == "draft":
            order.state = "rejected" if self._early(order) else "new"

    # --------------------------------------------------------------------------------- under way

    def _start(self, order: Order, part: Part) -> None:
        """All of it is held; what is shown changes with the work."""
        under = self.affected(part.lines.values())
        self._hold(order, part, under)
        part.phase = "open"

    def _hold(self, order: Order, part: Part, under: dict[str, str]) -> None:
        for id, line in under.items():
            part.before[id] = self.things[id].copy()
            part.under[id] = line
            self.things[id].held = order.id

    def hold(self, id: str) -> None:
        order = self.orders[id]
        if order.approved and order.asked is None and not order.canceling:
            order.paused = True

    def release(self, id: str) -> None:
        order = self.orders[id]
        if order.approved and order.asked is None and not order.canceling:
            order.paused = False

    def cancel(self, id: str) -> None:
        order = self.orders[id]
        if order.state in ("draft", "new", "rejected"):
            order.state = "canceled"
        elif order.approved and order.asked is None and not order.canceling and not order.hard:
            landed = any(part.phase == "over" for part in order.parts)
            order.asked = None if landed else "cancel"

    def revise(self, id: str, lines: dict[str, Line]) -> None:
        """What should be different is asked for; what breaks a rule, or is past its point, is not."""
        order = self.orders[id]
        part = order.open()
        if not order.approved or order.asked or order.paused or order.canceling or part is None:
            return
        touched = {one for one, line in part.lines.items() if lines.get(one) != line}
        new = {one: line for one, line in lines.items() if one not in part.lines}
        if not touched and not new:
            return
        if touched & order.hard or early(self, lines, id) - early(self, part.lines, id):
            return
        if self._misfit(order, new):
            return
        if any(self._goes_along(order.lines[one], lines) for one in order.lines.keys() - lines.keys()):
            return
        order.asked, order.wanted = "revise", lines
        order.used |= set(lines)

    def _goes_along(self, dropped: Line, lines: dict[str, Line]) -> bool:
        """SUS-08, LIN-05: what goes with the line above it is not dropped alone."""
        if dropped.about is None or dropped.action not in book.TAKES_ALONG:
            return False
        named = {line.about: line for line in lines.values()}
        above = [named[up] for up in self.above(self.things[dropped.about].parent) if up in named]
        return bool(above) and above[0].action == dropped.action

    def _misfit(self, order: Order, new: dict[str, Line]) -> bool:
        """CHG-16: an instance has one line in an order."""
        about = {line.about for line in order.lines.values() if line.about is not None}
        return any(line.about in about for line in new.values())

    def approve_change(self, id: str) -> None:
        order = self.orders[id]
        asked, order.asked = order.asked, None
        if asked == "cancel":
            order.canceling = not order.hard
        elif asked == "revise":
            self._revised(order)

    def _revised(self, order: Order) -> None:
        part, lines = order.open(), order.wanted
        if part is None:
            return
        new = {one: line for one, line in lines.items() if one not in part.lines}
        changed = {one for one, line in part.lines.items() if lines.get(one) != line}
        kept = [line for one, line in lines.items() if one in part.lines]
        if changed & order.hard or (new and late(self, new, order.id, kept)):
            return
        part.loose = True
        under = self.affected(lines.values())
        self._hold(order, part, {id: line for id, line in under.items() if line in new})
        part.under = {id: line for id, line in part.under.items() if line in lines}
        part.lines = order.lines = lines

    def decline_change(self, id: str) -> None:
        self.orders[id].asked = None

    def passed(self, id: str, line: str) -> None:
        """A task that marks the hard point of no return of a line is done."""
        self.orders[id].hard.add(line)

    # ------------------------------------------------------------------------------------- days

    def due(self) -> list[int]:
        """The days that are to come."""
        waiting = (part for order in self.orders.values() if order.approved for part in order.parts)
        return sorted(
            {
                part.due
                for part in waiting
                if part.phase == "waiting" and part.due is not None and not part.delayed
            }
        )

    def advance(self, to: int) -> None:
        self.now = to
        for order, part in self._come():
            self._run(order, part)

    def _come(self) -> list[tuple[Order, Part]]:
        """What waits though its day has come, by its turn."""
        found = [
            (order, part)
            for order in self.orders.values()
            for part in (order.parts if order.approved and not order.canceling else ())
            if part.phase == "waiting" and part.due is not None and part.due <= self.now
        ]
        return sorted(found, key=lambda one: _turn(*one))

    def _run(self, order: Order, part: Part) -> None:
        """D-10: judged again on its day; it waits for what an earlier part of its own order holds, and for
        other orders that are at work around it."""
        if part.phase != "waiting":
            return
        part.delayed = True
        touched = self.affected(part.lines.values())
        if any(self.things[id].held == order.id for id in touched):
            return
        around = self._around(part)
        if self._comes_later(order, part, around):
            return
        if late(self, part.lines, order.id):
            if all(self.things[id].held in (None, order.id) for id in around):
                self._give_up(order, part)
        else:
            self._start(order, part)

    def _give_up(self, order: Order, part: Part) -> None:
        """SUS-15: the resume of its window goes with a suspend."""
        part.phase = "canceled"
        rested = {line.about for line in part.lines.values() if line.action == "suspend"}
        for other in order.parts:
            wakes = {line.about for line in other.lines.values() if line.action == "resume"}
            if other.phase == "waiting" and wakes & rested:
                other.phase = "canceled"

    def go_on(self) -> None:
        """Those that waited are looked at again."""
        for order, part in self._come():
            if part.delayed:
                self._run(order, part)

    def _around(self, part: Part) -> set[str]:
        named = {id for line in part.lines.values() for id in (line.about, line.parent) if id in self.things}
        around = {*self.affected(part.lines.values()), *(up for id in named for up in self.above(id))}
        return around | {
            one.id
            for one in self.things.values()
            if one.parent in named and (one.state != "inactive" or one.held)
        }

    def _comes_later(self, order: Order, part: Part, around: set[str]) -> bool:
        """Whether another that waits there comes first."""
        return any(
            _turn(of, other) < _turn(order, part)
            and around & {line.about or line.parent for line in other.lines.values()}
            for of, other in self._come()
            if other is not part
        )

    # -------------------------------------------------------------------------------------- ends

    def settle(self, order: Order, state: str, out: Collection[str]) -> None:
        """When all is quiet: `out` are the lines for which work is with somebody."""
        if not order.approved:
            return
        if order.canceling:
            if not out:
                self._undo(order)
                self.go_on()
            return
        part = order.open()
        still = part is not None and out
        waits = order.paused or order.asked is not None
        if part is not None and not still and (not waits or state == "completed"):
            self._land(order, part)
            self._overtake(order, part)
            self.go_on()
        if all(one.phase in ("over", "canceled") for one in order.parts):
            order.state = "completed" if any(one.phase == "over" for one in order.parts) else "canceled"
            order.asked = None

    def _overtake(self, order: Order, part: Part) -> None:
        """INF-01: what could only be declined, now that the part has landed, is declined by itself."""
        touched = any(order.wanted.get(one) != line for one, line in part.lines.items())
        if order.asked == "cancel" or (order.asked == "revise" and touched):
            order.asked = None

    def _land(self, order: Order, part: Part) -> None:
        ends, new = self.goals(order, part)
        self.things.update(ends)
        for id in part.gone:
            self._unmade(id)
        for one in new:
            if one.key not in part.made:
                raise Difference(f"{order.id} is done, and nothing was made for {one}")
            made = self.things[part.made[one.key]]
            made.state, made.held, made.terms = "active", None, dict(one.terms)
            made.level, made.location = one.level, one.location
            if (
                one.key in part.before
                and one.key in ends
                and part.lines[part.under[one.key]].action == "move"
            ):
                self._follow(one.key, made.id)
        for key in part.made.keys() - {one.key for one in new}:
            self._unmade(part.made[key])
        part.phase = "over"

    def _follow(self, old: str, new: str) -> None:
        """D-10: a line that waits for its day goes along with what it is about, and with its parent."""
        for order in self.orders.values():
            for part in order.parts if order.approved else ():
                if part.phase == "waiting":
                    on = {line.id: _onward(line, old, new) for line in part.lines.values()}
                    part.lines = on
                    order.lines = order.lines | {id: line for id, line in on.items() if id in order.lines}
                    order.wanted = order.wanted | {id: on[id] for id in order.wanted if id in on}

    def _unmade(self, id: str) -> None:
        """INV-19. What it was going to be is nowhere said, so nothing is held against that."""
        self.things[id].state, self.things[id].held = "inactive", None
        self.unmade.add(id)

    def _undo(self, order: Order) -> None:
        """D-22: all that was there is as it was, and what was made has ended."""
        for part in order.parts:
            if part.phase == "open":
                self.things.update({id: one.copy(held=None) for id, one in part.before.items()})
                for id in {*part.made.values(), *part.gone}:
                    self._unmade(id)
            part.phase = "canceled"
        order.state = "canceled"

    def shown(self, order: Order) -> str:
        if not order.approved:
            return order.state
        if order.canceling:
            return "cancellation_in_progress"
        if order.asked is not None:
            return {"cancel": "assessing_cancellation", "revise": "revision_in_progress"}[order.asked]
        return "on_hold" if order.paused else "in_progress"


def _turn(order: Order, part: Part) -> tuple[int, int, str]:
    """By its day, then by its arrival."""
    return (part.due or 0, part.arrived, order.id)


def _onward(line: Line, old: str, new: str) -> Line:
    return replace(
        line,
        about=new if line.about == old else line.about,
        parent=new if line.parent == old else line.parent,
    )
