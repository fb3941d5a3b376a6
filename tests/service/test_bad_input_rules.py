"""What bad input gets that is well written and asks for what cannot be: orders, reports, entries, records.

The other half of the table, what cannot even be read, is `test_bad_input`.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.fulfillment.domain import addition, decomposition, limits
from services.inventory.domain import judge, reserve
from services.order import handlers
from tests.observed import ACCOUNT, OPEN, Observed
from tests.scenarios import CATALOG, Sent, ask, line, place

Broken = set[tuple[str, str | None]]


def broken(reasons: list[dict[str, Any]]) -> Broken:
    """Rule and line of each reason."""
    return {(reason["rule"], reason.get("lineId")) for reason in reasons}


def says(reasons: list[dict[str, Any]], *words: str) -> bool:
    """Whether the sentences have all of these words."""
    text = " ".join(reason["message"] for reason in reasons)
    return all(word in text for word in words)


# --------------------------------------------------------------------------- orders that cannot be

ORDERS: dict[str, tuple[Sent, Broken, tuple[str, ...]]] = {
    "an unknown instance": (
        place("O1", "suspend", "NOTHING"),
        {("ACT-06", "1")},
        ("account ACME has no instance NOTHING", "name one that it owns"),
    ),
    "an instance of another account": (
        place("O1", "disconnect", "THEIRS"),
        {("ACT-06", "1")},
        ("account ACME has no instance THEIRS", "name one that it owns"),
    ),
    "a parent of another account": (
        place("O1", None, lines=[line("1", "add", specificationId="tv", parentInstanceId="THEIRS")]),
        {("ACT-06", "1")},
        ("THEIRS", "account ACME"),
    ),
    "an unknown specification": (
        place("O1", None, lines=[line("1", "add", specificationId="fax")]),
        {("REF-01", "1")},
        ("specification fax is not published", "publish it first, or name another"),
    ),
    "a value of no characteristic": (
        place("O1", "change", "NET", characteristics={"sped": 5}),
        {("CHG-01", "1")},
        ("internet has no characteristic 'sped'", "it has contact, speed"),
    ),
    "a value of another type": (
        place("O1", "change", "NET", characteristics={"speed": "fast"}),
        {("CHG-01", "1")},
        ("'fast' is no value of 'speed'", "give it a number without quotes"),
    ),
    "to resume what is active": (
        place("O1", "resume", "HOME"),
        {("D-07", "1")},
        ("'HOME' is active", "resume needs it suspended; it is not suspended, so leave the line out"),
    ),
    "to change what an order changes": (
        place("O1", "change", "MOB", characteristics={"number": "1"}),
        {("D-07", "1"), ("CHG-16", "1")},
        (
            "'MOB' is change_pending",
            "change needs it active; wait for the order that is at work on it",
            f"order '{OPEN}' holds 'MOB'",
            "when it is completed",
        ),
    ),
    "to add below what an order changes": (
        place("O1", None, lines=[line("1", "add", specificationId="day-pass", parentInstanceId="MOB")]),
        {("D-23", "1")},
        ("the parent 'MOB' is change_pending", f"order '{OPEN}' holds it, so place this order again"),
    ),
    "a part that is mandatory": (
        place("O1", "disconnect", "NET"),
        {("ACT-13", "1")},
        ("NET is a mandatory part of HOME", "say 'cascade': true"),
    ),
    "to move a part alone": (
        place("O1", "move", "VOICE", location="SITE-2"),
        {("MOV-V3", "1")},
        ("a move takes all of 'HOME' along", "write lines for 'HOME', 'NET' too"),
    ),
    "a window that ends before it begins": (
        place("O1", "suspend", "HOME", start="2027-03-31T09:00:00Z", end="2027-02-01T09:00:00Z"),
        {("ACT-11", "2")},
        ("HOME would be resumed", "2027-02-01", "give the resume a later date"),
    ),
    "everything that order judges at once": (
        place(
            "O1",
            None,
            lines=[
                line("1", "suspend", instanceId="NOTHING"),
                line("2", "disconnect", instanceId="THEIRS"),
                line("3", "add", specificationId="fax"),
                line("4", "change", instanceId="NET", characteristics={"speed": "fast", "sped": 5}),
                line("5", "add", specificationId="tv", parentLineId="9"),
                line("6", "change", instanceId="NET"),
            ],
        ),
        {
            ("ACT-06", "1"),
            ("ACT-06", "2"),
            ("REF-01", "3"),
            ("CHG-01", "4"),
            ("REF-01", "5"),
            ("CHG-16", "6"),
        },
        ("NOTHING", "THEIRS", "fax", "'fast'", "'sped'"),
    ),
    "everything that inventory judges at once": (
        place(
            "O1",
            None,
            lines=[
                line("1", "resume", instanceId="NET"),
                line("2", "change", instanceId="MOB", characteristics={"number": "1"}),
                line("3", "resume", instanceId="VOICE"),
            ],
        ),
        {("D-07", "1"), ("D-07", "2"), ("CHG-16", "2"), ("D-07", "3"), ("SUS-06", "2")},
        ("'NET' is active", "'VOICE' is active", f"order '{OPEN}' holds 'MOB'"),
    ),
}


@pytest.mark.parametrize("case", ORDERS)
def test_an_order_for_what_cannot_be_is_rejected_with_every_reason(case: str) -> None:
    (name, data), rules, words = ORDERS[case]
    seen = Observed().asks(name, data)
    assert seen.order("O1")["state"] == "rejected"
    assert broken(seen.reasons("O1")) == rules
    assert says(seen.reasons("O1"), *words)
    assert set(seen.pages()) == {("order", "O1")}
    assert (seen.refusals(), seen.parked(), seen.tasks("O1")) == ([], [], [])


def test_what_has_ended_cannot_be_ordered_for() -> None:
    seen = Observed().asks(*place("O1", "disconnect", "VOICE")).asks(*place("O2", "suspend", "VOICE"))
    assert broken(seen.reasons("O2")) == {("CHG-17", "1")}
    assert says(seen.reasons("O2"), "VOICE is inactive", "add a new one")


@pytest.mark.rule("D-07")
@pytest.mark.parametrize("state", ["change", "move"])
def test_what_is_suspended_is_resumed_first(state: str) -> None:
    seen = Observed().asks(*place("O1", "suspend", "HOME"))
    seen.asks(*place("O2", state, "HOME", location="SITE-2" if state == "move" else None))
    assert ("D-07", "1") in broken(seen.reasons("O2"))
    assert says(seen.reasons("O2"), f"'HOME' is suspended: {state} needs it active; resume it first")


def test_an_order_whose_catalog_never_comes_is_rejected_and_changes_nothing() -> None:
    needy = next(data for _, data in CATALOG if data["specificationId"] == "tv")
    needs = {"version": "2", "relationships": [{"type": "requires", "target": "antenna"}]}
    seen = Observed().asks("specification.publish", {**needy, **needs})
    seen.asks(*place("O1", None, lines=[line("1", "add", specificationId="tv")]))
    assert seen.order("O1")["state"] == "rejected"
    assert says(seen.reasons("O1"), "antenna", "publish")


def test_thousands_of_reasons_are_as_many_as_fit_and_a_count() -> None:
    many = {f"c{number}": 1 for number in range(8_000)}
    seen = Observed().asks(*place("O1", "change", "NET", characteristics=many))
    *_, last = seen.reasons("O1")
    assert seen.order("O1")["state"] == "rejected"
    assert last["rule"] == "LIM-01"
    assert "more reasons do not fit" in last["message"]


# ------------------------------------------------------------------------------- the same id again


def test_the_same_command_again_changes_nothing() -> None:
    seen = Observed().asks(*place("O1", "suspend", "HOME"), id="7")
    before = seen.pages()
    seen.asks(*place("O1", "suspend", "HOME"), id="7")
    assert seen.counts("order")["again"] == 1
    assert (seen.pages(), seen.refusals(), seen.parked()) == (before, [], [])


def test_the_same_id_with_another_payload_is_refused_and_only_once() -> None:
    seen = Observed().asks(*place("O1", "suspend", "HOME"), id="7")
    before = seen.pages()
    for _ in range(3):
        seen.asks(*place("O2", "disconnect", "HOME"), id="7")
    [reason] = seen.refused()
    assert (reason["rule"], reason["field"]) == ("ENV-03", "id")
    assert says([reason], "was handled before with another payload", "a new command needs a new id")
    seen.asks(*place("O3", "disconnect", "HOME"), id="7")
    assert len(seen.refusals()) == 2
    assert (seen.pages(), seen.parked()) == (before, [])


def test_the_same_id_of_another_sender_is_another_command() -> None:
    seen = Observed().asks(*place("O1", "suspend", "HOME"), id="7")
    seen.asks(*place("O2", "resume", "HOME"), id="7", source="/another")
    assert seen.order("O2")["state"] == "completed"


# ----------------------------------------------------------------------------------- task reports


def reported(seen: Observed, task: str, result: str, **more: Any) -> Observed:
    return seen.asks("task.report", {"taskId": task, "result": result, **more})


@pytest.mark.parametrize("task", ["NO-ORDER.1.do", f"{OPEN}.9.do", "HOME", "."])
def test_a_report_for_an_unknown_task_is_recorded_as_ignored(task: str) -> None:
    seen = reported(Observed(), task, "completed")
    assert [one["why"] for one in seen.stored("fulfillment", "report.ignored.v1")] == ["no such task"]
    assert (seen.pages(), seen.refusals(), seen.parked()) == ({}, [], [])


@pytest.mark.parametrize("result", ["in_progress", "completed", "failed"])
def test_a_report_for_a_finished_task_is_recorded_as_ignored(result: str) -> None:
    seen = Observed()
    [task] = seen.tasks(OPEN)
    before = reported(seen, task["taskId"], "completed").pages()
    assert before["order", OPEN]["state"] == "completed"
    reported(seen, task["taskId"], result, characteristics={"number": "0"})
    assert [one["why"] for one in seen.stored("fulfillment", "report.ignored.v1")] == ["the task is closed"]
    assert (seen.pages(), seen.refusals(), seen.parked()) == (before, [], [])


def test_a_report_for_an_attempt_already_answered_is_recorded_as_ignored() -> None:
    seen = Observed()
    seen.world.answer = lambda _: None
    [task] = seen.tasks(OPEN)
    reported(seen, task["taskId"], "failed", attempt=1)
    before = reported(seen, task["taskId"], "completed", attempt=1).pages()
    assert before["plan", OPEN]["tasks"][0]["state"] == "on_hold"
    seen.asks("task.retry", {"taskId": task["taskId"]})
    before = seen.pages()
    reported(seen, task["taskId"], "completed", attempt=1)
    ignored = [one["why"] for one in seen.stored("fulfillment", "report.ignored.v1")]
    assert ignored == ["attempt 1 was answered already", "attempt 2 is the current one"]
    assert (seen.pages(), seen.refusals(), seen.parked()) == (before, [], [])


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("task.report", {"result": "completed"}),
        ("task.report", {"result": "failed", "characteristics": {"number": "0"}}),
        ("task.retry", {}),
        ("task.skip", {"reason": "mine now"}),
    ],
)
def test_what_another_account_says_of_a_task_is_refused(name: str, more: dict[str, Any]) -> None:
    seen = Observed()
    seen.asks(name, {"taskId": seen.tasks(OPEN)[0]["taskId"], **more}, account="OTHER")
    [reason] = seen.refused()
    assert (reason["rule"], reason["field"]) == ("REF-01", "accountid")
    assert says([reason], "send the accountid it was asked with")
    assert (seen.pages(), seen.parked()) == ({}, [])


# ----------------------------------------------------------------------------------- the catalog


def entry(id: str, **more: Any) -> Sent:
    return "specification.publish", next(
        {**data, **more} for _, data in CATALOG if data["specificationId"] == id
    )


def to(target: str, type_: str = "realized_as") -> dict[str, Any]:
    return {"type": type_, "target": target}


def waiting(*after: str) -> list[dict[str, Any]]:
    tasks = [
        {"name": "config", "kind": "provision", "after": list(after)},
        {"name": "test", "kind": "provision"},
    ]
    return [{"actions": ["change"], "tasks": tasks}]


ENTRIES: dict[str, tuple[Sent, str, tuple[str, ...]]] = {
    "a cycle": (
        entry("rfs-access", version="2", rules=[], relationships=[to("cfs-internet")]),
        "relationships",
        ("a cycle: rfs-access -> cfs-internet -> rfs-access", "Take one of these relationships out"),
    ),
    "a cycle of its own": (
        entry("rfs-access", version="2", rules=[], relationships=[to("rfs-access", "composed_of")]),
        "relationships",
        ("a cycle: rfs-access -> rfs-access",),
    ),
    "an after that names nothing": (
        entry("rfs-access", version="2", plans=waiting("confog")),
        "plans.0.tasks.0.after",
        ("'confog' is no task of this plan", "they are config, test"),
    ),
    "an after that names nothing of another entry": (
        entry("rfs-access", version="2", plans=waiting("port/reconfig")),
        "plans.0.tasks.0.after",
        ("'port' has no task 'reconfig'", "its tasks are", "reconfigure"),
    ),
    "tasks that wait for each other": (
        entry("rfs-access", version="2", plans=waiting("config")),
        "plans.0.tasks",
        ("wait for each other: rfs-access/config -> rfs-access/config",),
    ),
    "the same version with other content": (
        entry("rfs-access", plans=waiting()),
        "version",
        ("a version never changes", "publish this content under a new version"),
    ),
    "a target of the wrong kind": (
        entry("rfs-access", version="2", rules=[], relationships=[to("tv", "requires")]),
        "relationships.0.target",
        ("'requires' is product -> resource or service -> resource", "'tv' makes it service -> product"),
    ),
    "the end of what never was": (
        ("specification.retire", {"specificationId": "fax"}),
        "specificationId",
        ("no specification fax was published",),
    ),
}


@pytest.mark.parametrize("case", ENTRIES)
def test_an_entry_that_cannot_be_is_refused_by_its_place_and_the_old_one_stays(case: str) -> None:
    (name, data), field, words = ENTRIES[case]
    seen = Observed().asks(name, data)
    assert [reason.get("field") for reason in seen.refused()] == [field]
    assert says(seen.refused(), *words)
    assert (seen.pages(), seen.parked()) == ({}, [])

    change = place("O1", "change", "NET", characteristics={"speed": 1000})
    seen.asks(*change)
    right = Observed().asks(*change)
    assert seen.order("O1")["state"] == "completed"
    assert [task["name"] for task in seen.tasks("O1")] == [task["name"] for task in right.tasks("O1")]
    assert seen.pages() == right.pages()


# ------------------------------------------------------------------------------- records that cannot be


def load(id: str, specification: str = "voice", **more: Any) -> Sent:
    facts = {"instanceId": id, "accountId": ACCOUNT, "kind": "product", "specificationId": specification}
    return "instance.load", {**facts, "state": "active", **more}


RECORDS: dict[str, tuple[Sent, str, str, tuple[str, ...]]] = {
    "an unknown parent": (
        load("NEW", parentId="NOTHING"),
        "REF-01",
        "parentId",
        ("no instance 'NOTHING'", "load the parent first"),
    ),
    "a parent of another account": (
        load("NEW", parentId="THEIRS"),
        "REF-01",
        "parentId",
        ("no instance 'THEIRS'", "for this account"),
    ),
    "itself as a parent": (load("TALK", parentId="TALK"), "REF-01", "parentId", ("load the parent first",)),
    "a cycle": (
        load("HOME", "home", parentId="VOICE"),
        "REF-02",
        "parentId",
        ("below 'HOME' itself", "no cycle"),
    ),
    "a cycle of one": (load("HOME", "home", parentId="HOME"), "REF-02", "parentId", ("has no cycle",)),
    "a pending state": (
        load("NEW", state="installation_pending"),
        "FIELD",
        "state",
        ("is 'installation_pending'", "give one of 'active', 'suspended' or 'inactive'"),
    ),
    "what an order holds": (
        load("MOB", "mobile-4g"),
        "REF-03",
        "instanceId",
        (f"order '{OPEN}' has changed 'MOB' since it was loaded", "change it by an order"),
    ),
    "a parent that an order holds": (
        load("NEW", parentId="MOB"),
        "D-23",
        "parentId",
        ("an order is changing the parent 'MOB'", "when that order is completed"),
    ),
    "the id of another account's": (
        load("THEIRS"),
        "REF-04",
        "instanceId",
        ("'THEIRS' is the id of another instance", "under its own id"),
    ),
    "another kind than before": (
        load("HOME", "home", kind="service"),
        "REF-04",
        "instanceId",
        ("the id of another instance",),
    ),
    "another account than the message's": (
        load("NEW", accountId="OTHER"),
        "ENV-01",
        "accountId",
        ("give both the same account",),
    ),
}


@pytest.mark.parametrize("case", RECORDS)
def test_a_record_that_cannot_be_is_refused(case: str) -> None:
    (name, data), rule, field, words = RECORDS[case]
    seen = Observed().asks(name, data)
    assert [(reason["rule"], reason["field"]) for reason in seen.refused()] == [(rule, field)]
    assert says(seen.refused(), *words)
    assert (seen.pages(), seen.parked()) == ({}, [])


def test_a_record_that_an_order_has_changed_since_is_refused() -> None:
    seen = Observed().asks(*place("O1", "change", "NET", characteristics={"speed": 200}))
    before = seen.pages()
    seen.asks(*load("NET", "internet", parentId="HOME", characteristics={"speed": 100}))
    assert [reason["rule"] for reason in seen.refused()] == ["REF-03"]
    assert says(seen.refused(), "order 'O1' has changed 'NET'")
    assert seen.pages() == before


def test_the_same_record_again_changes_nothing_even_while_an_order_holds_it() -> None:
    seen = Observed().asks(*load("TALK")).asks(*load("TALK"))
    assert (seen.refusals(), seen.parked()) == ([], [])


# --------------------------------------------------------------------- trees too large for a message


def rejected_for_its_size(seen: Observed, *words: str) -> None:
    assert seen.order("O1")["state"] == "rejected"
    assert [reason["rule"] for reason in seen.reasons("O1")] == ["LIM-01"]
    assert says(seen.reasons("O1"), *words)
    assert (seen.refusals(), seen.parked(), seen.tasks("O1")) == ([], [], [])


def test_a_tree_of_too_many_instances_is_rejected_with_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "MAX_TREE", 5)
    seen = Observed().asks(*place("O1", "disconnect", "HOME"))
    rejected_for_its_size(seen, "touches 6 instances: 5 are allowed", "several smaller ones")
    assert set(seen.pages()) == {("order", "O1")}


def test_a_tree_of_too_many_bytes_is_rejected_with_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserve, "MAX_BYTES", 1_000)
    monkeypatch.setattr(reserve, "_SURELY_SMALL", 0)
    seen = Observed().asks(*place("O1", "disconnect", "HOME"))
    rejected_for_its_size(seen, "bytes of instances: 1000 are allowed")
    assert set(seen.pages()) == {("order", "O1")}


def test_a_plan_of_too_many_bytes_is_rejected_and_everything_is_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MAX_MESSAGE", 100)
    monkeypatch.setattr(limits, "_SMALL", 0)
    seen = Observed().asks(*place("O1", "disconnect", "HOME"))
    rejected_for_its_size(seen, "the plan has 6 domain orders", "100 are allowed")
    assert {page["state"] for (kind, _), page in seen.pages().items() if kind == "instance"} == {"active"}


def test_a_plan_of_too_many_domain_orders_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decomposition, "MAX_DOMAIN_ORDERS", 5)
    monkeypatch.setattr(addition, "MAX_DOMAIN_ORDERS", 5)
    seen = Observed().asks(*place("O1", "disconnect", "HOME"))
    rejected_for_its_size(seen, "more than the 5 domain orders that fit a plan")


def test_a_true_tree_of_more_than_a_message_is_rejected_with_its_size() -> None:
    seen = Observed()
    for number in range(5):
        text = {"text": "x" * 230_000}
        seen.asks(*load(f"P{number}", "port", kind="resource", parentId="RFS", characteristics=text))
    before = {key: page for key, page in seen.pages().items() if key[0] == "instance"}
    seen.asks(*place("O1", "disconnect", "HOME"))
    rejected_for_its_size(seen, "bytes of instances")
    assert {key: page for key, page in seen.pages().items() if key[0] == "instance"} == before


def a_home_with(children: int) -> Observed:
    seen = Observed()
    for number in range(children):
        seen.world.send("instance.load", load(f"V{number}", parentId="HOME")[1])
    seen.world.run()
    return seen


def test_a_true_tree_of_more_lines_than_an_order_has_is_rejected_with_their_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(handlers, "MAX_BYTES", 1_000)
    seen = a_home_with(600).asks(*place("O1", "disconnect", "HOME"))
    rejected_for_its_size(seen, "the order comes to 603 lines and 500 are allowed", "select fewer")


def test_a_plan_of_a_hundred_thousand_parts_is_rejected() -> None:
    farm = {"type": "requires", "target": "port", "default": 100_000}
    seen = Observed().asks(*entry("tv", version="2", relationships=[farm]))
    seen.asks(*place("O1", None, lines=[line("1", "add", specificationId="tv")]))
    rejected_for_its_size(seen, "more than the 10000 domain orders that fit a plan")
    assert seen.pages()["instance", "O1:1"]["state"] == "inactive"


def test_an_order_rejected_for_its_lines_has_to_be_written_anew() -> None:
    seen = a_home_with(500)
    seen.asks(*place("O1", "disconnect", "HOME")).asks(*ask("rework", "O1")).asks(*ask("submit", "O1"))
    assert seen.order("O1")["state"] == "rejected"
    assert says(seen.reasons("O1"), "the order has no lines", "write them with order.revise")


def test_what_bad_input_gets_is_never_a_value_of_a_person() -> None:
    seen = Observed().asks(*place("O1", "change", "NET", characteristics={"contact": 5, "speed": "Ola"}))
    assert "no value of 'contact'" in json.dumps(seen.reasons("O1"))
    assert "5 is" not in json.dumps(seen.reasons("O1"))
