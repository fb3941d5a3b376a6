"""The state machine that asks for anything, and looks whether the laws hold after each step."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine.laws.asking import Asking
from tests.machine.laws.ordering import SEED, Ordering
from tests.machine.laws.sold import ACCOUNT
from tests.machine.laws.view import Page


class Anything(Ordering):
    """Beside what is asked of orders: returns, work, fallouts, days, and commands that come again."""

    # ------------------------------------------------------------------------------------ returns

    @rule(n=SEED)
    def bring(self, n: int) -> None:
        asking = self.asking(n)
        self._brought(asking, n, asking.returned())

    @rule(n=SEED)
    def bring_some(self, n: int) -> None:
        """Of what there are many, and what is to be done about it is done."""
        asking = self.asking(n)
        id = f"R{len(self.view.sent)}"
        self._brought(asking, n, [asking.returning("1", "handset")])
        for _ in range(2):
            for task in self.view.tasks("open", "in_progress"):
                if task["orderId"] == f"{id}-1":
                    self._report(asking, task)
            self.done()

    def _brought(self, asking: Asking, n: int, lines: list[Page]) -> None:
        """Often it is looked at in the same breath."""
        id = f"R{len(self.view.sent)}"
        self.view.send("return.open", returnId=id, accountId=ACCOUNT, lines=lines)
        if n % 5:
            self.view.send("return.assess", returnId=id, lines=asking.assessed({"lines": lines}))
        self.done()

    @precondition(lambda self: self.view.pages["return"])
    @rule(n=SEED, close=st.booleans())
    def assess(self, n: int, close: bool) -> None:
        asking = self.asking(n)
        case = asking.one(*self.view.pages["return"].values())
        if close:
            self.view.send("return.close", returnId=case["returnId"])
        else:
            self.view.send("return.assess", returnId=case["returnId"], lines=asking.assessed(case))
        self.done()

    # --------------------------------------------------------------------------------------- work

    @precondition(lambda self: self.view.tasks("open", "in_progress"))
    @rule(n=SEED, result=st.sampled_from(("completed", "completed", "completed", "failed")))
    def work(self, n: int, result: str) -> None:
        asking = self.asking(n)
        self._report(asking, asking.one(*self.view.tasks("open", "in_progress")), result)
        self.done()

    @precondition(lambda self: self.view.tasks("canceled"))
    @rule(n=SEED)
    def work_late(self, n: int) -> None:
        """What is not wanted any more is done all the same."""
        asking = self.asking(n)
        asked = [task for task in self.view.tasks("canceled") if task["attempt"]]
        if asked:
            self._report(asking, asking.one(*asked))
            self.done()

    @precondition(lambda self: self.view.fallouts())
    @rule(n=SEED, verb=st.sampled_from(("task.retry", "task.skip", "resolve", "accept")))
    def mend(self, n: int, verb: str) -> None:
        fallout = self.asking(n).one(*self.view.fallouts())
        if verb.startswith("task."):
            self.view.send(verb, taskId=fallout["taskId"] or "none", reason="mended")
        elif verb == "accept":
            self.view.accept(fallout["falloutId"])
        else:
            self.view.send("fallout.resolve", falloutId=fallout["falloutId"], resolution="mended")
        self.done()

    @precondition(lambda self: self.view.tasks("open", "in_progress"))
    @rule(n=SEED)
    def finish(self, n: int) -> None:
        """All of an order that is with somebody is done, until nothing more of it is; rather of a return."""
        asking, tasks = self.asking(n), self.view.tasks("open", "in_progress")
        order = asking.one(*([one for one in tasks if one["orderId"].startswith("R")] or tasks))["orderId"]
        for _ in range(8):
            mine = [task for task in self.view.tasks("open", "in_progress") if task["orderId"] == order]
            for task in mine:
                self._report(asking, task)
            if mine:
                self.done()

    # ----------------------------------------------------------------------------- time and again

    @rule(days=st.integers(1, 4))
    def wait(self, days: int) -> None:
        self.view.advance(days * 24)
        self.done()

    @precondition(lambda self: self.view.sent)
    @rule(n=SEED, other=st.booleans())
    def again(self, n: int, other: bool) -> None:
        """The same command by the same id, or another one by it."""
        self.view.again(n % len(self.view.sent), **({"reason": "another"} if other else {}))
        self.done()
