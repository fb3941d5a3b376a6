"""The three services beside the reference model: what is sent goes to both, and then they are compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic_core import from_json

from schemas import envelope
from schemas.registry import full
from schemas.topics import TASKS
from services.chassis.stored import micros
from tests.machine import book
from tests.machine.catalog import ACCOUNT, BASE, prepared
from tests.machine.course import Course, Difference
from tests.machine.model import New, Order, Part, Thing
from tests.machine.seen import thing_of
from tests.reader import PARTITIONS, START
from tests.world import World


@dataclass
class Task:
    """Work that is with somebody: `asked`, `failed`, or `withdrawn` and perhaps done all the same."""

    id: str
    attempt: int
    order: str
    line: str
    hard: bool
    undo: bool
    status: str = "asked"


class Beside:
    """A world, a model, and how to compare them."""

    def __init__(self, seed: int) -> None:
        self.world: World = prepared().forked(seed)
        self.world.answer = lambda _: None
        self.model = Course(BASE)
        self.tasks: dict[str, Task] = {}
        self.sent: list[tuple[str, dict[str, Any], str]] = []
        self._read = [len(self.world.log[TASKS, at]) for at in range(PARTITIONS)]
        self._looked = {name: one.store.head() for name, one in self.world.readers.items()}
        self.things: dict[str, Thing] = {thing.id: thing.copy() for thing in BASE}
        self.orders: dict[str, Any] = {}

    # ----------------------------------------------------------------------------------- sending

    def send(self, name: str, **data: Any) -> None:
        id = f"m-{len(self.sent)}"
        self.sent.append((name, data, id))
        self.world.send(name, data, account=ACCOUNT, id=id, source="/machine")

    def again(self, at: int, **other: Any) -> None:
        """A command that was sent before, the same or another one by the same id."""
        name, data, id = self.sent[at]
        self.world.send(name, {**data, **other}, account=ACCOUNT, id=id, source="/machine")

    def advance(self, minutes: int) -> None:
        """The clock goes on, and what is due by then happens, the earliest first."""
        self.world.clock.at = START + timedelta(minutes=minutes)
        now = micros(self.world.clock.at)
        for _ in range(100):
            waiting = [one for one in self.world.readers.values() if one.store.due(range(PARTITIONS), now, 1)]
            if not waiting:
                return
            for reader in waiting:
                reader.inbox.fire(reader.store.due(range(PARTITIONS), now, 100), ())
            self.world.run()
        raise Difference("timers never end")

    # ---------------------------------------------------------------------------------- comparing

    def quiet(self) -> None:
        """Until nothing more happens; then both say the same."""
        self.world.run()
        self.look()
        if parked := self.world.parked():
            raise Difference(f"parked: {parked}")
        self._settle_all()
        for order in self.model.orders.values():
            self._compare_order(order)
        self._compare_things()

    def look(self) -> None:
        """What has changed since the last time."""
        for at in range(PARTITIONS):
            for record in self.world.log[TASKS, at][self._read[at] :]:
                message, _ = envelope.read(record.headers, record.value)
                self._heard(str(message.type), from_json(record.value))
            self._read[at] = len(self.world.log[TASKS, at])
        for name in ("inventory", "order"):
            reader = self.world.readers[name]
            streams = {event.stream for event in reader.store.log(self._looked[name], 1_000_000)}
            self._looked[name] = reader.store.head()
            for category, _, id in (stream.partition("-") for stream in sorted(streams)):
                if (name, category) == ("inventory", "instance"):
                    self.things[id] = thing_of(self._page(name, category, id))
                elif (name, category) == ("order", "order"):
                    self.orders[id] = self._page(name, category, id)

        for task in self.tasks.values():
            if task.status == "failed" and self._given_up(task):
                task.status = "withdrawn"

    def _given_up(self, task: Task) -> bool:
        """Nobody is told when a task that has failed is not wanted any more: it is with nobody."""
        plan = self.world.state("fulfillment", "plan", task.order)
        return bool(plan.canceled) or bool(plan.tasks[task.id].state == "canceled")

    def _page(self, service: str, category: str, id: str) -> Any:
        state = self.world.state(service, category, id)
        [page] = self.world.readers[service].service.pages(category, id, state)
        return page.body

    def _heard(self, type: str, data: dict[str, Any]) -> None:
        id = data["taskId"]
        known = self.tasks.get(id)
        if type == full("task.withdrawn"):
            if known is not None and known.attempt == data["attempt"]:
                known.status = "withdrawn"
        elif known is None or known.attempt < data["attempt"]:
            hard = data["name"] == "commit"
            line, order = data["lineId"], data["orderId"]
            self.tasks[id] = Task(id, data["attempt"], order, line, hard, data.get("undo", False))

    def out(self, order: str) -> set[str]:
        return {
            task.line
            for task in self.tasks.values()
            if task.order == order and task.status in ("asked", "failed")
        }

    # ------------------------------------------------------------------------------------- orders

    def _settle_all(self) -> None:
        """One that ends lets others go on, which were looked at before it."""
        for _ in self.model.orders:
            before = self._phases()
            if any([self._let_go(order) for order in self.model.orders.values()]):
                self.model.go_on()
            for order in self.model.orders.values():
                self._adopt(order)
                self._settle(order)
            if before == self._phases():
                return

    def _let_go(self, order: Order) -> bool:
        """Once its lines were changed, an instance is let go when the work shows that it is undone."""
        part = order.open()
        if part is None or not part.loose:
            return False
        dropped = [id for id in part.before if id not in part.under]
        unmade = {id for id in (*part.made.values(), *part.gone) if self.things[id].state == "inactive"}
        mine = [id for id in (*dropped, *unmade) if self.model.things[id].held == order.id]
        free = [id for id in mine if self.things[id].held != order.id]
        for id in free:
            thing, before = self.model.things[id], part.before.pop(id, None)
            thing.state, thing.held = before.state if before else self.things[id].state, None
        return bool(free)

    def _phases(self) -> list[tuple[str, list[str]]]:
        return [(one.state, [part.phase for part in one.parts]) for one in self.model.orders.values()]

    def _settle(self, order: Order) -> None:
        """Parts may follow each other while there is nothing to wait for."""
        for _ in range(5):
            before = (order.state, [part.phase for part in order.parts])
            shown = self.orders[order.id]
            state = shown["state"]
            if order.raced:
                before_it = "on_hold" if order.paused else "in_progress"
                overtaken = state == "completed" or (order.hard and state == before_it)
                order.canceling, order.raced = not overtaken, False
            part = order.open()
            if part is not None and (order.paused or order.asked):
                states = {one["lineId"]: one["state"] for one in shown["lines"]}
                if all(states.get(id) == "completed" for id in part.lines):
                    state = "completed"
            out = self.out(order.id)
            if part is not None and not order.canceling and len(order.parts) > 1:
                out &= set(part.lines)
            self.model.settle(order, state, out)
            self._adopt(order)
            if before == (order.state, [part.phase for part in order.parts]):
                return

    def _compare_order(self, order: Order) -> None:
        real, wanted = self.orders[order.id], self.model.shown(order)
        if real["state"] != wanted:
            raise Difference(
                f"{order.id} is {real['state']}, and should be {wanted}: {real['reasons']} {real['declined']}"
            )
        if order.approved and (idle := self._idle(order)):
            raise Difference(f"{order.id} still asks for {idle}, which nobody wants any more")

    def _idle(self, order: Order) -> list[str]:
        """INF-04, ORD-17: of a dropped line, and of a canceled order, nothing is asked for but to undo it."""
        mine = (task for task in self.tasks.values() if task.order == order.id and not task.undo)
        return [
            task.id
            for task in mine
            if task.status == "asked" and (order.canceling or task.line not in order.lines)
        ]

    # ------------------------------------------------------------------------------------- things

    def _adopt(self, order: Order) -> None:
        """What the order should make, and has made, is known by its id from now on."""
        part = order.open()
        if part is None:
            return
        _, new = self.model.goals(order, part)
        for one in new:
            id = one.id or self._found(part, one)
            if id is not None and id in self.things and part.made.get(one.key) != id:
                if one.key in part.made:
                    part.gone.add(part.made[one.key])
                part.made[one.key] = id
                parent = self._parent(part, one)
                made = Thing(
                    id, one.spec, one.kind, parent, "installation_pending", one.location, held=order.id
                )
                self.model.things.setdefault(id, made)

    def _parent(self, part: Part, one: New) -> str | None:
        return part.made.get(one.parent or "", one.parent)

    def _found(self, part: Part, one: New) -> str | None:
        known = part.made.get(one.key)
        if known is not None and self.things[known].state != "inactive":
            return known
        parent = self._parent(part, one)
        fresh = [
            id
            for id, thing in self.things.items()
            if id not in self.model.things and thing.spec == one.spec and thing.parent == parent
        ]
        return fresh[0] if fresh else known

    def _compare_things(self) -> None:
        known = {thing.id for thing in BASE}
        if unknown := (self.things.keys() | known) ^ self.model.things.keys():
            raise Difference(f"only one of them knows {sorted(unknown)}")
        busy: dict[str, tuple[Order, Part]] = {}
        for order in self.model.orders.values():
            part = order.open()
            if part is not None and order.approved:
                busy |= dict.fromkeys((*part.before, *part.made.values(), *part.gone), (order, part))
        for id, real in self.things.items():
            if id in busy:
                self._compare_busy(self.model.things[id], real, *busy[id])
                continue
            thing = self.model.things[id]
            if id in self.model.unmade:
                thing = thing.copy(location=real.location, level=real.level)
            if real != thing:
                raise Difference(f"{id} is {real}, and should be {thing}")

    def _compare_busy(self, thing: Thing, real: Thing, order: Order, part: Part) -> None:
        ends, _ = self.model.goals(order, part)
        before = part.before.get(thing.id)
        if before is None:
            states = ["installation_pending", "active"] + ["inactive"] * (part.loose or order.canceling)
            fits = real.state in states and (real.held == order.id or real.state == "inactive")
            fits = fits and real == thing.copy(state=real.state, held=real.held, level=real.level)
        else:
            shown = real.copy(state=before.state, held=None)
            fits = real.state in _states(order, part, before, ends[thing.id]) and shown == before.copy(
                held=None
            )
            fits = fits and (real.held == order.id or (part.loose and thing.id not in part.under))
        if not fits:
            raise Difference(
                f"{thing.id} is {real} under {order.id}: before {before}, after {ends.get(thing.id)}"
            )
        thing.state, thing.held = real.state, real.held
        if before is not None and real.held is None:
            if real != before.copy(held=None):
                raise Difference(f"{thing.id} is free as {real}, and was {before}")
            del part.before[thing.id]


def _states(order: Order, part: Part, before: Thing, goal: Thing) -> tuple[str, ...]:
    """What an instance that is worked on may show: what its line shows, and then what it comes to.

    While lines are undone or done again, and of a modem that nobody ordered, every way there is right.
    """
    line = part.lines.get(part.under.get(before.id, ""))
    if part.loose or order.canceling or before.spec == "modem":
        return (before.state, goal.state, *book.SHOWN.values(), "inactive", "suspended")
    return (goal.state, book.SHOWN.get(line.action, before.state) if line else before.state)
