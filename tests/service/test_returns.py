"""Returns in the order service: opened, assessed line by line, carried out by orders, closed (section 7)."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.registry import full
from schemas.topics import ORDER_EVENTS
from services.chassis.personal import is_sealed
from services.cli.errors import Failed
from services.cli.refusals import last_refusal
from services.cli.showing import Pages
from tests.service.test_order import A, Shop

REPAIR = {"actions": ["no_change"], "return": "repair", "tasks": [{"name": "mend", "kind": "manual"}]}


class Desk(Shop):
    """A shop with a desk for returns, and customer `A` with a home: H with router R (mandatory), TV and P."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(seed)
        self.sells(
            "router", plans=[REPAIR], characteristics=[{"name": "model", "type": "string", "required": True}]
        )
        self.sells("tv")
        bundles = [
            {"type": "bundles", "target": "router", "mandatory": True},
            {"type": "bundles", "target": "tv"},
        ]
        self.sells("home", relationships=bundles)
        self.owns("H", "home")
        for id, specification in (("R", "router"), ("TV", "tv")):
            self.owns(id, specification, parentId="H", rootId="H")
        self.owns("P", "tv", quantity=10)
        self.owns("Q", "tv", account="STRANGER")

    def opens(self, *lines: dict[str, Any], id: str = "RET-1", account: str = A) -> Desk:
        self.asks("return.open", {"returnId": id, "accountId": account, "lines": list(lines)})
        return self

    def assesses(self, *lines: dict[str, Any], account: str = A) -> Desk:
        self.asks("return.assess", {"returnId": "RET-1", "lines": list(lines)}, account)
        return self

    def closes(self) -> Desk:
        self.asks("return.close", {"returnId": "RET-1"}, A)
        return self

    def order_is(self, name: str, id: str, **more: Any) -> Desk:
        """What happens to the order of a line."""
        self.hears(name, {"orderId": id, "accountId": A, "version": 1, **more})
        return self

    def done(self, id: str) -> Desk:
        return self.order_is("reservation.fulfilled", id, lineIds=["1"], last=True)

    @property
    def case(self) -> Any:
        return self.page("return", "RET-1")

    def of(self, field: str) -> list[Any]:
        """That field of every line of the case."""
        return [line[field] for line in self.case["lines"]]

    def why(self) -> list[tuple[str, str | None, str]]:
        return [(one["rule"], one.get("lineId"), one["message"]) for one in self.refusal()]

    def approved(self, id: str) -> dict[str, Any]:
        """The order of a line as it was approved."""
        found = [d for m, d in self.world.messages(ORDER_EVENTS) if m.type == full("order.approved")]
        return next(data for data in found if data["orderId"] == id)


def brings(line: str, instance: str, expected: str = "refund", **more: Any) -> dict[str, Any]:
    return {"lineId": line, "instanceId": instance, "reason": "it is broken", "expected": expected, **more}


def says(line: str, proposed: str, **more: Any) -> dict[str, Any]:
    return {"lineId": line, "proposed": proposed, **more}


@pytest.fixture
def desk() -> Desk:
    return Desk()


# ------------------------------------------------------------------------------------------ opening


@pytest.mark.rule("D-12")
def test_a_return_is_a_case_of_its_own_from_the_day_that_it_is_opened(desk: Desk) -> None:
    desk.opens(brings("1", "TV"), brings("2", "P", "repair", quantity=3))
    assert (desk.case["returnId"], desk.case["accountId"], desk.case["state"]) == ("RET-1", A, "open")
    assert desk.of("expected") == ["refund", "repair"]
    assert desk.of("quantity") == [None, 3]
    assert desk.of("state") == ["open", "open"]
    assert all(map(is_sealed, desk.of("reason")))
    assert desk.said() == ["return.opened"]
    assert desk.message("return.opened")["lines"][1]["expected"] == "repair"


@pytest.mark.rule("RMA-01")
@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([brings("1", "NONE")], "account ACC-1 has no instance NONE: name one that it owns"),
        ([brings("1", "Q")], "account ACC-1 has no instance Q: name one that it owns"),
        ([brings("1", "X")], "X is inactive and stays so"),
        ([brings("1", "C")], "C is a resource, which no order is about: return the product or service"),
        ([brings("1", "P", quantity=11)], "11 of P come back and the account has 10: give at most 10"),
        ([brings("1", "TV", quantity=2)], "2 of TV come back and the account has one: leave 'quantity' out"),
        ([brings("2", "TV"), brings("1", "TV")], "TV comes back in line 2 already"),
    ],
    ids=[
        "unknown",
        "another account's",
        "ended",
        "a resource",
        "more than there are",
        "more than one",
        "twice",
    ],
)
def test_a_line_names_what_the_account_owns(desk: Desk, lines: list[dict[str, Any]], told: str) -> None:
    desk.owns("X", "tv", state="inactive").owns("C", "modem", kind="resource")
    desk.opens(*lines)
    [(rule, line, message)] = desk.why()
    assert (rule, line) == ("RMA-01", "1")
    assert told in message
    assert desk.case is None


