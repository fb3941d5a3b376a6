"""What is asked of orders, and done about them in the same breath; after each step the laws are looked at."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.machine.laws.asking import OUTCOMES, Asking
from tests.machine.laws.ending import settle
from tests.machine.laws.held import broken
from tests.machine.laws.sold import ACCOUNT, NO_RETURN
from tests.machine.laws.view import OVER, UNAPPROVED, Page, View
from tests.machine.playing import Counting

SEED = st.integers(0, 2**24)
UNDER_WAY = ("in_progress", "awaiting_information", "acknowledged")


class Ordering(Counting):
    """Every rule is one thing that somebody does; `n` is the chance by which it is chosen."""

    well = True

    @initialize(seed=st.integers(0, 2**16))
    def begin(self, seed: int) -> None:
        self.view = View(seed)

    def done(self) -> None:
        type(self).steps += 1
        self.well = False
        self.view.quiet()
        broken(self.view)
        self.well = True

    def teardown(self) -> None:
        """All that is asked for is answered: then everything comes to an end."""
        if hasattr(self, "view") and self.well:
            settle(self.view, self.done)

    # ------------------------------------------------------------------------------------- orders

    @rule(n=SEED)
    def place(self, n: int) -> None:
        asking = self.asking(n)
        self._placed(asking, lines=asking.lines())

    @rule(n=SEED, action=st.sampled_from(("change", "disconnect", "suspend", "resume", "move", "add")))
    def place_one(self, n: int, action: str) -> None:
        asking = self.asking(n)
        line = asking.add("1") if action == "add" else asking.of("1", action, asking.product())
        self._placed(asking, lines=[line])

    @rule(n=SEED)
    def otherwise(self, n: int) -> None:
        """A value by which there are more parts, or fewer, or others."""
        asking = self.asking(n)
        self._placed(asking, lines=[asking.of("1", "change", asking.product("office", "pool", "broadband"))])

    @rule(n=SEED)
    def beside(self, n: int) -> None:
        asking = self.asking(n)
        self._placed(asking, lines=[asking.beside()])

    @rule(n=SEED)
    def nested(self, n: int) -> None:
        asking = self.asking(n)
        self._placed(asking, lines=asking.nested())

    @rule(n=SEED, action=st.sampled_from(("suspend", "suspend", "resume")))
    def below(self, n: int, action: str) -> None:
        """What a product is realized as has a life of its own, and the product is changed thereafter."""
        asking = self.asking(n)
        about = asking.service()
        self._placed(asking, category="service", lines=[asking.of("1", action, about)])
        for task in self.view.tasks("open"):
            if task["orderId"] == f"O{len(self.view.sent) - 1}":
                self._report(asking, task)
        self.done()
        root = self.view.instances[about]["rootId"]
        if asking.random.random() < 0.7 and self.view.instances[root]["state"] != "inactive":
            self._placed(asking, lines=[asking.of("1", "change", root)])

    @rule(n=SEED, revise=st.booleans())
    def too_late(self, n: int, revise: bool) -> None:
        """What is in the ground already is to be otherwise, or not at all."""
        asking, id = self.asking(n), f"O{len(self.view.sent)}"
        self._placed(asking, lines=[asking.of("1", "change", asking.product("duct"))])
        for task in self.view.tasks("open"):
            if task["orderId"] == id and task["name"] == NO_RETURN:
                self._report(asking, task)
        if id in self.view.orders:
            self.done()
            more = {"lines": asking.revised(self.view.orders[id])} if revise else {}
            self.view.send("order.revise" if revise else "order.cancel", orderId=id, **more)
            self.view.send("order.approve-change", orderId=id)
            self.done()

    @rule(n=SEED, action=st.sampled_from(("suspend", "resume", "disconnect", "move")))
    def select(self, n: int, action: str) -> None:
        asking = self.asking(n)
        more = {"location": asking.one("SITE-1", "SITE-2")} if action == "move" else {}
        about = asking.one("L-FLAT", "L-HAND", "E-HUB", "HAND", asking.product(), asking.product())
        self._placed(asking, action=action, selection=[about], **more)

    def _placed(self, asking: Asking, **data: Any) -> None:
        approve, cascade = asking.random.random() < 0.9, asking.random.random() < 0.3
        id = f"O{len(self.view.sent)}"
        self.view.send("order.place", orderId=id, accountId=ACCOUNT, approve=approve, cascade=cascade, **data)
        self.done()

    @precondition(lambda self: self.view.orders)
    @rule(n=SEED, verb=st.sampled_from(("approve", "reject", "rework", "submit")))
    def judge(self, n: int, verb: str) -> None:
        self._say(n, verb, *UNAPPROVED, "rejected")

    @precondition(lambda self: self.view.orders)
    @rule(n=SEED, verb=st.sampled_from(("hold", "release", "release")))
    def pause(self, n: int, verb: str) -> None:
        self._say(n, verb, *(UNDER_WAY if verb == "hold" else ("on_hold",)))

    @precondition(lambda self: self.view.orders)
    @rule(n=SEED, lines=st.booleans())
    def cancel(self, n: int, lines: bool) -> None:
        order = self.order(n, *UNDER_WAY, "on_hold")
        more = {"lineIds": [self.asking(n).one(*order["lines"])["lineId"]]} if lines else {}
        self._say(n, "cancel", *UNDER_WAY, "on_hold", **more)

    @precondition(lambda self: self.view.orders)
    @rule(n=SEED)
    def revise(self, n: int) -> None:
        order = self.order(n, *UNDER_WAY, "draft")
        self._say(n, "revise", *UNDER_WAY, "draft", lines=self.asking(n).revised(order))

    def _say(self, n: int, verb: str, *states: str, **more: Any) -> None:
        """A request is often answered in the same breath."""
        id = self.order(n, *states)["orderId"]
        self.view.send(f"order.{verb}", orderId=id, **more)
        if verb in ("cancel", "revise") and n % 3:
            self.view.send("order.approve-change", orderId=id)
        self.done()

    @precondition(lambda self: any(one["request"] for one in self.view.orders.values()))
    @rule(n=SEED, verb=st.sampled_from(("approve-change", "approve-change", "decline-change")))
    def answer(self, n: int, verb: str) -> None:
        self._say(n, verb, "revision_in_progress", "assessing_cancellation")

    @precondition(lambda self: self.waiting())
    @rule(n=SEED)
    def choose(self, n: int) -> None:
        asking = self.asking(n)
        order, line = asking.one(*self.waiting())
        named = asking.choice(line)
        self.view.send(
            "order.choose-instances", orderId=order["orderId"], lineId=line["lineId"], instanceIds=named
        )
        self.done()

    # ------------------------------------------------------------------------------------ picking

    def asking(self, n: int) -> Asking:
        return Asking(self.view, Random(n))

    def order(self, n: int, *states: str) -> Page:
        """In one of these states if there is one."""
        orders = list(self.view.orders.values())
        found = [one for one in orders if one["state"] in states]
        alive = [one for one in orders if one["state"] not in OVER]
        return (found or alive or orders)[n % len(found or alive or orders)]

    def waiting(self) -> list[tuple[Page, Page]]:
        """Orders with a line each that waits for a choice."""
        return self.view.waiting()

    # ------------------------------------------------------------------------------------ answers

    def _report(self, asking: Asking, task: Page, result: str = "completed") -> None:
        found: dict[str, Any] = {}
        if task["name"] in ("receive", "swap", "mend"):
            found = {"outcome": asking.one(*OUTCOMES)}
        elif ".add" in task["taskId"] and asking.random.random() < 0.5:
            found = {"access": asking.one("fibre", "copper")} if self._surveys(task) else {}
        self.view.send(
            "task.report",
            taskId=task["taskId"],
            attempt=task["attempt"],
            result=result,
            characteristics=found,
        )

    def _surveys(self, task: Page) -> bool:
        orders = self.view.plan(task["orderId"])["domainOrders"]
        of = {one["domainOrderId"]: one["specificationId"] for one in orders}
        return bool(of[task["domainOrderId"]] == "survey")
