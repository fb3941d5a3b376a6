"""The order service in the chassis: commands in, messages and pages out, facts in any order."""

from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.envelope import Envelope
from schemas.registry import MESSAGES, full
from schemas.topics import FULFILLMENT_EVENTS, INVENTORY_EVENTS, ORDER_EVENTS
from services.chassis.personal import is_sealed
from services.order.service import SERVICE
from tests.world import World

A = "ACC-1"


class Shop:
    """The order service alone; what the others would say is said for them."""

    def __init__(self, seed: int | None = None) -> None:
        self.world = World([SERVICE], seed)
        self._heard = 0

    def sells(self, id: str, version: str = "1", **more: Any) -> Shop:
        entry = {"specificationId": id, "version": version, "name": id, "kind": "product", **more}
        return self.asks("specification.publish", entry)

    def owns(self, id: str, specification: str = "line", account: str = A, **more: Any) -> Shop:
        data = {
            "instanceId": id,
            "accountId": account,
            "kind": "product",
            "specificationId": specification,
            "specificationVersion": "1",
            "rootId": id,
            "state": "active",
            "location": "SITE-1",
            **more,
        }
        return self.hears("instance.created", data)

    def asks(self, name: str, data: dict[str, Any], account: str | None = None, **attributes: Any) -> Shop:
        self.world.send(name, data, account, **attributes)
        self.world.run()
        return self

    def hears(self, name: str, data: dict[str, Any]) -> Shop:
        """What a service of ours says; its place rises with each message."""
        self._heard += 1
        topic = MESSAGES[full(name)].topics[0]
        source = "inventory" if topic == INVENTORY_EVENTS else "fulfillment"
        message = Envelope(
            id=f"{source}-{self._heard}",
            source=f"/aftersale/{source}",
            type=full(name),
            account=data["accountId"],
            sequence=self._heard,
            previous=self._previous(topic, data["accountId"]),
            logid=source,
        )
        self.world.publish(topic, data["accountId"], json.dumps(data).encode(), message)
        self.world.run()
        return self

    def _previous(self, topic: str, account: str) -> int:
        sequences = [
            message.sequence or 0
            for message, data in self.world.messages(topic)
            if data["accountId"] == account
        ]
        return max(sequences, default=0)

    def places(self, order_id: str = "O-1", **more: Any) -> Shop:
        return self.asks("order.place", {"orderId": order_id, "accountId": A, **more})

    def tells(self, name: str, order_id: str = "O-1", account: str = A, **more: Any) -> Shop:
        return self.asks(name, {"orderId": order_id, **more}, account)

    def reserved(self, name: str, **more: Any) -> Shop:
        return self.hears(name, {"orderId": "O-1", "accountId": A, "version": 1, **more})

    def page(self, kind: str, id: str) -> Any:
        return self.world.pages().get((kind, id))

    @property
    def order(self) -> Any:
        return self.page("order", "O-1")

    def said(self) -> list[str]:
        """The middle of every message type on `order.events`; each message fits its schema."""
        found = []
        for message, data in self.world.messages(ORDER_EVENTS):
            MESSAGES[message.type].model.model_validate(data)
            found.append(message.type.removeprefix("aftersale.").removesuffix(".v1"))
        return found

    def refusal(self) -> Any:
        """The reasons of the last refused command."""
        refused = [d for m, d in self.world.messages(ORDER_EVENTS) if m.type == full("command.refused")]
        return refused[-1]["reasons"]

    def message(self, name: str) -> Any:
        return next(d for m, d in self.world.messages(ORDER_EVENTS) if m.type == full(name))


def shop(seed: int | None = None) -> Shop:
    return Shop(seed).sells("line").owns("P-1").owns("P-2")


# --------------------------------------------------------------------------------------- life cycle


@pytest.mark.rule("ORD-07", "ORD-19")
def test_an_order_goes_from_placed_to_completed() -> None:
    here = shop().places(action="change", selection=["P-1"], approve=True)
    assert here.order["state"] == "acknowledged"
    here.reserved("plan.created", lineIds=["1"], domainOrders=[], tasks=[])
    assert here.order["state"] == "in_progress"
    here.reserved("reservation.fulfilled", lineIds=["1"], last=True)
    assert here.order["state"] == "completed"
    assert [line["state"] for line in here.order["lines"]] == ["completed"]
    assert here.said() == ["order.created", "order.approved", "order.started", "order.completed"]