@pytest.mark.rule("SUS-14")
def test_what_comes_back_may_be_named_by_its_external_id(desk: Desk) -> None:
    desk.owns("BOX", "tv", externalId="BILL-7")
    desk.opens(brings("1", "BILL-7"))
    assert desk.of("instanceId") == ["BOX"]


def test_every_line_that_is_wrong_is_named_at_once(desk: Desk) -> None:
    desk.opens(brings("1", "NONE"), brings("2", "TV"), brings("3", "Q"))
    assert [(rule, line) for rule, line, _ in desk.why()] == [("RMA-01", "1"), ("RMA-01", "3")]


def test_a_return_id_stands_for_one_return(desk: Desk) -> None:
    desk.opens(brings("1", "TV")).opens(brings("1", "P"))
    assert [(rule) for rule, *_ in desk.why()] == ["REF-04"]
    assert desk.of("instanceId") == ["TV"]


def test_of_another_accounts_return_nothing_is_told(desk: Desk) -> None:
    desk.opens(brings("1", "TV")).assesses(says("1", "refund"), account="STRANGER")
    assert desk.why() == [
        ("REF-01", None, "account STRANGER has no return RET-1: open it first, or name another")
    ]
    assert desk.of("state") == ["open"]


# ---------------------------------------------------------------------------------------- resolving


@pytest.mark.rule("D-12")
@pytest.mark.parametrize("proposed", ["refund", "return"])
def test_a_refund_writes_an_approved_order_that_disconnects_what_comes_back(
    desk: Desk, proposed: str
) -> None:
    desk.opens(brings("1", "TV")).assesses(says("1", proposed))
    assert desk.of("orderId") == ["RET-1-1"]
    assert (desk.case["state"], desk.of("state")) == ("assessed", ["assessed"])
    order = desk.approved("RET-1-1")
    assert order["action"] == "disconnect"
    [line] = order["lines"]
    assert (line["lineId"], line["action"], line["instanceId"]) == ("1", "disconnect", "TV")
    assert line["return"] == "refund"
    assert desk.said() == ["return.opened", "return.assessed", "order.created", "order.approved"]


@pytest.mark.rule("D-12")
def test_a_refund_takes_what_hangs_below_along(desk: Desk) -> None:
    desk.opens(brings("home", "H")).assesses(says("home", "refund"))
    lines = desk.approved("RET-1-1")["lines"]
    assert [(line["lineId"], line["instanceId"], line["return"]) for line in lines] == [
        ("home", "H", "refund"),
        ("1", "R", "refund"),
        ("2", "TV", "refund"),
    ]


@pytest.mark.rule("D-12")
def test_a_replacement_ends_the_old_one_and_adds_a_new_one_in_its_place(desk: Desk) -> None:
    desk.opens(brings("1", "R", "replacement")).assesses(says("1", "replacement"))
    order = desk.approved("RET-1-1")
    assert order["action"] == "change"
    old, new = order["lines"]
    assert (old["action"], old["instanceId"], old["return"]) == ("disconnect", "R", "replace")
    assert (new["action"], new["specificationId"], new["return"]) == ("add", "router", "replace")
    assert (new["parentInstanceId"], new["location"], new["replacesInstanceId"]) == ("H", "SITE-1", "R")
    assert desk.of("replacementId") == [f"RET-1-1:{new['lineId']}"]


@pytest.mark.rule("D-12", "DIS-06")
def test_a_replacement_of_some_of_many_leaves_the_rest_where_it_is(desk: Desk) -> None:
    desk.opens(brings("1", "P", "replacement", quantity=3)).assesses(
        says("1", "replacement", approvedQuantity=2)
    )
    order = desk.approved("RET-1-1")
    rest, new = order["lines"]
    assert (rest["action"], rest["instanceId"], rest["quantity"]) == ("change", "P", 8)
    assert (new["action"], new["quantity"], new["replacesInstanceId"]) == ("add", 2, "P")
    assert {line["return"] for line in order["lines"]} == {"replace"}
    assert desk.of("replacementId") == [f"RET-1-1:{new['lineId']}"]


