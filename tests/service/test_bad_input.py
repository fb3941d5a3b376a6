"""What bad input gets, row by row, from the three services together: every answer as its sender sees it.

What happens when a database or a broker is away is shown on real ones, in `tests/journey/test_away.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import pytest

from schemas.envelope import MAX_BYTES, MAX_DEPTH, STRUCTURED
from schemas.registry import full
from schemas.topics import (
    CATALOG,
    CRM_INVENTORY,
    CRM_ORDERS,
    FULFILLMENT_EVENTS,
    INVENTORY_EVENTS,
    ORDER_EVENTS,
    RESULTS,
)
from tests.observed import ACCOUNT, OPEN, Observed
from tests.scenarios import CATALOG as ENTRIES
from tests.scenarios import Sent, place

Pages = dict[tuple[str, str], Any]

# ------------------------------------------------------------------ not a message at all: it is parked


class Topic(NamedTuple):
    """A topic written from outside, who answers for it, and a command with what is seen of it."""

    name: str
    service: str
    command: Sent
    worked: Callable[[Observed], bool]


def entry(id: str, **more: Any) -> dict[str, Any]:
    return next({**data, **more} for _, data in ENTRIES if data["specificationId"] == id)


def instance(id: str, **more: Any) -> dict[str, Any]:
    facts = {"instanceId": id, "accountId": ACCOUNT, "kind": "product", "specificationId": "voice"}
    return {**facts, "state": "active", **more}


def task_of_open() -> str:
    return str(Observed().tasks(OPEN)[0]["taskId"])


TOPICS = (
    Topic(
        CRM_ORDERS,
        "order",
        place("O1", "suspend", "VOICE"),
        lambda seen: bool(seen.order("O1")["state"] == "completed"),
    ),
    Topic(
        CRM_INVENTORY,
        "inventory",
        ("instance.load", instance("NEW")),
        lambda seen: ("instance", "NEW") in seen.pages(),
    ),
    Topic(
        CATALOG,
        "order",
        ("specification.publish", entry("tv", version="2")),
        lambda seen: "2" in seen.world.state("order", "specification", "tv").versions,
    ),
    Topic(
        RESULTS,
        "fulfillment",
        ("task.report", {"taskId": task_of_open(), "result": "completed"}),
        lambda seen: bool(seen.order(OPEN)["state"] == "completed"),
    ),
)


class Fault(NamedTuple):
    """What is done to a command that is right, and what the reason of its parking says."""

    says: str
    without: str = ""
    spoilt: Callable[[bytes], bytes] = lambda value: value
    deep: int = 0


FAULTS = {
    "not JSON": Fault("the body is not JSON", spoilt=lambda value: value[:-1]),
    "not UTF-8": Fault("the body is not JSON", spoilt=lambda value: value[:-1] + b', "x": "\xff"}'),
    "NaN": Fault("the body is not JSON", spoilt=lambda value: value[:-1] + b', "x": NaN}'),
    "empty": Fault("the body is not JSON", spoilt=lambda _: b""),
    "no id": Fault("attribute 'id' is missing", without="id"),
    "no source": Fault("attribute 'source' is missing", without="source"),
    "no type": Fault("attribute 'type' is missing", without="type"),
    "no account": Fault("attribute 'accountid' is missing", without="accountid"),
    "too large": Fault(f"{MAX_BYTES + 1} bytes and {MAX_BYTES} are", spoilt=lambda v: v.ljust(MAX_BYTES + 1)),
    "too deep": Fault(f"nested deeper than {MAX_DEPTH} levels", deep=MAX_DEPTH),
    "far too deep": Fault(f"nested deeper than {MAX_DEPTH} levels", deep=5_000),
}


def written(topic: Topic, structured: bool, id: str, fault: Fault) -> tuple[bytes, dict[str, str]]:
    """Value and headers of the topic's command with a fault."""
    name, data = topic.command
    said = {"id": id, "source": "/crm", "type": full(name), "accountid": ACCOUNT, "extra": "1"}
    said.pop(fault.without, None)
    if structured:
        value = json.dumps({"specversion": "1.0", **said, "data": {**data, "deep": "DEEP"}})
        headers = {"content-type": f"{STRUCTURED}; charset=utf-8"}
    else:
        value = json.dumps({**data, "deep": "DEEP"})
        headers = {f"ce_{attribute}": text for attribute, text in said.items()}
    nested = "[" * fault.deep + "]" * fault.deep
    whole = value.replace('"DEEP"', nested) if fault.deep else value.replace(', "deep": "DEEP"', "")
    return fault.spoilt(whole.encode()), headers


