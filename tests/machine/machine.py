"""The state machine: each rule is something that people, systems or the clock do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.machine.asking import parent_of, written
from tests.machine.beside import Beside, Task
from tests.machine.catalog import ACCOUNT
from tests.machine.model import Line, Order
from tests.machine.playing import Counting

ACTIONS = ("change", "disconnect", "suspend", "resume", "no_change")
PICK = st.integers(0, 11)
LEVELS = st.integers(1, 3)
SITES = st.sampled_from(("SITE-1", "SITE-2"))
THEN = st.sampled_from(("approve-change", "approve-change", "decline-change", ""))
"""What is sent in the same breath as a request."""
APPROVE = st.booleans() | st.just(True)
DAY = 24 * 60


class Machine(Counting):
    """Drives the three services and the model, and compares them after each step."""

    @initialize(seed=st.integers(0, 2**16))
    def begin(self, seed: int) -> None:
        self.both = Beside(seed)
        self.model = self.both.model

    def done(self) -> None:
        Machine.steps += 1
        self.both.quiet()

    # ------------------------------------------------------------------------------------ picking

    def product(self, pick: int) -> str:
        """Mostly one that lives."""
        found = [one.id for one in self.model.things.values() if one.kind == "product"]
        alive = [id for id in found if self.model.things[id].state != "inactive"]
        return alive[pick % len(alive)] if alive and pick else found[pick % len(found)]

    def order(self, pick: int, *states: str) -> Order:
        """Of orders in these states if there is one, the latest first."""
        found = [one for one in self.model.orders.values() if not states or self.model.shown(one) in states]
        found = (found or list(self.model.orders.values()))[::-1]
        return found[pick % len(found)]

    def placed(self, lines: list[Line], approve: bool, cascade: bool = False, **more: Any) -> None:
        id = f"O{len(self.model.orders) + 1}"
        data = {"orderId": id, "accountId": ACCOUNT, "approve": approve, "cascade": cascade, **more}
        if "selection" not in more:
            data["lines"] = [written(line) for line in lines]
        self.both.send("order.place", **data)
        new = {line.id: replace(line, parent=parent_of(line, id)) for line in lines}
        self.model.place(id, new, approve, cascade)

    # ------------------------------------------------------------------------------------- placing

    @rule(action=st.sampled_from(ACTIONS), pick=PICK, level=LEVELS, approve=APPROVE, cascade=st.booleans())
    def one(self, action: str, pick: int, level: int, approve: bool, cascade: bool) -> None:
        line = Line("1", action, self.product(pick), level=level if action == "change" else None)
        self.placed([line], approve, cascade)
        self.done()

    @rule(pick=PICK, site=SITES, approve=APPROVE)
    def move(self, pick: int, site: str, approve: bool) -> None:
        self._move(self.product(pick), site, approve)
        self.done()

    def _move(self, about: str, site: str, approve: bool) -> None:
        model = self.model
        whole = [one.id for one in model.below(about) if one.kind == "product"]
        lines = [Line(str(at), "move", id, location=site) for at, id in enumerate(whole, 1)]
        id = f"O{len(model.orders) + 1}"
        self.both.send(
            "order.place",
            orderId=id,
            accountId=ACCOUNT,
            approve=approve,
            action="move",
            selection=[about],
            location=site,
        )
        model.place(id, {line.id: line for line in lines}, approve)

    @rule(
        actions=st.tuples(st.sampled_from(ACTIONS), st.sampled_from(ACTIONS)),
        picks=st.tuples(PICK, PICK),
        level=LEVELS,
    )
    def two(self, actions: tuple[str, str], picks: tuple[int, int], level: int) -> None:
        about = [self.product(pick) for pick in picks]
        if about[0] == about[1]:
            return
        lines = [
            Line(str(at), action, id, level=level if action == "change" else None)
            for at, (action, id) in enumerate(zip(actions, about, strict=True), 1)
        ]
        self.placed(lines, True)
        self.done()

    @rule(what=st.sampled_from(("home", "line", "voice", "tv")), pick=PICK, level=LEVELS)
    def add(self, what: str, pick: int, level: int) -> None:
        self.placed(self._added(what, pick, level), True)
        self.done()

    def _added(self, what: str, pick: int, level: int, id: str = "1") -> list[Line]:
        site = "SITE-1"
        if what == "home":
            net = Line(id + "0", "add", spec="internet", parent=id, level=level, location=site)
            return [Line(id, "add", spec="home", level=level, location=site), net]
        homes = [one.id for one in self.model.things.values() if one.spec == "home"]
        parent = homes[pick % len(homes)] if what in ("voice", "tv") else None
        return [Line(id, "add", spec=what, parent=parent, level=level, location=site)]

    @rule(
        action=st.sampled_from(("change", "disconnect", "suspend", "resume")),
        pick=PICK,
        level=LEVELS,
        days=st.integers(1, 9),
    )
    def later(self, action: str, pick: int, level: int, days: int) -> None:
        due = self.model.now + days * DAY + len(self.model.orders)
        line = Line("1", action, self.product(pick), level=level if action == "change" else None, due=due)
        self.placed([line], True)
        self.done()

    @rule(pick=PICK, days=st.integers(0, 5), more=st.integers(1, 5))
    def window(self, pick: int, days: int, more: int) -> None:
        start = self.model.now + days * DAY + len(self.model.orders) if days else None
        end = self.model.now + (days + more) * DAY + len(self.model.orders)
        about = self.product(pick)
        self.placed([Line("1", "suspend", about, due=start), Line("2", "resume", about, due=end)], True)
        self.done()

    # ------------------------------------------------------------------------------------- judging

    @precondition(lambda self: self.model.orders)
    @rule(pick=PICK, verb=st.sampled_from(("approve", "reject", "rework", "submit")))
    def judged(self, pick: int, verb: str) -> None:
        order = self.order(pick, "new", "draft", "rejected").id
        self.both.send(f"order.{verb}", orderId=order)
        getattr(self.model, verb)(order)
        self.done()

    @precondition(lambda self: self.model.orders)
    @rule(pick=PICK, verb=st.sampled_from(("hold", "release")))
    def paused(self, pick: int, verb: str) -> None:
        order = self.order(pick, "in_progress", "on_hold").id
        self.both.send(f"order.{verb}", orderId=order)
        getattr(self.model, verb)(order)
        self.done()

    @precondition(lambda self: self.model.orders)
    @rule(pick=PICK, then=THEN)
    def cancel(self, pick: int, then: str) -> None:
        order = self.order(pick, "in_progress", "on_hold", "new").id
        self.both.send("order.cancel", orderId=order)
        self.model.cancel(order)
        self._answer(order, then)
        self.done()

    @precondition(lambda self: self.model.orders)
    @rule(pick=PICK)
    def race(self, pick: int) -> None:
        """It is canceled while all that is with somebody is done: whichever comes first."""
        order = self.order(pick, "in_progress")
        if len(order.parts) > 1 or order.asked is not None:
            return
        self.both.send("order.cancel", orderId=order.id)
        self.model.cancel(order.id)
        self._answer(order.id, "approve-change")
        for task in [task for _, task in sorted(self.both.tasks.items()) if task.order == order.id]:
            if task.status == "asked":
                self.report(task, "completed")
        order.raced = order.canceling
        self.done()

    def _answer(self, order: str, verb: str) -> None:
        if verb:
            self.both.send(f"order.{verb}", orderId=order)
            getattr(self.model, verb.replace("-", "_"))(order)

    @precondition(lambda self: any(one.asked for one in self.model.orders.values()))
    @rule(pick=PICK, verb=st.sampled_from(("approve-change", "approve-change", "decline-change")))
    def answered(self, pick: int, verb: str) -> None:
        order = self.order(pick, "revision_in_progress", "assessing_cancellation").id
        self._answer(order, verb)
        self.done()

    # ------------------------------------------------------------------------------------ revising

    def revisable(self, pick: int) -> Order | None:
        order = self.order(pick, "in_progress")
        part = order.open()
        return order if part is not None and len(order.parts) == 1 and part.due is None else None

    @precondition(lambda self: self.model.orders)
    @rule(then=THEN, pick=PICK, which=PICK, level=LEVELS)
    def revise_level(self, then: str, pick: int, which: int, level: int) -> None:
        if (order := self.revisable(pick)) is None:
            return
        can = [line for line in order.lines.values() if line.action in ("add", "change")]
        if can:
            line = can[which % len(can)]
            self._revise(then, order, {**order.lines, line.id: replace(line, level=level)})

    @precondition(lambda self: self.model.orders)
    @rule(then=THEN, pick=PICK, which=PICK, by_id=st.booleans())
    def revise_drop(self, then: str, pick: int, which: int, by_id: bool) -> None:
        if (order := self.revisable(pick)) is None or len(order.lines) < 2:
            return
        if moves(order):
            return
        can = [line for line in order.lines.values() if self._ends_nothing_else(line, order)]
        if can:
            line = can[which % len(can)]
            self._revise(
                then,
                order,
                {id: one for id, one in order.lines.items() if one is not line},
                by_id and line.id,
            )

    def _ends_nothing_else(self, line: Line, order: Order) -> bool:
        """A line with none below it, and not of a part that what is above it cannot be without."""
        above: set[str] = set()
        for one in order.lines.values():
            owned = self.model.things.get(one.about or "")
            above |= set(self.model.above(owned.parent if owned else one.parent))
        return (line.about or f"{order.id}:{line.id}") not in above and line.spec != "internet"

    @precondition(lambda self: self.model.orders)
    @rule(
        then=THEN,
        pick=PICK,
        which=PICK,
        action=st.sampled_from(("change", "disconnect", "no_change")),
        level=LEVELS,
    )
    def revise_more(self, then: str, pick: int, which: int, action: str, level: int) -> None:
        order = self.revisable(pick)
        if order is None or (action == "change" and moves(order)):
            return
        id = str(100 + len(order.used))
        line = Line(id, action, self.product(which), level=level if action == "change" else None)
        self._revise(then, order, {**order.lines, id: line})

    @precondition(lambda self: self.model.orders)
    @rule(then=THEN, pick=PICK, what=st.sampled_from(("line", "voice", "tv")), which=PICK, level=LEVELS)
    def revise_add(self, then: str, pick: int, what: str, which: int, level: int) -> None:
        if (order := self.revisable(pick)) is not None:
            id = str(100 + len(order.used))
            self._revise(
                then, order, {**order.lines, **{one.id: one for one in self._added(what, which, level, id)}}
            )

    def _revise(self, then: str, order: Order, lines: dict[str, Line], drop: str | bool = False) -> None:
        if drop:
            self.both.send("order.cancel", orderId=order.id, lineIds=[drop])
        else:
            self.both.send(
                "order.revise", orderId=order.id, lines=[written(line, order.id) for line in lines.values()]
            )
        self.model.revise(order.id, lines)
        self._answer(order.id, then)
        self.done()

    # --------------------------------------------------------------------------------------- work

    def task(self, pick: int, *statuses: str) -> Task | None:
        found = [task for _, task in sorted(self.both.tasks.items()) if task.status in statuses]
        return found[pick % len(found)] if found else None

    def report(self, task: Task, result: str) -> None:
        self.both.send("task.report", taskId=task.id, attempt=task.attempt, result=result)
        if result == "completed" and task.hard and task.status == "asked" and not task.undo:
            self.model.passed(task.order, task.line)
        if result != "in_progress" and task.status == "asked":
            task.status = "done" if result == "completed" else "failed"

    @rule(pick=PICK, result=st.sampled_from(("completed", "completed", "completed", "failed", "in_progress")))
    def work(self, pick: int, result: str) -> None:
        if (task := self.task(pick, "asked")) is not None:
            self.report(task, result)
            self.done()

    @rule(pick=PICK)
    def work_late(self, pick: int) -> None:
        """What is not wanted any more is done all the same."""
        if (task := self.task(pick, "withdrawn")) is not None:
            self.report(task, "completed")
            self.done()

    @rule(pick=PICK, verb=st.sampled_from(("retry", "skip")))
    def mend(self, pick: int, verb: str) -> None:
        if (task := self.task(pick, "failed")) is not None:
            self.both.send(f"task.{verb}", taskId=task.id, reason="it is mended")
            if verb == "skip":
                task.status = "done"
            self.done()

    @precondition(lambda self: self.model.orders)
    @rule(pick=PICK)
    def finish(self, pick: int) -> None:
        """All of an order that is with somebody is done, until nothing more of it is."""
        order = self.order(pick, "in_progress", "cancellation_in_progress").id
        for _ in range(10):
            mine = [task for _, task in sorted(self.both.tasks.items()) if task.order == order]
            if not any(task.status in ("asked", "failed") for task in mine):
                return
            for task in mine:
                if task.status == "asked":
                    self.report(task, "completed")
                elif task.status == "failed":
                    self.both.send("task.retry", taskId=task.id)
            self.done()

    # ----------------------------------------------------------------------------- time and again

    @rule(days=st.integers(1, 4))
    def wait(self, days: int) -> None:
        """Day by day: what each of them brings happens before the next."""
        end = self.model.now + days * DAY
        for at in [day for day in self.model.due() if day <= end] + [end]:
            self.both.advance(at)
            self.model.advance(at)
            self.done()

    @precondition(lambda self: self.both.sent)
    @rule(pick=st.integers(0, 200), other=st.booleans())
    def again(self, pick: int, other: bool) -> None:
        """The same command by the same id, or another one by it, changes nothing."""
        self.both.again(-1 - pick % len(self.both.sent), **({"reason": "another"} if other else {}))
        self.done()


def moves(order: Order) -> bool:
    """An order with the header action move: a change that joins it is a move as well (D-06)."""
    return any(line.action == "move" for line in order.lines.values())