@pytest.mark.rule("D-24")
def test_a_repair_writes_an_order_that_changes_nothing(desk: Desk) -> None:
    desk.opens(brings("1", "R", "repair")).assesses(says("1", "repair"))
    order = desk.approved("RET-1-1")
    [line] = order["lines"]
    assert (order["action"], line["action"], line["instanceId"]) == ("no_change", "no_change", "R")
    assert line["return"] == "repair"


@pytest.mark.rule("D-24")
def test_a_repair_needs_a_repair_plan_in_the_catalog(desk: Desk) -> None:
    desk.opens(brings("1", "TV", "repair")).assesses(says("1", "repair"))
    [(rule, line, message)] = desk.why()
    assert (rule, line) == ("D-24", "1")
    assert "no repair plan for TV: publish one" in message
    assert desk.of("state") == ["open"]


@pytest.mark.rule("ACT-13")
def test_a_mandatory_part_is_not_taken_back_alone(desk: Desk) -> None:
    desk.opens(brings("1", "R")).assesses(says("1", "refund"))
    [(rule, line, message)] = desk.why()
    assert (rule, line) == ("ACT-13", "1")
    assert message.endswith("propose 'replacement' or 'repair', or open a return of H")
    assert desk.page("order", "RET-1-1") is None


@pytest.mark.rule("D-12")
def test_what_has_others_below_it_is_not_replaced_over_their_heads(desk: Desk) -> None:
    desk.opens(brings("1", "H")).assesses(says("1", "replacement"))
    [(rule, line, message)] = desk.why()
    assert (rule, line) == ("D-12", "1")
    assert "H has R, TV below it, and what is owned stays below its parent" in message


@pytest.mark.rule("D-12", "DIS-06")
def test_of_many_only_those_approved_come_off(desk: Desk) -> None:
    desk.opens(brings("1", "P", quantity=3)).assesses(says("1", "refund", approvedQuantity=2))
    [line] = desk.approved("RET-1-1")["lines"]
    assert (line["action"], line["quantity"], line["return"]) == ("change", 8, "refund")
    assert desk.of("approvedQuantity") == [2]


@pytest.mark.rule("D-12")
def test_all_of_many_is_the_whole_instance(desk: Desk) -> None:
    desk.opens(brings("1", "P", quantity=10)).assesses(says("1", "refund"))
    [line] = desk.approved("RET-1-1")["lines"]
    assert line["action"] == "disconnect"
    assert "quantity" not in line


@pytest.mark.rule("D-12")
def test_of_a_whole_instance_that_comes_back_some_may_be_approved(desk: Desk) -> None:
    desk.opens(brings("1", "P")).assesses(says("1", "refund", approvedQuantity=4))
    [line] = desk.approved("RET-1-1")["lines"]
    assert (line["action"], line["quantity"]) == ("change", 6)


@pytest.mark.rule("RMA-01")
@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "5 of P are approved and the account has 4: approve at most 4"),
        ({"approvedQuantity": 5}, "5 of P are approved and the account has 4: approve at most 4"),
    ],
)
@pytest.mark.parametrize("proposed", ["refund", "replacement", "repair"])
def test_no_more_is_taken_back_than_is_left_by_then(
    desk: Desk, proposed: str, more: dict[str, Any], told: str
) -> None:
    desk.opens(brings("1", "P", quantity=5))
    now = {"instanceId": "P", "accountId": A, "specificationId": "tv", "specificationVersion": "1"}
    desk.hears("instance.changed", {**now, "location": "SITE-1", "quantity": 4, "characteristics": []})
    desk.assesses(says("1", proposed, **more))
    [(rule, line, message)] = desk.why()
    assert (rule, line) == ("RMA-01", "1")
    assert told in message
    desk.assesses(says("1", "refund", approvedQuantity=4))
    assert desk.approved("RET-1-1")["lines"][0]["action"] == "disconnect"


@pytest.mark.rule("RMA-02")
@pytest.mark.parametrize(
    ("lines", "rule", "told"),
    [
        ([says("9", "refund")], "REF-01", "the return has no line 9: its lines are 1, 2"),
        ([says("1", "refund"), says("1", "repair")], "FIELD", "line 1 is assessed 2 times at once"),
        ([says("1", "reject", approvedQuantity=1)], "RMA-02", "leave 'approvedQuantity' out"),
        ([says("1", "refund", approvedQuantity=0)], "RMA-02", "propose 'reject'"),
        ([says("2", "refund", approvedQuantity=4)], "RMA-02", "4 are approved and 3 came back"),
    ],
)
def test_what_cannot_be_assessed_so_is_said(
    desk: Desk, lines: list[dict[str, Any]], rule: str, told: str
) -> None:
    desk.opens(brings("1", "TV"), brings("2", "P", quantity=3)).assesses(*lines)
    found = [message for named, _, message in desk.why() if named == rule]
    assert told in found[0]
    assert desk.said() == ["return.opened", "command.refused"]