@cache
def after_a_right_one(name: str, structured: bool) -> Pages:
    topic, seen = next(topic for topic in TOPICS if topic.name == name), Observed()
    seen.puts(topic.name, *written(topic, structured, "right", Fault("")))
    seen.world.run()
    assert topic.worked(seen)
    return seen.pages()


@pytest.mark.parametrize("structured", [False, True], ids=["binary", "structured"])
@pytest.mark.parametrize(
    ("topic", "fault"),
    [
        pytest.param(topic, fault, id=f"{topic.name}, {fault}")
        for topic in TOPICS
        for fault in FAULTS
        if (topic.name, fault) != (CATALOG, "no account")  # an entry of the catalog has none
    ],
)
def test_what_is_no_message_is_parked_untouched_and_the_next_one_is_handled(
    topic: Topic, fault: str, structured: bool
) -> None:
    wrong, seen = FAULTS[fault], Observed()
    record = seen.puts(topic.name, *written(topic, structured, "wrong", wrong))
    seen.puts(topic.name, *written(topic, structured, "right", Fault("")))
    seen.world.run()

    [parked] = seen.parked()
    assert wrong.says in parked.reason
    assert parked == (topic.service, parked.reason, record)
    [shown] = seen.shown_as_parked(topic.name)
    assert shown.items() >= dict(record.headers).items()
    assert (shown["parked-by"].decode(), shown["parked-reason"].decode()) == (topic.service, parked.reason)
    assert seen.refusals() == []
    assert topic.worked(seen)
    assert seen.pages() == after_a_right_one(topic.name, structured)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_message_of_just_the_size_allowed_is_handled(topic: Topic) -> None:
    seen = Observed()
    whole = Fault("", spoilt=lambda value: value.ljust(MAX_BYTES))
    seen.puts(topic.name, *written(topic, False, "right", whole))
    seen.world.run()
    assert seen.parked() == []
    assert topic.worked(seen)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_message_of_just_the_depth_allowed_is_read_and_its_unknown_field_refused(topic: Topic) -> None:
    seen = Observed()
    seen.puts(topic.name, *written(topic, False, "wrong", Fault("", deep=MAX_DEPTH - 1)))
    seen.world.run()
    assert seen.parked() == []
    assert [reason["field"] for reason in seen.refused()] == ["deep"]


# -------------------------------------------------------------------------------------- unknown types

TYPES = {
    "a slip": (CRM_ORDERS, full("order.plaec"), "did you mean aftersale.order.place.v1?"),
    "a version to come": (CRM_ORDERS, "aftersale.order.cancel.v2", "did you mean aftersale.order.cancel.v1?"),
    "a load": (CRM_INVENTORY, full("instance.laod"), "did you mean aftersale.instance.load.v1?"),
    "an entry": (CATALOG, full("specification.publsh"), "did you mean aftersale.specification.publish.v1?"),
    "a hold": (CRM_ORDERS, full("order.hodl"), "did you mean aftersale.order.hold.v1?"),
    "a return": (CRM_ORDERS, full("return.opne"), "did you mean aftersale.return.open.v1?"),
    "a contract": (CRM_INVENTORY, full("contract.laod"), "did you mean aftersale.contract.load.v1?"),
    "a report": (RESULTS, full("task.reports"), "did you mean aftersale.task.report.v1?"),
    "a report to order": (
        CRM_ORDERS,
        full("task.report"),
        "belongs on provisioning.results, not on crm.orders",
    ),
    "an order to inventory": (CRM_INVENTORY, full("order.place"), "belongs on crm.orders"),
    "a load to fulfillment": (RESULTS, full("instance.load"), "belongs on crm.inventory"),
    "an order in the catalog": (CATALOG, full("order.place"), "belongs on crm.orders"),
    "an entry to order": (CRM_ORDERS, full("specification.publish"), "belongs on catalog.specifications"),
    "an event of ours": (CRM_ORDERS, full("order.completed"), "is what we say on order.events"),
}


@pytest.mark.parametrize("case", TYPES)
def test_an_unknown_or_misplaced_type_from_outside_is_refused_and_told_what_is_right(case: str) -> None:
    topic, type_, says = TYPES[case]
    seen = Observed()
    headers = {"ce_id": "1", "ce_source": "/crm", "ce_type": type_, "ce_accountid": ACCOUNT}
    seen.puts(topic, b'{"orderId": "O1"}', headers)
    seen.world.run()
    [refusal] = seen.refusals()
    assert (refusal["commandId"], refusal["commandType"]) == ("1", type_)
    [reason] = refusal["reasons"]
    assert (reason["rule"], reason["field"]) == ("TYPE", "type")
    assert says in reason["message"]
    assert reason["message"].startswith("'data'") == (case == "not even an object")
    assert (seen.pages(), seen.parked()) == ({}, [])


