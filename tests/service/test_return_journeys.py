"""Returns through the three services: tasks as the catalog says, outcomes, what a replacement keeps."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, get_args

import pytest

from schemas.registry import full
from schemas.topics import FULFILLMENT_EVENTS, ORDER_EVENTS, TASKS
from schemas.vocabulary import Outcome
from services.fulfillment.domain.outcome import WORDS
from services.fulfillment.service import SERVICE as FULFILLMENT
from services.inventory.service import SERVICE as INVENTORY
from services.order.service import SERVICE as ORDER
from tests.world import World

A = "ACC-1"
SEEDS = range(15)


def task(name: str, kind: str, *after: str) -> dict[str, Any]:
    return {"name": name, "kind": kind, "after": list(after)}


def plan(*actions: str, tasks: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"actions": list(actions), "tasks": tasks, **more}


PHONE = [
    plan("add", tasks=[task("hand-over", "manual")]),
    plan("disconnect", tasks=[task("switch-off", "provision")]),
    plan(
        "disconnect",
        tasks=[
            task("authorise", "manual"),
            task("receive", "receive", "authorise"),
            task("inspect", "inspect", "receive"),
            task("credit", "credit", "inspect"),
            task("dispose", "manual", "inspect"),
        ],
        **{"return": "refund"},
    ),
    plan("add", tasks=[task("ship-replacement", "ship")], **{"return": "replace"}),
    plan(
        "disconnect",
        tasks=[task("receive", "receive", "phone/ship-replacement"), task("inspect", "inspect", "receive")],
        **{"return": "replace"},
    ),
    plan(
        "no_change",
        tasks=[task("receive", "receive"), task("mend", "manual", "receive"), task("ship", "ship", "mend")],
        **{"return": "repair"},
    ),
]
SIM = [plan("add", "disconnect", tasks=[task("activate", "provision")])]
CATALOG: tuple[dict[str, Any], ...] = (
    {"specificationId": "sim", "kind": "resource", "plans": SIM},
    {
        "specificationId": "phone",
        "kind": "product",
        "plans": PHONE,
        "characteristics": [
            {"name": "model", "type": "string", "required": True},
            {"name": "serial", "type": "string"},
        ],
        "relationships": [{"type": "requires", "target": "sim"}],
    },
    {
        "specificationId": "mobile",
        "kind": "product",
        "relationships": [{"type": "bundles", "target": "phone", "mandatory": True, "max": 1}],
    },
)
BASE: tuple[dict[str, Any], ...] = (
    {"instanceId": "MOB", "kind": "product", "specificationId": "mobile"},
    {
        "instanceId": "PHONE",
        "kind": "product",
        "specificationId": "phone",
        "parentId": "MOB",
        "externalId": "EXT-7",
        "name": "the red one",
        "characteristics": {"model": "X1", "serial": "S-1"},
    },
    {"instanceId": "SIM", "kind": "resource", "specificationId": "sim", "parentId": "PHONE"},
    {
        "instanceId": "LOOSE",
        "kind": "product",
        "specificationId": "phone",
        "characteristics": {"model": "X1"},
    },
    {"instanceId": "MANY", "kind": "product", "specificationId": "phone", "quantity": 5},
)


@cache
def _stocked() -> World:
    world = World([ORDER, INVENTORY, FULFILLMENT])

    def does(name: str, data: dict[str, Any]) -> None:
        world.send(name, data, account=A)
        world.run()

    for entry in CATALOG:
        does("specification.publish", {"version": "1", "name": entry["specificationId"], **entry})
    for record in BASE:
        does("instance.load", {"accountId": A, "state": "active", "location": "SITE-1", **record})
    lines = [{"contractLineId": "L", "instanceId": "PHONE", "state": "active"}]
    does("contract.load", {"contractId": "C", "accountId": A, "state": "active", "lines": lines})
    for id, on in (("E", "PHONE"), ("E-SIM", "SIM")):
        does("entitlement.load", {"entitlementId": id, "accountId": A, "instanceId": on, "state": "active"})
    return world


class Shop(World):
    """A world with phones. `found` are the outcomes that its warehouse reports, by the name of the task."""

    def __init__(self, seed: int | None = None, **found: str) -> None:
        super().__init__((), seed)
        self.goes_on_from(_stocked())
        self.found = found
        self.asked: list[str] = []
        self.answer = self._said

    def _said(self, task: Mapping[str, Any]) -> str | None:
        """Tasks with something to say are reported by `report`, the others are just done."""
        self.asked.append(task["taskId"])
        return None if task["name"] in self.found else "completed"

    def does(self, name: str, data: dict[str, Any]) -> None:
        self.send(name, data, account=A)
        self.run()

    def returns(self, instance: str, way: str, id: str = "RET", **more: Any) -> None:
        """One line, opened and assessed; what its tasks find is reported until nothing is left to do."""
        wish = way if way in ("repair", "replacement") else "refund"
        quantity = {"quantity": more.pop("quantity")} if "quantity" in more else {}
        line = {"lineId": "1", "instanceId": instance, "reason": "broken", "expected": wish, **quantity}
        self.does("return.open", {"returnId": id, "accountId": A, "lines": [line]})
        self.does("return.assess", {"returnId": id, "lines": [{"lineId": "1", "proposed": way, **more}]})
        self.reports()

    def reports(self) -> None:
        """Every open task that the warehouse has something to say about."""
        while waiting := [one for one in self.tasks() if self._waits(one)]:
            for one in waiting:
                values = {"outcome": self.found[one["name"]]}
                report = {"taskId": one["taskId"], "result": "completed", "characteristics": values}
                self.does("task.report", report)

    def _waits(self, task: Mapping[str, Any]) -> bool:
        return task["state"] == "open" and task["name"] in self.found

    def tasks(self) -> list[Any]:
        plans = (page for (kind, _), page in self.pages().items() if kind == "plan")
        return [task for page in plans for task in page["tasks"]]

    def page(self, kind: str, id: str) -> Any:
        return self.pages()[kind, id]

    @property
    def line(self) -> Any:
        [line] = self.page("return", "RET")["lines"]
        return line

    def names(self, order: str) -> list[str]:
        """The tasks of an order, as they were asked for."""
        return [id.rpartition(".")[2] for id in self.asked if id.startswith(f"{order}.")]

    def terms(self, id: str) -> set[tuple[str, str]]:
        page = self.page("instance", id)
        lines = {(one["contractLineId"], one["state"]) for one in page["contractLines"]}
        return lines | {(one["entitlementId"], one["state"]) for one in page["entitlements"]}


# --------------------------------------------------------------------------------------------- tasks


@pytest.mark.rule("RMA-05", "D-12")
def test_a_refund_is_carried_out_by_the_tasks_of_its_plan_in_their_order() -> None:
    shop = Shop()
    shop.returns("LOOSE", "refund")
    assert shop.names("RET-1") == ["authorise", "receive", "inspect", "credit", "dispose"]
    kinds = {data["name"]: data["kind"] for message, data in shop.messages(TASKS)}
    assert (kinds["receive"], kinds["inspect"], kinds["credit"]) == ("receive", "inspect", "credit")
    assert shop.page("instance", "LOOSE")["state"] == "inactive"
    assert (shop.line["state"], shop.page("return", "RET")["state"]) == ("resolved", "resolved")


@pytest.mark.rule("RMA-05", "D-24")
def test_a_repair_runs_the_repair_plan_and_changes_nothing() -> None:
    shop = Shop()
    before = shop.page("instance", "PHONE")
    shop.returns("PHONE", "repair")
    assert shop.names("RET-1") == ["receive", "mend", "ship"]
    assert shop.page("instance", "PHONE") == before
    assert shop.page("order", "RET-1")["state"] == "completed"


@pytest.mark.rule("RMA-05", "D-12")
def test_a_replacement_is_shipped_before_the_old_one_is_received_where_the_plan_says_so() -> None:
    shop = Shop()
    shop.returns("PHONE", "replacement")
    names = shop.names("RET-1")
    assert names.index("ship-replacement") < names.index("receive") < names.index("inspect")
    assert "hand-over" not in names, "that is the plan of an add that no return has written"


@pytest.mark.rule("RMA-05")
def test_what_has_no_plan_for_returns_ends_and_begins_as_always() -> None:
    shop = Shop()
    shop.returns("PHONE", "replacement")
    assert shop.names("RET-1").count("activate") == 2, "of the SIM that ends, and of the one that is made"


# ------------------------------------------------------------------------------------- replacements


@pytest.mark.rule("D-12")
@pytest.mark.parametrize("seed", [None, *SEEDS])
def test_a_replacement_keeps_its_place_its_contract_line_and_its_external_id(seed: int | None) -> None:
    shop = Shop(seed)
    shop.returns("PHONE", "replacement")
    new = shop.page("instance", shop.line["replacementId"])
    assert (new["state"], new["parentId"], new["rootId"], new["location"]) == (
        "active",
        "MOB",
        "MOB",
        "SITE-1",
    )
    assert new["characteristics"] == {"model": "X1", "serial": "S-1"}
    assert (new["externalId"], shop.page("instance", "PHONE")["externalId"]) == ("EXT-7", None)
    assert shop.terms(new["instanceId"]) == {("L", "active"), ("E", "active")}
    assert shop.terms("PHONE") == set()
    assert shop.page("instance", "PHONE")["state"] == "inactive"
    assert shop.parked() == []


@pytest.mark.rule("D-12")
@pytest.mark.parametrize("seed", [None, *SEEDS])
def test_what_hung_on_a_part_of_the_old_one_hangs_on_that_part_of_the_new_one(seed: int | None) -> None:
    shop = Shop(seed)
    shop.returns("PHONE", "replacement")
    made = [
        page
        for (kind, _), page in shop.pages().items()
        if kind == "instance" and page["specificationId"] == "sim" and page["state"] == "active"
    ]
    assert [shop.terms(page["instanceId"]) for page in made] == [{("E-SIM", "active")}]
    assert shop.terms("SIM") == set()


@pytest.mark.rule("D-12", "DIS-06")
def test_some_of_many_are_taken_back_and_the_rest_stays() -> None:
    shop = Shop()
    shop.returns("MANY", "refund", quantity=3, approvedQuantity=2)
    page = shop.page("instance", "MANY")
    assert (page["state"], page["quantity"]) == ("active", 3)
    assert shop.names("RET-1") == ["authorise", "receive", "inspect", "credit", "dispose"]


@pytest.mark.rule("D-12")
@pytest.mark.parametrize("seed", [None, *SEEDS])
def test_of_many_some_are_replaced_by_an_instance_of_their_own(seed: int | None) -> None:
    shop = Shop(seed)
    many = {"name": "the spare ones", "externalId": "EXT-9", "characteristics": {"model": "X1"}}
    record = {"instanceId": "SPARE", "kind": "product", "specificationId": "phone", "quantity": 5, **many}
    shop.does("instance.load", {"accountId": A, "state": "active", "location": "SITE-2", **record})
    dates = {"start": "2025-07-01T00:00:00Z", "end": "2027-07-01T00:00:00Z"}
    line = {"contractLineId": "L-9", "instanceId": "SPARE", "state": "active", **dates}
    shop.does("contract.load", {"contractId": "C-9", "accountId": A, "state": "active", "lines": [line]})

    shop.returns("SPARE", "replacement", quantity=3, approvedQuantity=2)
    assert shop.line["state"] == "resolved"
    names = shop.names("RET-1")
    assert names.index("ship-replacement") < names.index("receive") < names.index("inspect")

    rest, new = (shop.page("instance", id) for id in ("SPARE", shop.line["replacementId"]))
    assert (rest["state"], rest["quantity"], rest["externalId"]) == ("active", 3, "EXT-9")
    assert shop.terms("SPARE") == {("L-9", "active")}
    assert (new["state"], new["quantity"], new["externalId"]) == ("active", 2, None)
    assert (new["name"], new["location"]) == (rest["name"], "SITE-2")
    assert new["characteristics"] == {"model": "X1"}
    [mine] = new["contractLines"]
    assert (mine["contractId"], mine["contractLineId"]) == ("C-9", "RET-1~contract.2")
    assert mine["state"] == "active"
    [theirs] = rest["contractLines"]
    assert (mine["start"], mine["end"]) == (theirs["start"], theirs["end"])
    assert shop.parked() == []


@pytest.mark.rule("D-12", "D-22")
@pytest.mark.parametrize("seed", [None, *SEEDS[:4]])
def test_some_of_many_that_were_not_replaced_after_all_are_as_they_were(seed: int | None) -> None:
    shop = Shop(seed)
    shop.answer = lambda task: None if task["name"] == "inspect" else "completed"
    before = shop.page("instance", "MANY")
    shop.returns("MANY", "replacement", quantity=2)
    new = shop.line["replacementId"]
    shop.does("order.cancel", {"orderId": "RET-1"})
    shop.answer = lambda _: "completed"
    shop.does("order.approve-change", {"orderId": "RET-1"})
    assert shop.page("order", "RET-1")["state"] == "canceled"
    assert shop.page("instance", "MANY") == before
    assert shop.page("instance", new)["state"] == "inactive"
    assert shop.line["state"] == "needs_attention"


@pytest.mark.rule("D-12")
def test_of_many_under_an_entitlement_those_that_are_replaced_have_one_too() -> None:
    shop = Shop()
    entitlement = {"entitlementId": "E-M", "accountId": A, "instanceId": "MANY", "contractLineId": "L"}
    shop.does("entitlement.load", {**entitlement, "state": "active"})
    shop.returns("MANY", "replacement", quantity=2)
    assert shop.terms("MANY") == {("E-M", "active")}
    assert shop.terms(shop.line["replacementId"]) == {("RET-1~entitlement.2", "active")}


# ----------------------------------------------------------------------------------------- outcomes


def test_outcomes_are_those_of_the_language() -> None:
    assert set(get_args(Outcome)) == set(WORDS)


@pytest.mark.rule("RMA-05")
def test_what_is_found_as_promised_is_shown_with_the_line() -> None:
    shop = Shop(inspect="as_promised")
    shop.returns("LOOSE", "refund")
    assert (shop.line["expected"], shop.line["outcome"], shop.line["state"]) == (
        "refund",
        "as_promised",
        "resolved",
    )


@pytest.mark.rule("RMA-05")
@pytest.mark.parametrize("seed", [None, *SEEDS])
@pytest.mark.parametrize("outcome", ["wrong_item", "not_defective"])
def test_what_is_not_as_promised_holds_the_credit_until_a_person_says(outcome: str, seed: int | None) -> None:
    shop = Shop(seed, inspect=outcome)
    shop.returns("LOOSE", "refund")
    assert "credit" not in shop.names("RET-1")
    assert (shop.line["outcome"], shop.line["state"]) == (outcome, "assessed")
    assert [reason["rule"] for reason in shop.line["reasons"]] == ["RMA-05"]
    [fallout] = shop.page("plan", "RET-1")["fallouts"]
    assert (fallout["rule"], fallout["type"]) == ("RMA-05", "return")
    assert outcome.replace("_", " ") in fallout["message"]
    assert shop.page("instance", "LOOSE")["state"] == "inactivation_pending"

    shop.does("task.skip", {"taskId": fallout["taskId"], "reason": "goodwill"})
    assert "credit" in shop.names("RET-1")
    assert (shop.line["outcome"], shop.line["state"]) == (outcome, "resolved")
    assert shop.line["reasons"] == []
    said = [d for m, d in shop.messages(ORDER_EVENTS) if m.type == full("return.resolved")]
    assert said[0]["lines"][0]["outcome"] == outcome


@pytest.mark.rule("RMA-05")
def test_the_right_item_that_comes_after_all_goes_on_as_promised() -> None:
    shop = Shop(receive="wrong_item")
    shop.returns("LOOSE", "refund")
    held = next(one for one in shop.tasks() if one["name"] == "receive")
    assert held["state"] == "on_hold"
    shop.found["receive"] = "as_promised"
    shop.does("task.retry", {"taskId": held["taskId"], "reason": "the customer sends the right one"})
    shop.reports()
    assert (shop.line["outcome"], shop.line["state"]) == ("as_promised", "resolved")


@pytest.mark.rule("RMA-05")
def test_a_task_that_fails_may_say_what_it_found() -> None:
    shop = Shop(inspect="as_promised")
    shop.answer = lambda task: None if task["name"] == "inspect" else "completed"
    shop.found = {}
    shop.returns("LOOSE", "refund")
    task_id = next(one["taskId"] for one in shop.tasks() if one["name"] == "inspect")
    values = {"outcome": "beyond_repair"}
    shop.does("task.report", {"taskId": task_id, "result": "failed", "characteristics": values})
    assert shop.line["outcome"] == "beyond_repair"


@pytest.mark.rule("RMA-05", "FIELD")
def test_an_outcome_that_nobody_knows_is_refused() -> None:
    shop = Shop(inspect="so-so")
    shop.answer = lambda task: None if task["name"] == "inspect" else "completed"
    shop.found = {}
    shop.returns("LOOSE", "refund")
    task_id = next(one["taskId"] for one in shop.tasks() if one["name"] == "inspect")
    values = {"outcome": "so-so"}
    shop.does("task.report", {"taskId": task_id, "result": "completed", "characteristics": values})
    refused = [d for m, d in shop.messages(FULFILLMENT_EVENTS) if m.type == full("command.refused")]
    [reason] = refused[-1]["reasons"]
    assert (reason["rule"], reason["field"]) == ("FIELD", "characteristics.outcome")
    assert "as_promised, wrong_item, not_defective" in reason["message"]


def test_outside_of_a_return_an_outcome_is_a_value_like_any_other() -> None:
    shop = Shop()
    shop.found = {"switch-off": "so-so"}
    shop.does(
        "order.place",
        {"orderId": "O", "accountId": A, "action": "disconnect", "selection": ["LOOSE"], "approve": True},
    )
    shop.reports()
    assert shop.page("order", "O")["state"] == "completed"


@pytest.mark.rule("RMA-05", "D-22")
@pytest.mark.parametrize("seed", [None, *SEEDS])
def test_what_turns_out_to_be_something_else_is_given_back_and_rejected(seed: int | None) -> None:
    shop = Shop(seed, inspect="wrong_item")
    before = shop.page("instance", "LOOSE")
    shop.returns("LOOSE", "refund")
    shop.does("order.cancel", {"orderId": "RET-1", "reason": "it was another phone"})
    shop.does("order.approve-change", {"orderId": "RET-1"})
    assert shop.page("order", "RET-1")["state"] == "canceled"
    assert shop.page("instance", "LOOSE") == before
    assert shop.line["state"] == "needs_attention"
    shop.does("return.assess", {"returnId": "RET", "lines": [{"lineId": "1", "proposed": "reject"}]})
    assert (shop.page("return", "RET")["state"], shop.line["outcome"]) == ("closed", "wrong_item")
    assert "credit" not in shop.names("RET-1")


@pytest.mark.rule("D-12", "D-22")
@pytest.mark.parametrize("seed", [None, *SEEDS])
def test_a_replacement_that_is_canceled_under_way_leaves_all_with_the_old_one(seed: int | None) -> None:
    shop = Shop(seed)
    shop.answer = lambda task: None if task["name"] == "inspect" else "completed"
    before, terms = shop.page("instance", "PHONE"), shop.terms("PHONE")
    shop.returns("PHONE", "replacement")
    new = shop.line["replacementId"]
    shop.does("order.cancel", {"orderId": "RET-1"})
    shop.answer = lambda _: "completed"
    shop.does("order.approve-change", {"orderId": "RET-1"})
    assert shop.page("order", "RET-1")["state"] == "canceled"
    assert (shop.page("instance", "PHONE"), shop.terms("PHONE")) == (before, terms)
    assert shop.page("instance", new)["state"] == "inactive"
    assert shop.line["state"] == "needs_attention"
    shop.does("return.assess", {"returnId": "RET", "lines": [{"lineId": "1", "proposed": "replacement"}]})
    assert (shop.line["orderId"], shop.line["state"]) == ("RET-2", "resolved")
    assert shop.terms(shop.line["replacementId"]) == {("L", "active"), ("E", "active")}


def test_what_people_wrote_about_a_return_is_readable_nowhere_in_what_is_kept() -> None:
    shop = Shop()
    line = {"lineId": "1", "instanceId": "LOOSE", "reason": "fell off a ladder", "expected": "refund"}
    shop.does("return.open", {"returnId": "RET", "accountId": A, "lines": [line]})
    assessed = {"lineId": "1", "proposed": "reject", "note": "ladders are not covered"}
    shop.does("return.assess", {"returnId": "RET", "lines": [assessed]})
    kept = [event for reader in shop.readers.values() for event in reader.store.log(0, 1_000_000)]
    said = [str(data) for message, data in shop.messages(ORDER_EVENTS)]
    assert any(event.stream == "return-RET" for event in kept)
    assert not any(b"ladder" in event.state for event in kept)
    assert not any("ladder" in text for text in said)