def test_a_page_shows_what_the_contract_names() -> None:
    page = shop().places(action="change", selection=["P-1"]).order
    assert {"orderId", "accountId", "state", "action", "version", "lines", "reasons"} <= page.keys()
    [line] = page["lines"]
    shown = {"lineId", "action", "state", "instanceId", "specificationId", "location", "dueDate"}
    assert shown <= line.keys()
    assert line["specificationId"] == "line"


def test_an_approved_order_carries_its_lines_written_out() -> None:
    here = shop().places(action="move", selection=["P-1"], location="SITE-2", approve=True)
    assert here.message("order.approved") == {
        "orderId": "O-1",
        "accountId": A,
        "version": 1,
        "state": "acknowledged",
        "category": "product",
        "action": "move",
        "priority": 50,
        "priorityBand": "medium",
        "lines": [
            {
                "lineId": "1",
                "action": "change",
                "state": "acknowledged",
                "kind": "product",
                "instanceId": "P-1",
                "specificationId": "line",
                "specificationVersion": "1",
                "location": "SITE-2",
                "move": True,
            }
        ],
    }


def test_an_approved_add_shows_the_instance_that_is_made_for_it() -> None:
    here = shop().places(lines=[{"lineId": "a", "action": "add", "specificationId": "line"}])
    assert here.order["lines"][0]["instanceId"] is None
    assert here.tells("order.approve").order["lines"][0]["instanceId"] == "O-1:a"


def test_an_order_against_the_rules_exists_and_is_rejected_with_every_reason() -> None:
    here = shop().places(
        approve=True,
        lines=[
            {"lineId": "a", "action": "change", "instanceId": "NOWHERE"},
            {"lineId": "b", "action": "add", "specificationId": "sauna"},
        ],
    )
    assert here.order["state"] == "rejected"
    assert [(r["lineId"], r["rule"]) for r in here.order["reasons"]] == [("a", "ACT-06"), ("b", "REF-01")]
    assert here.said() == ["order.created", "order.rejected"]


@pytest.mark.rule("D-03", "ORD-09", "FAL-06")
def test_a_rejected_order_is_reworked_revised_submitted_and_approved() -> None:
    here = shop().places(action="change", selection=["NOWHERE"]).tells("order.rework")
    assert (here.order["state"], here.order["version"]) == ("draft", 2)
    here.tells("order.revise", lines=[{"lineId": "x", "action": "suspend", "instanceId": "P-1"}])
    assert [line["action"] for line in here.order["lines"]] == ["suspend"]
    here.tells("order.submit").tells("order.approve")
    assert (here.order["state"], here.order["version"], here.order["reasons"]) == ("acknowledged", 2, [])
    assert here.said()[2:] == ["order.revised", "order.revised", "order.submitted", "order.approved"]


@pytest.mark.rule("ORD-01", "ORD-06")
def test_a_draft_may_break_rules_until_it_is_submitted() -> None:
    here = shop().places(draft=True, action="change", selection=["LATER"])
    assert here.order["state"] == "draft"
    assert here.tells("order.submit").order["state"] == "rejected"
    here = shop().places(draft=True, action="change", selection=["LATER"]).owns("LATER")
    assert here.tells("order.submit").order["state"] == "new"


def test_a_draft_is_written_out_again_with_what_is_known_when_it_is_submitted() -> None:
    here = shop().places(draft=True, action="change", selection=["P-1"]).sells("line", "2")
    assert here.tells("order.submit").order["lines"][0]["specificationVersion"] == "2"


@pytest.mark.rule("MOV-V4", "APP-05")
def test_an_approval_judges_again_with_what_is_known_then() -> None:
    here = shop().places(action="move", selection=["P-1"], location="SITE-2")
    here.hears(
        "instance.changed",
        {"instanceId": "P-1", "accountId": A, "specificationId": "line", "location": "SITE-2"},
    )
    here.tells("order.approve")
    assert here.order["state"] == "rejected"
    assert [reason["rule"] for reason in here.order["reasons"]] == ["MOV-V5"]


@pytest.mark.rule("CHG-17")
def test_what_became_inactive_meanwhile_is_refused_at_approval() -> None:
    here = shop().places(action="change", selection=["P-1"])
    here.hears(
        "instance.state-changed",
        {"instanceId": "P-1", "accountId": A, "state": "inactive", "previousState": "active"},
    )
    assert [r["rule"] for r in here.tells("order.approve").order["reasons"]] == ["CHG-17"]