# ----------------------------------------------------------------------------- lines one by one


@pytest.mark.rule("RMA-02")
def test_each_line_is_resolved_by_itself_and_the_case_when_all_are(desk: Desk) -> None:
    desk.opens(brings("1", "TV"), brings("2", "R", "repair"), brings("3", "P"))
    desk.assesses(says("1", "refund"), says("2", "repair"))
    assert (desk.case["state"], desk.of("orderId")) == ("open", ["RET-1-1", "RET-1-2", None])
    desk.done("RET-1-2")
    assert desk.of("state") == ["assessed", "resolved", "open"]
    desk.assesses(says("3", "reject"))
    assert (desk.case["state"], desk.of("state")) == ("assessed", ["assessed", "resolved", "rejected"])
    assert "return.resolved" not in desk.said()
    desk.done("RET-1-1")
    assert (desk.case["state"], desk.of("state")) == ("resolved", ["resolved", "resolved", "rejected"])
    told = desk.message("return.resolved")["lines"]
    assert [(line["proposed"], line["state"]) for line in told] == [
        ("refund", "resolved"),
        ("repair", "resolved"),
        ("reject", "rejected"),
    ]


@pytest.mark.rule("RMA-02")
def test_a_return_is_closed_once_it_is_resolved_and_not_before(desk: Desk) -> None:
    desk.opens(brings("1", "TV"), brings("2", "P")).assesses(says("1", "refund")).closes()
    [(rule, _, message)] = desk.why()
    assert rule == "RMA-02"
    assert "1 (order RET-1-1 is on its way), 2 (not assessed) must be resolved first" in message
    desk.assesses(says("2", "reject")).done("RET-1-1").closes()
    assert desk.case["state"] == "closed"
    assert desk.closes().said().count("return.closed") == 1


@pytest.mark.rule("RMA-03")
def test_what_is_rejected_as_a_whole_is_told_and_closed_without_an_order(desk: Desk) -> None:
    desk.opens(brings("1", "TV"), brings("2", "P"))
    desk.assesses(says("1", "reject", note="used for years"), says("2", "reject"))
    assert desk.case["state"] == "closed"
    assert desk.said() == ["return.opened", "return.assessed", "return.resolved", "return.closed"]
    told = desk.message("return.closed")
    assert (told["rule"], [line["state"] for line in told["lines"]]) == ("RMA-03", ["rejected", "rejected"])
    assert is_sealed(told["lines"][0]["note"])
    desk.assesses(says("1", "refund"))
    assert desk.why() == [("RMA-02", None, "the return is closed: open another one for what comes back now")]


@pytest.mark.rule("RMA-02")
def test_a_line_whose_order_cannot_be_done_says_why_and_is_assessed_again(desk: Desk) -> None:
    desk.opens(brings("1", "TV"), brings("2", "R")).assesses(says("1", "refund"), says("2", "repair"))
    held = {"rule": "CHG-16", "message": "order 'O-9' holds 'TV'", "lineId": "1"}
    desk.order_is("reservation.refused", "RET-1-1", reasons=[held]).done("RET-1-2")
    assert desk.of("state") == ["needs_attention", "resolved"]
    assert [reason["rule"] for reason in desk.of("reasons")[0]] == ["CHG-16"]
    assert desk.case["state"] == "assessed"
    desk.assesses(says("1", "return"))
    assert (desk.of("orderId")[0], desk.of("state")[0], desk.of("reasons")[0]) == ("RET-1-3", "assessed", [])
    assert desk.page("order", "RET-1-1")["state"] == "canceled"
    desk.done("RET-1-3")
    assert desk.case["state"] == "resolved"


@pytest.mark.rule("RMA-02")
def test_a_line_that_is_on_its_way_or_done_is_not_assessed_again(desk: Desk) -> None:
    desk.opens(brings("1", "TV")).assesses(says("1", "refund")).assesses(says("1", "reject"))
    assert desk.why() == [
        ("RMA-02", "1", "order RET-1-1 is on its way with line 1: cancel that order first, or let it end")
    ]
    desk.done("RET-1-1").assesses(says("1", "reject"))
    assert desk.why()[0][2] == "line 1 is resolved: what is done stays; open another return for more"


