"""Somebody who does everything to one order, at any moment, and whoever answers for it until it is over."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from services.fulfillment.service import SERVICE as FULFILLMENT
from services.inventory.service import SERVICE as INVENTORY
from services.order.service import SERVICE as ORDER
from tests.scenarios import BASE, CATALOG, Sent, line
from tests.world import World

OVER = ("completed", "canceled", "rejected")
Lines = list[dict[str, Any]]


def undoable() -> tuple[Sent, ...]:
    """The catalog of the scenarios, in which every task can be taken back."""
    found = copy.deepcopy(CATALOG)
    for _, data in found:
        for plan in data.get("plans", ()):
            for task in plan["tasks"]:
                task["undo"] = {"name": f"un-{task['name']}", "kind": task["kind"]}
    return found


@cache
def prepared() -> World:
    world = World([ORDER, INVENTORY, FULFILLMENT])
    for stage in (undoable(), BASE):
        for name, data in stage:
            world.send(name, data, account="ACME")
        world.run()
    return world


def instances(world: World) -> dict[str, Mapping[str, Any]]:
    return {id: page for (kind, id), page in world.pages().items() if kind == "instance"}


def as_before() -> dict[str, Mapping[str, Any]]:
    return instances(prepared())


class Walk:
    """Reproducible: a seed is one story."""

    def __init__(self, seed: int, lines: Callable[[random.Random], Lines]) -> None:
        self.random = random.Random(seed)
        self.lines = lines
        self.world = prepared().forked(seed if seed % 4 else None)
        self.world.answer = lambda _: None
        self.world.time_passes = False

    # ---------------------------------------------------------------------------------------- looks

    def state(self) -> str:
        return str(self.world.pages()["order", "O1"]["state"])

    def tasks(self, *states: str) -> list[Mapping[str, Any]]:
        plan = self.world.pages().get(("plan", "O1"), {"tasks": []})
        return [task for task in plan["tasks"] if not states or task["state"] in states]

    # ----------------------------------------------------------------------------------------- does

    def say(self, name: str, **data: Any) -> None:
        self.world.send(name, data, account="ACME")

    def go(self) -> None:
        """Things are said in the middle of what was said before."""
        self.say("order.place", orderId="O1", accountId="ACME", lines=self.lines(self.random), approve=True)
        for _ in range(self.random.randint(3, 14)):
            for _ in range(self.random.choice([0, 2, 5, 20, 200])):
                self.world.step()
            self._something()
        self.world.run()

    def _something(self) -> None:
        verbs = ("report", "revise", "cancel", "drop", "approve-change", "decline-change", "hold", "release")
        match self.random.choices(verbs, weights=(45, 15, 6, 4, 16, 6, 4, 4))[0]:
            case "report":
                self._report()
            case "revise":
                self.say("order.revise", orderId="O1", lines=self.lines(self.random))
            case "drop":
                self.say("order.cancel", orderId="O1", lineIds=[self.random.choice("123")])
            case verb:
                self.say(f"order.{verb}", orderId="O1")

    def _report(self) -> None:
        """Also on what is closed or withdrawn."""
        asked = [task for task in self.tasks() if task["attempt"]]
        if asked:
            task = self.random.choice(asked)
            result = self.random.choice(["completed", "completed", "completed", "failed"])
            self.say("task.report", taskId=task["taskId"], attempt=task["attempt"], result=result)

    def end(self) -> str:
        """Every request is answered, every task done; the state in which the order ends."""
        for _ in range(300):
            if self.state() in OVER or not self._next():
                break
            self.world.run()
        return self.state()

    def _next(self) -> bool:
        match self.state():
            case "on_hold":
                self.say("order.release", orderId="O1")
            case "revision_in_progress" | "assessing_cancellation":
                verb = self.random.choice(["approve-change", "approve-change", "decline-change"])
                self.say(f"order.{verb}", orderId="O1")
            case _:
                return self._work()
        return True

    def _work(self) -> bool:
        if open_ := self.tasks("open", "in_progress"):
            task = self.random.choice(open_)
            report = {"taskId": task["taskId"], "attempt": task["attempt"], "result": "completed"}
            self.say("task.report", **report)
        elif held := self.tasks("on_hold"):
            self.say("task.retry", taskId=held[0]["taskId"])
        else:
            return False
        return True


# ------------------------------------------------------------------------------------------- orders


def changes(chance: random.Random) -> Lines:
    """Lines of which each may be there or not, with one value or another."""
    every = [
        line("1", "change", instanceId="NET", characteristics={"speed": chance.choice([200, 300, 1000])}),
        line("2", "disconnect", instanceId="VOICE"),
        line("3", "add", specificationId="tv", parentInstanceId="HOME"),
        line("4", "change", instanceId="MOB", characteristics={"number": chance.choice("12")}),
    ]
    likely = (0.8, 0.5, 0.5, 0.4)
    found = [each for each, share in zip(every, likely, strict=True) if chance.random() < share]
    return found or every[:1]


def moves(chance: random.Random) -> Lines:
    """A bundle to one place or another, with or without a part of it."""
    to: dict[str, Any] = {"location": chance.choice(["SITE-2", "SITE-3"]), "move": True}
    below = {**to, "parentLineId": "1"}
    speed = chance.choice([{}, {"characteristics": {"speed": 1000}}])
    found = [
        line("1", "change", instanceId="HOME", **to),
        line("2", "change", instanceId="NET", **below, **speed),
        line("3", chance.choice(["change", "disconnect"]), instanceId="VOICE", **below),
    ]
    return [*found, line("4", "add", specificationId="tv", **below)] if chance.random() < 0.4 else found