def test_an_order_that_could_not_be_reserved_is_rejected_with_the_reasons() -> None:
    here = shop().places(action="change", selection=["P-1"], approve=True)
    reasons = [{"rule": "CHG-16", "message": "P-1 is changed by another order", "lineId": "1"}]
    here.reserved("reservation.refused", reasons=reasons)
    assert (here.order["state"], here.order["reasons"]) == ("rejected", reasons)


def test_an_order_that_could_not_be_planned_is_rejected_with_the_reasons() -> None:
    here = shop().places(action="change", selection=["P-1"], approve=True)
    here.reserved("reservation.released", reasons=[{"rule": "LIM-01", "message": "too large"}])
    assert here.order["state"] == "rejected"


def test_an_answer_to_an_older_version_changes_nothing() -> None:
    here = shop().places(action="change", selection=["NOWHERE"]).tells("order.rework")
    here.tells("order.revise", lines=[{"lineId": "x", "action": "change", "instanceId": "P-1"}])
    here.tells("order.submit").tells("order.approve")
    here.reserved("reservation.refused", reasons=[{"rule": "CHG-16", "message": "late"}])
    assert here.order["state"] == "acknowledged"


def test_the_plan_may_be_heard_after_the_order_is_done() -> None:
    here = shop().places(action="change", selection=["P-1"], approve=True)
    here.reserved("reservation.fulfilled", lineIds=["1"], last=True)
    here.reserved("plan.created", lineIds=["1"], domainOrders=[], tasks=[])
    assert here.order["state"] == "completed"


def test_lines_are_done_before_the_order_is() -> None:
    here = shop().places(action="change", selection=["P-1", "P-2"], approve=True)
    here.reserved("reservation.fulfilled", lineIds=["1"], last=False)
    assert [line["state"] for line in here.order["lines"]] == ["completed", "acknowledged"]
    assert here.message("order.line-changed")["lines"] == [{"lineId": "1", "state": "completed"}]


def test_facts_of_an_unknown_order_change_nothing() -> None:
    here = shop()
    here.reserved("reservation.fulfilled", lineIds=["1"], last=True)
    assert here.order is None
    assert here.world.parked() == []


# ----------------------------------------------------------------------------------------- refusals


@pytest.mark.rule("REF-04")
def test_an_order_id_is_taken_by_another_command() -> None:
    here = shop().places(action="change", selection=["P-1"]).places(action="change", selection=["P-2"])
    assert [reason["rule"] for reason in here.refusal()] == ["REF-04"]
    assert here.order["lines"][0]["instanceId"] == "P-1"


@pytest.mark.parametrize(
    "name",
    [
        "order.submit",
        "order.approve",
        "order.reject",
        "order.rework",
        "order.cancel",
        "order.hold",
        "order.release",
        "order.approve-change",
        "order.decline-change",
    ],
)
def test_an_unknown_order_is_refused_and_so_is_one_of_another_account(name: str) -> None:
    here = shop().tells(name)
    assert here.refusal()[0]["message"] == f"account {A} has no order O-1: place it first, or name another"
    here.places(action="change", selection=["P-1"]).tells(name, account="ACC-2")
    assert here.refusal()[0]["rule"] == "REF-01"
    assert here.order["state"] == "new"


@pytest.mark.rule("APP-01")
def test_a_command_in_the_wrong_state_is_refused_and_changes_nothing() -> None:
    here = shop().places(draft=True, action="change", selection=["P-1"]).tells("order.approve")
    assert [reason["rule"] for reason in here.refusal()] == ["APP-01"]
    assert here.order["state"] == "draft"


def test_what_this_version_does_not_read_is_refused_by_name() -> None:
    here = shop().places(action="change", selection=["P-1"], ifUnchanged="abc")
    assert here.refusal()[0]["field"] == "ifUnchanged"
    here.places(lines=[{"lineId": "1", "action": "change", "instanceId": "P-1"}] * 2)
    assert here.refusal()[0]["message"] == "line id 1 is given 2 times: each line has its own"
    here.places(draft=True, approve=True, action="change", selection=["P-1"])
    assert here.refusal()[0]["field"] == "approve"
    here.places(action="change", selection=["P-1"]).tells("order.cancel", lineIds=["1"])
    assert here.refusal()[0]["field"] == "lineIds"


@pytest.mark.rule("LIM-01")
def test_lines_that_do_not_fit_into_a_message_are_refused_before_anything_is_stored() -> None:
    here = shop()
    ids = [f"Q-{number}" for number in range(10)]
    here.places(action="change", selection=ids, characteristics={"note": "x" * 100_000})
    assert here.refusal()[0]["rule"] == "LIM-01"
    assert here.order is None