def of_a_newer(service: str, sequence: int, type_: str) -> dict[str, str]:
    place = {"ce_sequence": str(sequence), "ce_previous": str(sequence - 1), "ce_logid": f"newer {service}"}
    said = {"ce_id": f"{service}-{sequence}", "ce_source": f"/aftersale/{service}", "ce_type": type_}
    return {**said, **place, "ce_accountid": ACCOUNT}


@pytest.mark.parametrize(
    ("topic", "writer", "readers"),
    [
        (ORDER_EVENTS, "order", ["inventory"]),
        (INVENTORY_EVENTS, "inventory", ["order", "fulfillment"]),
        (FULFILLMENT_EVENTS, "fulfillment", ["order", "inventory"]),
    ],
)
def test_what_a_newer_service_of_ours_says_is_skipped_and_counted(
    topic: str, writer: str, readers: list[str]
) -> None:
    seen = Observed()
    seen.puts(topic, b'{"orderId": "O1"}', of_a_newer(writer, 1, full("order.dreamt-of")))
    seen.world.run()
    assert [seen.counts(reader)["unknown"] for reader in readers] == [1] * len(readers)
    assert (seen.pages(), seen.parked(), seen.refusals()) == ({}, [], [])


def test_after_a_type_that_an_older_reader_skips_comes_one_whose_new_field_it_passes_over() -> None:
    seen = Observed()
    seen.puts(INVENTORY_EVENTS, b"{}", of_a_newer("inventory", 1, full("instance.dreamt-of")))
    ended = {"instanceId": "TV", "accountId": ACCOUNT, "kind": "product", "specificationId": "tv"}
    known = {**ended, "rootId": "TV", "state": "inactive", "mood": "fine"}
    seen.puts(
        INVENTORY_EVENTS, json.dumps(known).encode(), of_a_newer("inventory", 2, full("instance.created"))
    )
    seen.world.run()
    assert seen.asks(*place("O1", "suspend", "TV")).reasons("O1")[0]["rule"] == "CHG-17"
    assert (seen.parked(), seen.refusals()) == ([], [])


# -------------------------------------------------------------------------- unknown fields and values


def order(**more: Any) -> Sent:
    return "order.place", {
        "orderId": "O1",
        "accountId": ACCOUNT,
        "action": "change",
        "selection": ["NET"],
        **more,
    }


def lines(*more: Mapping[str, Any]) -> Sent:
    written = [
        {"lineId": str(at), "action": "add", "specificationId": "tv", **one} for at, one in enumerate(more)
    ]
    return "order.place", {"orderId": "O1", "accountId": ACCOUNT, "lines": written}


def without(sent: Sent, field: str) -> Sent:
    name, data = sent
    return name, {key: value for key, value in data.items() if key != field}