@pytest.mark.rule("RMA-02")
def test_a_line_whose_order_is_canceled_under_way_is_assessed_again(desk: Desk) -> None:
    desk.opens(brings("1", "TV")).assesses(says("1", "refund"))
    desk.tells("order.cancel", "RET-1-1")
    assert desk.of("state") == ["assessed"], "it is only asked for"
    desk.tells("order.approve-change", "RET-1-1")
    found = {"taskId": "RET-1-1.1.inspect", "domainOrderId": "RET-1-1.1", "state": "on_hold", "attempt": 1}
    desk.order_is("task.state-changed", "RET-1-1", outcome="wrong_item", **found)
    desk.order_is("reservation.released", "RET-1-1", version=2, reasons=[])
    assert desk.page("order", "RET-1-1")["state"] == "canceled"
    assert desk.of("state") == ["needs_attention"]
    desk.assesses(says("1", "reject"))
    assert (desk.case["state"], desk.of("outcome")) == ("closed", ["wrong_item"])


def test_an_order_that_is_reworked_by_hand_brings_its_line_along(desk: Desk) -> None:
    desk.opens(brings("1", "TV")).assesses(says("1", "refund"))
    desk.order_is("reservation.refused", "RET-1-1", reasons=[{"rule": "CHG-16", "message": "held"}])
    desk.tells("order.rework", "RET-1-1")
    assert desk.of("state") == ["assessed"]
    line = {"lineId": "1", "action": "disconnect", "instanceId": "TV"}
    desk.tells("order.revise", "RET-1-1", lines=[line])
    desk.tells("order.submit", "RET-1-1").tells("order.approve", "RET-1-1")
    again = [d for m, d in desk.world.messages(ORDER_EVENTS) if m.type == full("order.approved")][-1]
    assert [line["return"] for line in again["lines"]] == ["refund"]
    desk.order_is("reservation.fulfilled", "RET-1-1", lineIds=["1"], last=True)
    assert desk.case["state"] == "resolved"


def test_an_order_id_that_somebody_took_is_passed_over(desk: Desk) -> None:
    desk.places("RET-1-1", action="change", selection=["P"])
    desk.opens(brings("1", "TV")).assesses(says("1", "refund"))
    assert desk.of("orderId") == ["RET-1-2"]


def test_what_has_ended_since_can_only_be_rejected(desk: Desk) -> None:
    desk.opens(brings("1", "TV"))
    desk.hears(
        "instance.state-changed",
        {"instanceId": "TV", "accountId": A, "state": "inactive", "previousState": "active"},
    )
    desk.assesses(says("1", "refund"))
    assert desk.why()[0][2] == "TV has ended since: nothing of it is left to resolve; propose 'reject'"
    desk.assesses(says("1", "reject"))
    assert desk.case["state"] == "closed"


# ------------------------------------------------------------------------------------ what was refused


class Shown(Desk):
    """A desk with the pages that `aftersale show` reads."""

    def shows(self, kind: str, id: str) -> dict[str, Any]:
        stores = {name: reader.store for name, reader in self.world.readers.items()}
        return Pages(stores, self.world.keys).find(kind, id)


@pytest.mark.parametrize(
    ("name", "wrong", "told"),
    [
        ("return.open", {"accountId": A, "lines": []}, "'lines'"),
        ("return.open", {"accountId": A, "lines": [brings("1", "TV", "a new one")]}, "lines.0.expected"),
        ("return.assess", {"lines": [says("1", "burn")]}, "lines.0.proposed"),
        ("return.close", {"why": "done"}, "there is no field 'why'"),
    ],
)
def test_a_command_that_does_not_fit_its_schema_is_found_by_its_return(
    name: str, wrong: dict[str, Any], told: str
) -> None:
    desk = Shown()
    desk.asks(name, {"returnId": "RET-9", **wrong}, A)
    refusal = last_refusal(desk.world.readers["order"].store, "return", "RET-9", A)
    assert refusal is not None
    assert refusal.command_type == full(name)
    assert told in refusal.reasons[0].message
    with pytest.raises(Failed, match=f"there is no return RET-9: its {full(name)} was refused"):
        desk.shows("return", "RET-9")


def test_what_names_its_return_by_no_text_is_about_none(desk: Desk) -> None:
    desk.asks("return.close", {"returnId": 7}, A).asks("return.close", {"returnId": "x" * 600}, A)
    assert len([said for said in desk.said() if said == "command.refused"]) == 2
