"""Dates of operations beside those of contract lines, and states that are judged on the day."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journey.scenes import terms_of
from tests.journey.worlds import play
from tests.scenarios import TERMS, Sent, ask, line, place
from tests.service.test_schedules import lines, operations, page, standing, state, until
from tests.world import World

FEBRUARY, MARCH = "2026-02-01T00:00:00+00:00", "2026-03-01T00:00:00+00:00"
APRIL, MAY = "2026-04-01T00:00:00+00:00", "2026-05-01T00:00:00+00:00"
WINDOW = place("O1", "suspend", "MOB", start=FEBRUARY, end=APRIL)


def agreed(state: str = "active", **dates: str) -> Sent:
    """The contract line of the mobile."""
    mobile = {"contractLineId": "L", "instanceId": "MOB", "state": state, **dates}
    return "contract.load", {"contractId": "C", "accountId": "ACME", "state": "active", "lines": [mobile]}


def term(world: World) -> str:
    return terms_of(page(world, "instance", "MOB"))["L"]


# --------------------------------------------------------------------------------- windows and terms


@pytest.mark.rule("CON-03", "CON-04", "CON-08", "SUS-15")
def test_terms_rest_and_wake_on_the_days_of_the_window_and_not_before() -> None:
    world = standing((agreed(end=MAY),), (WINDOW,))
    assert term(world) == "active"
    until(world, FEBRUARY)
    assert (state(world, "MOB"), term(world)) == ("suspended", "suspended")
    until(world, APRIL)
    assert (state(world, "MOB"), term(world)) == ("active", "active")
    until(world, MAY)
    assert term(world) == "expired"


@pytest.mark.rule("CON-05", "SUS-15")
def test_what_ends_within_the_window_is_expired_and_stays_so_when_its_instance_wakes() -> None:
    world = standing((agreed(end=MARCH),), (WINDOW,))
    until(world, FEBRUARY)
    until(world, MARCH)
    assert (state(world, "MOB"), term(world)) == ("suspended", "expired")
    until(world, APRIL)
    assert (state(world, "MOB"), term(world)) == ("active", "expired")


@pytest.mark.rule("CON-04", "SUS-15")
@pytest.mark.parametrize(("start", "wakes"), [(MARCH, "active"), (MAY, "draft")])
def test_what_has_not_begun_before_the_window_follows_its_start_after_it(start: str, wakes: str) -> None:
    world = standing((agreed("draft", start=start),), (WINDOW,))
    until(world, FEBRUARY)
    until(world, MARCH)
    assert term(world) == "suspended"
    until(world, APRIL)
    assert term(world) == wakes
    until(world, MAY)
    assert term(world) == "active"


@pytest.mark.rule("CON-01", "CON-08", "SUS-19")
def test_what_expires_while_an_operation_waits_leaves_the_operation_as_it_is() -> None:
    world = standing((agreed(end=FEBRUARY),), (place("O1", "disconnect", "L", start=MARCH),))
    until(world, FEBRUARY)
    assert (term(world), operations(world, "MOB")) == ("expired", [("disconnect", "scheduled")])
    until(world, MARCH)
    assert (state(world, "MOB"), term(world)) == ("inactive", "expired")
    assert page(world, "order", "O1")["state"] == "completed"


@pytest.mark.rule("CON-05", "D-10", "SUS-11")
def test_a_resume_that_is_canceled_leaves_terms_to_expire_where_they_rest() -> None:
    world = until(standing((agreed(end=MARCH),), (WINDOW,)), FEBRUARY)
    play(world, ((ask("cancel", "O1", lineIds=["2"]),), (ask("approve-change", "O1"),)))
    until(world, APRIL)
    assert (state(world, "MOB"), term(world)) == ("suspended", "expired")
    assert lines(world) == {"1": "completed", "2": "canceled"}


@pytest.mark.rule("CON-03", "CON-04", "D-10")
def test_terms_follow_a_window_that_was_redated() -> None:
    later = [
        line("1", "suspend", instanceId="MOB", dueDate=MARCH),
        line("2", "resume", instanceId="MOB", dueDate=MAY),
    ]
    steps = (ask("revise", "O1", lines=later),), (ask("approve-change", "O1"),)
    world = standing((agreed(),), (WINDOW,), *steps)
    until(world, FEBRUARY)
    assert term(world) == "active"
    until(world, MARCH)
    until(world, APRIL)
    assert term(world) == "suspended"
    until(world, MAY)
    assert term(world) == "active"


@pytest.mark.rule("CON-03", "SUS-17")
def test_a_window_of_a_home_rests_the_terms_of_everything_below() -> None:
    world = standing(TERMS, (place("O1", "suspend", "HOME", start=FEBRUARY, end=MARCH),))
    until(world, FEBRUARY)
    for instance, id in {"HOME": "L-HOME", "NET": "E-NET", "VOICE": "E-VOICE"}.items():
        assert terms_of(page(world, "instance", instance)) == {id: "suspended"}
    assert page(world, "contract", "C-1")["state"] == "active"
    until(world, MARCH)
    assert terms_of(page(world, "instance", "VOICE")) == {"E-VOICE": "active"}


@pytest.mark.rule("D-05", "CON-08")
def test_a_dated_move_takes_terms_along_on_its_day() -> None:
    world = standing((agreed(end=APRIL),), (place("O1", "move", "MOB", location="SITE-2", start=MARCH),))
    assert term(world) == "active"
    until(world, MARCH)
    assert terms_of(page(world, "instance", "MOB")) == {}
    assert terms_of(page(world, "instance", "O1~1")) == {"L": "active"}
    until(world, APRIL)
    assert terms_of(page(world, "instance", "O1~1")) == {"L": "expired"}


# --------------------------------------------------------------------------------- judged on the day

ACTIONS: dict[str, dict[str, Any]] = {
    "suspend": {},
    "resume": {},
    "disconnect": {},
    "change": {"characteristics": {"number": "4711"}},
    "move": {"location": "SITE-2"},
    "no_change": {},
}
_DONE, _BROKEN = ("completed", None), ("canceled", "D-07")
ON_THE_DAY: dict[str, dict[str, tuple[str, str | None]]] = {
    #                        active     suspended
    "suspend":    {"active": _DONE,   "suspended": _BROKEN},
    "resume":     {"active": _BROKEN, "suspended": _DONE},
    "disconnect": {"active": _DONE,   "suspended": _DONE},
    "change":     {"active": _DONE,   "suspended": _BROKEN},
    "move":       {"active": _DONE,   "suspended": _BROKEN},
    "no_change":  {"active": _DONE,   "suspended": _DONE},
}  # fmt: skip


@pytest.mark.rule("D-07", "SUS-04", "SUS-19")
@pytest.mark.parametrize("found", ["active", "suspended"])
@pytest.mark.parametrize("action", ACTIONS)
def test_the_state_on_its_day_decides_whether_a_dated_line_runs(action: str, found: str) -> None:
    """Whatever it was when the order was approved: here it is the other one."""
    asked = place("O1", action, "MOB", start=MARCH, **ACTIONS[action])
    stages: list[tuple[Sent, ...]] = [(asked,), (place("O2", "suspend", "MOB"),)]
    if found == "active":
        stages = [(place("O2", "suspend", "MOB"),), (asked,), (place("O3", "resume", "MOB"),)]
    world = standing(*stages)
    assert (state(world, "MOB"), lines(world)) == (found, {"1": "scheduled"})
    until(world, MARCH)
    order = page(world, "order", "O1")
    ends, rule = ON_THE_DAY[action][found]
    assert (order["state"], lines(world)) == (ends, {"1": ends})
    assert [one["rule"] for one in order["reasons"]] == ([rule] if rule else [])
    assert len(page(world, "plan", "O1")["fallouts"]) == (1 if rule else 0)
    if rule:
        assert state(world, "MOB") == found


@pytest.mark.rule("DIS-04", "DIS-05")
def test_a_disconnect_takes_a_start_and_a_reason() -> None:
    world = standing((place("O1", "disconnect", "MOB", start=MARCH, reason="moves abroad"),))
    order = page(world, "order", "O1")
    assert [one["dueDate"] for one in order["lines"]] == [MARCH]
    assert order["reason"] is not None
    assert "abroad" not in order["reason"], "what may name a person is sealed"
    assert (state(world, "MOB"), operations(world, "MOB")) == ("active", [("disconnect", "scheduled")])
    until(world, MARCH)
    assert state(world, "MOB") == "inactive"


@pytest.mark.rule("DIS-04", "D-08")
@pytest.mark.parametrize("start", [None, "2026-01-01T00:00:00Z"])
def test_a_disconnect_without_a_start_to_come_happens_at_once(start: str | None) -> None:
    world = standing((place("O1", "disconnect", "MOB", **({"start": start} if start else {})),))
    assert state(world, "MOB") == "inactive"


# ------------------------------------------------------------------------------------ drafts with an end

DRAFT = place("O1", "suspend", "MOB", end=APRIL, draft=True, approve=False)


@pytest.mark.rule("SUS-15")
def test_a_draft_with_an_end_shows_its_resume_and_keeps_the_lines_it_is_revised_to() -> None:
    world = standing((DRAFT,))
    assert [one["action"] for one in page(world, "order", "O1")["lines"]] == ["suspend", "resume"]
    alone = [line("1", "suspend", instanceId="MOB")]
    play(world, ((ask("revise", "O1", lines=alone),), (ask("submit", "O1"),), (ask("approve", "O1"),)))
    order = page(world, "order", "O1")
    assert ([one["action"] for one in order["lines"]], order["state"]) == (["suspend"], "completed")
    assert operations(world, "MOB") == []


@pytest.mark.rule("SUS-15")
def test_a_draft_with_an_end_may_become_something_without_one() -> None:
    other = [line("1", "change", instanceId="MOB", characteristics={"number": "4711"})]
    world = standing((DRAFT,), (ask("revise", "O1", lines=other),), (ask("submit", "O1"),))
    order = page(world, "order", "O1")
    assert (order["state"], order["reasons"]) == ("new", [])


@pytest.mark.rule("SUS-15")
def test_a_draft_is_revised_to_another_end_by_the_date_of_its_resume() -> None:
    both = [
        line("1", "suspend", instanceId="MOB"),
        line("2", "resume", instanceId="MOB", dueDate=MAY),
    ]
    steps = (ask("revise", "O1", lines=both),), (ask("submit", "O1"),), (ask("approve", "O1"),)
    world = standing((DRAFT,), *steps)
    assert lines(world) == {"1": "completed", "2": "scheduled"}
    until(world, APRIL)
    assert state(world, "MOB") == "suspended"
    until(world, MAY)
    assert (state(world, "MOB"), page(world, "order", "O1")["state"]) == ("active", "completed")