FIELDS: dict[str, tuple[tuple[str, Any], str, str]] = {
    "a field": (order(colour="red"), "colour", "leave it out"),
    "a field with a slip": (order(selektion=["NET"]), "selektion", "did you mean 'selection'?"),
    "a field of a line": (lines({}, {"instance": "NET"}), "lines.1.instance", "did you mean 'instanceId'?"),
    "a field that is missing": (without(order(), "orderId"), "orderId", "give it"),
    "an action": (order(action="explode"), "action", "is 'explode': give one of 'add', 'change'"),
    "an action of a line": (lines({"action": "upgrade"}), "lines.0.action", "is 'upgrade': give one of"),
    "a category": (order(category="contract"), "category", "give one of 'product' or 'service'"),
    "true as a text": (order(approve="true"), "approve", "give true or false, without quotes"),
    "a number as a text": (lines({"quantity": "2"}), "lines.0.quantity", "a whole number without quotes"),
    "less than nothing": (lines({"quantity": -1}), "lines.0.quantity", "give a number of 0 or more"),
    "a list as a value": (
        order(characteristics={"speed": [1]}),
        "characteristics.speed",
        "text in quotes, a finite number, true, false or null",
    ),
    "a date that is none": (order(start="2026-02-31T09:00:00Z"), "start", "give a day that there is"),
    "a due date that is none": (lines({"dueDate": "2026-02-31T09:00:00Z"}), "lines.0.dueDate", "2027-03-31T"),
    "a time without offset": (
        order(start="2026-02-28T09:00:00"),
        "start",
        "with its offset, like 2027-03-31T",
    ),
    "501 lines": (lines(*[{}] * 501), "lines", "it has 501 entries and 500 are allowed"),
    "501 selected": (order(selection=["NET"] * 501), "selection", "it has 501 entries and 500 are allowed"),
    "nothing selected": (
        order(selection=[]),
        "data",
        "name the instances in 'selection', or write the 'lines'",
    ),
    "not even an object": (("order.place", []), "data", "give an object"),
    "an order id of two parts": (order(orderId="O:1"), "orderId", "leave them out of an order id"),
    "an empty id": (order(orderId=""), "orderId", "it is empty"),
    "an id of a page": (order(orderId="O" * 101), "orderId", "at most 100 characters"),
    "a text that no store keeps": (order(reason="\0"), "reason", "leave it out"),
    "another account": (order(accountId="OTHER"), "accountId", "give both the same account"),
    "a line id twice": (lines({"lineId": "1"}, {"lineId": "1"}), "lineId", "each line has its own"),
    "a type of contract line": (
        lines({"contractLine": {"type": "old"}}),
        "lines.0.contractLine.type",
        "give one of 'no_change'",
    ),
    "a term without end": (lines({"contractLine": {"term": 9999}}), "lines.0.contractLine.term", "1200"),
    "a preview": (order(ifUnchanged="abc"), "ifUnchanged", "leave it out"),
    "a draft, approved": (order(draft=True, approve=True), "approve", "leave out 'draft' or 'approve'"),
    "an order that is not there": (("order.approve", {"orderId": "O1"}), "orderId", "place it first"),
    "an order id that is taken": (order(orderId=OPEN), "orderId", "give a new order a new one"),
    "the kind of an instance": (("instance.load", instance("N", kind="thing")), "kind", "give one of"),
    "a pending state": (
        ("instance.load", instance("N", state="change_pending")),
        "state",
        "give one of 'active'",
    ),
    "the result of a task": (
        ("task.report", {"taskId": task_of_open(), "result": "done"}),
        "result",
        "is 'done': give one of 'in_progress', 'completed' or 'failed'",
    ),
    "the kind of an entry": (("specification.publish", entry("tv", kind="gadget")), "kind", "'resource'"),
    "a duration": (
        (
            "specification.publish",
            entry(
                "tv",
                version="2",
                plans=[{"actions": ["add"], "tasks": [{"name": "do", "kind": "manual", "duration": "2h"}]}],
            ),
        ),
        "plans.0.tasks.0.duration",
        "like PT4H or P2D",
    ),
}


@pytest.mark.parametrize("case", FIELDS)
def test_a_field_that_is_wrong_is_refused_by_its_name(case: str) -> None:
    (name, data), field, says = FIELDS[case]
    seen = Observed().asks(name, data)
    [reason] = seen.refused()
    assert reason["field"] == field
    assert says in reason["message"]
    assert (seen.pages(), seen.parked()) == ({}, [])


def test_every_field_that_is_wrong_is_named_at_once() -> None:
    seen = Observed().asks(*order(colour="red", approve="yes", end="tomorrow"))
    assert {reason["field"] for reason in seen.refused()} == {"colour", "approve", "end"}


def test_a_number_beyond_all_numbers_is_refused() -> None:
    seen = Observed()
    headers = {"ce_id": "1", "ce_source": "/crm", "ce_type": full("order.place"), "ce_accountid": ACCOUNT}
    _, data = order(characteristics={"speed": 1})
    seen.puts(CRM_ORDERS, json.dumps(data).replace(": 1}", ": 1e999}").encode(), headers)
    seen.world.run()
    [reason] = seen.refused()
    assert reason["field"] == "characteristics.speed"
    assert "a finite number" in reason["message"]


def test_personal_values_are_not_repeated_in_a_refusal() -> None:
    seen = Observed().asks(*order(reason="x" * 2000 + "Ola Nordmann", characteristics={"contact": ["Ola"]}))
    assert {reason["field"] for reason in seen.refused()} == {"reason", "characteristics.contact"}
    assert "Ola" not in json.dumps(seen.refusals())


def test_thousands_of_wrong_fields_are_answered_with_some_and_a_count() -> None:
    seen = Observed().asks(*order(**{f"f{number}": 1 for number in range(15_000)}))
    *named, last = seen.refused()
    assert len(named) == 100
    assert last["message"].startswith("14900 more fields are wrong")
    assert (seen.pages(), seen.parked()) == ({}, [])