def test_a_rejection_and_a_cancellation_say_why_in_sealed_words() -> None:
    here = shop().places(action="change", selection=["P-1"]).tells("order.reject", reason="Mr X has died")
    [reason] = here.order["reasons"]
    assert reason["rule"] == "ORD-08"
    assert is_sealed(reason["message"])
    here.tells("order.cancel", reason="Mr X again")
    assert here.order["state"] == "canceled"
    assert is_sealed(here.order["reason"])


# ---------------------------------------------------------------------------------- personal values


def test_personal_values_are_sealed_and_judged_all_the_same() -> None:
    values = [
        {"name": "contact", "type": "string", "personal": True, "values": ["Ada", "Bob"]},
        {"name": "speed", "type": "number"},
    ]
    here = shop().sells("net", characteristics=values).owns("N", "net")
    here.places(action="change", selection=["N"], characteristics={"contact": "Ada", "speed": 5})
    [line] = here.message("order.created")["lines"]
    assert is_sealed(line["characteristics"]["contact"])
    assert line["characteristics"]["speed"] == 5
    assert here.tells("order.approve").order["state"] == "acknowledged"
    here.places("O-2", action="change", selection=["N"], characteristics={"contact": "Eve"})
    assert here.page("order", "O-2")["state"] == "rejected"
    assert "Eve" not in str(here.world.messages(ORDER_EVENTS))


def test_every_value_of_an_unknown_specification_counts_as_personal() -> None:
    here = shop().places(
        draft=True,
        lines=[{"lineId": "1", "action": "add", "specificationId": "sauna", "characteristics": {"heat": 90}}],
    )
    assert is_sealed(here.message("order.created")["lines"][0]["characteristics"]["heat"])
    here.sells("sauna", characteristics=[{"name": "heat", "type": "number"}]).tells("order.submit")
    assert here.order["state"] == "new"
    assert here.order["lines"][0]["characteristics"] == {"heat": 90}


# ------------------------------------------------------------------------------------- what is heard


def test_an_instance_is_known_by_its_latest_place_and_parent() -> None:
    here = shop().owns("C", parentId="P-1")
    changed = {"instanceId": "C", "accountId": A, "specificationId": "line", "parentId": "P-2"}
    here.hears("instance.changed", changed)
    here.places(action="disconnect", selection=["P-1"])
    assert [line["instanceId"] for line in here.order["lines"]] == ["P-1"]
    here.places("O-2", action="disconnect", selection=["P-2"])
    assert [line["instanceId"] for line in here.page("order", "O-2")["lines"]] == ["P-2", "C"]


def test_a_child_that_became_a_root_is_not_below_its_parent_any_more() -> None:
    here = shop().owns("C", parentId="P-1")
    here.hears("instance.changed", {"instanceId": "C", "accountId": A, "specificationId": "line"})
    here.places(action="disconnect", selection=["P-1"])
    assert [line["instanceId"] for line in here.order["lines"]] == ["P-1"]


def test_what_ended_is_not_below_its_parent_any_more() -> None:
    here = shop().owns("C", parentId="P-1")
    ended = {"instanceId": "C", "accountId": A, "state": "inactive", "previousState": "active"}
    here.hears("instance.state-changed", ended)
    here.places(action="disconnect", selection=["P-1"])
    assert [line["instanceId"] for line in here.order["lines"]] == ["P-1"]


def test_what_changes_nothing_for_order_is_not_recorded() -> None:
    here = shop()
    before = here.world.readers["order"].store.head()
    moved = {"instanceId": "P-1", "accountId": A, "state": "change_pending", "previousState": "active"}
    here.hears("instance.state-changed", moved)
    same = {"instanceId": "P-1", "accountId": A, "specificationId": "line", "specificationVersion": "1"}
    here.hears("instance.changed", {**same, "location": "SITE-1"})
    assert here.world.readers["order"].store.head() == before


def test_every_message_of_the_three_topics_that_order_acts_on_has_a_route() -> None:
    commands = {type_ for type_, message in MESSAGES.items() if message.command}
    own = {type_ for type_ in commands if type_.startswith(("aftersale.order.", "aftersale.specification."))}
    assert own <= SERVICE.routes.keys()
    topics = {MESSAGES[type_].topics[0] for type_ in SERVICE.routes}
    assert topics == set(SERVICE.topics)
    assert FULFILLMENT_EVENTS in topics
