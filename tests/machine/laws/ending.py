"""Everybody does what is asked of them: then every order ends, and every return is resolved."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.machine.course import Difference
from tests.machine.laws.asking import Asking, written
from tests.machine.laws.orders import waits_for
from tests.machine.laws.view import OVER, UNAPPROVED, View

ROUNDS = 25


def settle(view: View, done: Callable[[], None]) -> None:
    """Raises what is left when nobody can do anything any more; `done` looks after each step."""
    asking = Asking(view, Random(len(view.sent)))
    for _ in range(ROUNDS):
        if not (left := open_orders(view)):
            return
        answer(view, asking)
        ask_again(view)
        done()
        view.advance(24)
        done()
    raise Difference(
        f"all that is asked for is answered: {left} never ends: {[list(waits_for(view, id)) for id in left]}"
    )


def open_orders(view: View) -> list[str]:
    return [id for id, one in view.orders.items() if one["state"] not in (*OVER, *UNAPPROVED)]


def ask_again(view: View) -> None:
    """Others have left fewer than a line asks for: the same lines once more, and what is missing is added."""
    for order, line in view.waiting():
        if "order.revise" in line.get("attention", ""):
            lines = [written(one) for one in order["lines"] if one["state"] != "canceled"]
            view.send("order.revise", orderId=order["orderId"], lines=lines)


def answer(view: View, asking: Asking) -> None:
    """Each order as far as it goes by itself."""
    for id in open_orders(view):
        order = view.orders[id]
        if order["state"] == "on_hold":
            view.send("order.release", orderId=id)
        elif order["request"] is not None:
            view.send("order.approve-change", orderId=id)
            view.send("order.decline-change", orderId=id)
    for order, line in view.waiting():
        named = asking.choice(line)
        view.send(
            "order.choose-instances", orderId=order["orderId"], lineId=line["lineId"], instanceIds=named
        )
    for fallout in view.fallouts():
        if fallout["taskId"] is not None:
            view.send("task.skip", taskId=fallout["taskId"], reason="it is right as it is")
        else:
            view.accept(fallout["falloutId"])
    for task in view.tasks("open", "in_progress"):
        view.send("task.report", taskId=task["taskId"], attempt=task["attempt"], result="completed")
