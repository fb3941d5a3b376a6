"""DOM-04 of a change under way: what has closed relies on what it would take back, so it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.journey.worlds import effects, play
from tests.scenarios import Sent, ask, line, place
from tests.service.test_compatibility import entry, owned
from tests.service.test_stopped import SECOND, adding, done, state, stops, waiting
from tests.service.test_stopped_account import CIRCUIT, ONE_SITE, by_hand, ordered
from tests.world import World

JUDGED = pytest.mark.rule("DOM-04")
SEEDS = (None, *range(1, 9))
HOUSE2 = (owned("HOUSE2", "house"), owned("LAMP2", "lamp", "HOUSE2"))
APPROVED = (ask("approve-change", "C1"),)
CANCEL = (ask("cancel", "C1"),)


def beside(id: str, specification: str, parent: str = "HOUSE2") -> dict[str, Any]:
    return line(id, "add", specificationId=specification, parentInstanceId=parent)


def dropped(*line_ids: str) -> tuple[Sent, ...]:
    return (("order.cancel", {"orderId": "C1", "lineIds": list(line_ids)}),)


def revised(*lines: dict[str, Any]) -> tuple[Sent, ...]:
    return (("order.revise", {"orderId": "C1", "lines": list(lines)}),)


def declined(world: World, order: str = "C1") -> list[Mapping[str, Any]]:
    found = world.pages()["order", order].get("declined") or {}
    return list(found.get("reasons", ()))


def worked_off(world: World, *orders: str) -> World:
    """Whatever was asked for, until nothing is."""
    for order in orders * 4:
        tasks = world.pages()["plan", order]["tasks"]
        play(world, (done(*(one["taskId"] for one in tasks if one["state"] in ("open", "in_progress"))),))
    return world


def lines_of(world: World, order: str = "C1") -> dict[str, str]:
    return {one["lineId"]: one["state"] for one in world.pages()["order", order]["lines"]}


# ----------------------------------------------------------------------------------- of one order

PHONE_AND_WIRE = place("C1", None, lines=[beside("1", "phone"), beside("2", "wire"), beside("3", "lamp")])


def phone_closed(*closed: str, seed: int | None = None) -> World:
    """A phone that may close because its wire is coming; a lamp keeps the order under way."""
    return play(waiting(HOUSE2, (PHONE_AND_WIRE,), seed=seed), (done(*closed),))


@JUDGED
@pytest.mark.parametrize("closed", [("C1.1.do",), ("C1.1.do", "C1.2.do")], ids=["coming", "there"])
def test_what_a_closed_line_requires_cannot_be_dropped_and_the_refusal_says_what_can(
    closed: tuple[str, ...],
) -> None:
    for seed in SEEDS:
        world = play(phone_closed(*closed, seed=seed), (dropped("2"), APPROVED))
        [reason] = declined(world)
        assert (reason["rule"], reason["lineId"]) == ("DOM-04", "2")
        assert reason["message"] == (
            "C1:1 (phone) requires wire, and none would be there then, and the work on that is done: "
            "leave line 2 as it was; or take back line 1 as well"
        )
        assert state(world, "order", "C1") == "in_progress"
        worked_off(world, "C1")
        assert (state(world, "order", "C1"), state(world, "instance", "C1:2")) == ("completed", "active")


@JUDGED
def test_both_can_be_dropped_and_so_can_either_while_the_other_is_open() -> None:
    both = worked_off(play(phone_closed("C1.1.do", "C1.2.do"), (dropped("1", "2"), APPROVED)), "C1")
    assert (declined(both), lines_of(both)) == ([], {"1": "canceled", "2": "canceled", "3": "completed"})
    before = play(phone_closed("C1.2.do"), (dropped("2"), APPROVED, done("C1.1.do")))
    assert (declined(before), len(stops(before))) == ([], 1)
    phone = worked_off(play(phone_closed("C1.1.do", "C1.2.do"), (dropped("1"), APPROVED)), "C1")
    assert lines_of(phone) == {"1": "canceled", "2": "completed", "3": "completed"}


@JUDGED
def test_a_disconnect_cannot_be_dropped_once_what_it_requires_has_ended() -> None:
    lines = [line("1", "disconnect", instanceId="WIRE"), line("2", "disconnect", instanceId="PHONE")]
    both = place("C1", None, lines=[*lines, beside("3", "lamp", "HOUSE")])
    for seed in SEEDS:
        world = play(waiting((both,), seed=seed), (done("C1.1.do"), dropped("2"), APPROVED))
        [reason] = declined(world)
        assert reason["message"] == (
            "PHONE (phone) requires wire, and none would be there then, and the work on that is done: "
            "leave line 2 as it was; or take back line 1 as well"
        )
        play(world, (dropped("1", "2"), APPROVED))
        worked_off(world, "C1")
        assert {id: state(world, "instance", id) for id in ("WIRE", "PHONE")} == {
            "WIRE": "active",
            "PHONE": "active",
        }


@JUDGED
def test_a_line_cannot_be_revised_to_make_something_else_of_what_a_closed_one_requires() -> None:
    turned = line("2", "change", instanceId="LAMP2", specificationId="wire")
    placed = place("C1", None, lines=[beside("1", "phone"), turned, beside("3", "lamp")])
    world = play(waiting(HOUSE2, (placed,)), (done("C1.1.do", "C1.2.do"),))
    key = {**turned, "specificationId": "key"}
    play(world, (revised(beside("1", "phone"), key, beside("3", "lamp")), APPROVED))
    [reason] = declined(world)
    assert (reason["rule"], reason["lineId"]) == ("DOM-04", "2")
    assert "C1:1 (phone) requires wire" in reason["message"]


@JUDGED
def test_another_one_in_its_place_is_not_refused() -> None:
    world = phone_closed("C1.1.do", "C1.2.do")
    play(world, (revised(beside("1", "phone"), beside("3", "lamp"), beside("4", "wire")), APPROVED))
    assert declined(world) == []
    worked_off(world, "C1")
    assert lines_of(world) == {"1": "completed", "2": "canceled", "3": "completed", "4": "completed"}


@JUDGED
def test_what_a_revision_adds_is_stopped_when_it_closes_and_refuses_nothing() -> None:
    lines = (beside("1", "phone"), beside("2", "wire"), beside("3", "lamp"))
    world = phone_closed("C1.1.do")
    play(world, (revised(*lines, line("4", "disconnect", instanceId="PHONE")), APPROVED))
    play(world, (revised(*lines, beside("5", "key", "HOUSE")), APPROVED))
    assert declined(world) == []
    assert len(stops(worked_off(world, "C1"))) == 1


@JUDGED
def test_nor_does_it_hide_what_is_wrong_without_it() -> None:
    turned = line("1", "change", instanceId="PHONE", specificationId="key")
    placed = place("C1", None, lines=[turned, line("2", "disconnect", instanceId="LOCK")])
    world = waiting((placed,), done("C1.1.do"))
    play(world, (revised(turned, beside("3", "key", "HOUSE")), APPROVED))
    [reason] = declined(world)
    assert "LOCK (lock) does not go with key" in reason["message"]
    assert reason["lineId"] == "2"


@JUDGED
def test_what_a_person_has_accepted_is_no_reason() -> None:
    accept = {"falloutId": "C1.1.f1", "resolution": "its wire is borrowed", "accept": True}
    placed = place("C1", None, lines=[beside("1", "phone"), beside("3", "lamp")])
    world = play(waiting(HOUSE2, (placed,)), (done("C1.1.do"), (("fallout.resolve", accept),)))
    play(world, (revised(beside("1", "phone"), beside("3", "lamp"), beside("4", "wire")), APPROVED))
    play(world, (done("C1.3.do"), dropped("4"), APPROVED))
    assert declined(world) == []
    assert worked_off(world, "C1").pages()["order", "C1"]["state"] == "completed"


@JUDGED
@pytest.mark.rule("D-22")
def test_the_whole_order_can_be_canceled_also_after_a_revision() -> None:
    lines = [line("1", "disconnect", instanceId="WIRE"), line("2", "disconnect", instanceId="PHONE")]
    lamp = beside("3", "lamp", "HOUSE")
    world = waiting((place("C1", None, lines=[*lines, lamp]),), done("C1.1.do"))
    play(world, (revised(*lines, lamp, beside("4", "lamp", "HOUSE")), APPROVED, CANCEL, APPROVED))
    worked_off(world, "C1")
    assert state(world, "order", "C1") == "canceled"
    assert {id: state(world, "instance", id) for id in ("WIRE", "PHONE")} == {
        "WIRE": "active",
        "PHONE": "active",
    }


# --------------------------------------------------------------------------------- of other orders


def another_relies(seed: int | None = None) -> World:
    """C1 has added a wire, and a lamp keeps it under way; C2 has ended the wire that was there."""
    lines = [beside("1", "wire", "HOUSE"), beside("2", "lamp", "HOUSE")]
    world = waiting((place("C1", None, lines=lines),), done("C1.1.do"), seed=seed)
    play(world, ((place("C2", "disconnect", "WIRE"),), done("C2.1.do")))
    assert state(world, "order", "C2") == "completed"
    return world


@JUDGED
def test_an_order_cannot_be_canceled_while_another_one_relies_on_what_it_has_added() -> None:
    for seed in SEEDS:
        world = play(another_relies(seed), (CANCEL,))
        [reason] = declined(world)
        assert (reason["rule"], reason["lineId"]) == ("DOM-04", "1")
        assert reason["message"] == (
            "PHONE (phone) requires wire, and none would be there then, and the work on that is done: "
            "cancel only other lines by naming them in lineIds; or let another order first add wire, or "
            "end PHONE"
        )
        assert (state(world, "order", "C1"), state(world, "instance", "C1:1")) == ("in_progress", "active")


@JUDGED
@pytest.mark.rule("D-22")
@pytest.mark.parametrize("first", [adding("C3", "wire"), place("C3", "disconnect", "PHONE")])
def test_it_can_once_another_order_has_put_that_right(first: Sent) -> None:
    world = play(another_relies(), ((first,), done("C3.1.do"), CANCEL, APPROVED))
    worked_off(world, "C1")
    assert (state(world, "order", "C1"), state(world, "instance", "C1:1")) == ("canceled", "inactive")


@JUDGED
def test_it_is_judged_again_when_the_cancellation_is_approved() -> None:
    lines = [beside("1", "wire", "HOUSE"), beside("2", "lamp", "HOUSE")]
    world = waiting((place("C1", None, lines=lines),), done("C1.1.do"))
    play(world, (CANCEL, (place("C2", "disconnect", "WIRE"),), done("C2.1.do")))
    assert state(world, "order", "C1") == "assessing_cancellation"
    play(world, (APPROVED,))
    assert [one["rule"] for one in declined(world)] == ["DOM-04"]


@JUDGED
def test_neither_can_the_line_be_dropped_and_other_lines_can() -> None:
    world = play(another_relies(), (dropped("1"), APPROVED))
    assert [(one["rule"], one["lineId"]) for one in declined(world)] == [("DOM-04", "1")]
    play(world, (dropped("2"), APPROVED))
    assert lines_of(worked_off(world, "C1")) == {"1": "completed", "2": "canceled"}


@JUDGED
def test_what_was_ended_does_not_come_back_beside_what_does_not_go_with_it() -> None:
    ended = [line("1", "disconnect", instanceId="LOCK"), beside("2", "lamp", "HOUSE")]
    world = waiting((place("C1", None, lines=ended),), done("C1.1.do"), (adding("C2", "key"),))
    play(world, (done("C2.1.do"), CANCEL))
    assert state(world, "order", "C2") == "completed"
    [reason] = declined(world)
    assert "LOCK (lock) does not go with key, and 1 would be there then" in reason["message"]


@JUDGED
def test_a_root_that_counts_on_it_from_elsewhere_in_the_account_holds_it_while_that_is_under_way() -> None:
    for seed in SEEDS:
        sites = place("C2", None, lines=ordered("C2", "site", "site", "campus")[1]["lines"])
        world = by_hand(ONE_SITE, (sites,), done("C2.1.do", "C2.2.do"), seed=seed)
        play(world, ((ordered("C1", "circuit", "campus"),), done("C1.1.do")))
        assert stops(world) == []
        play(world, ((ask("cancel", "C2"),),))
        [reason] = declined(world, "C2")
        assert "C1:1 (circuit) requires at least 2 site, and 1 would be there then" in reason["message"]
        play(world, (CANCEL, APPROVED))
        worked_off(world, "C1")
        play(world, ((ask("cancel", "C2"),), (ask("approve-change", "C2"),)))
        assert state(worked_off(world, "C2"), "order", "C2") == "canceled"


@JUDGED
def test_what_a_revision_has_taken_back_does_not_count_for_other_orders_any_more() -> None:
    lines = [beside("1", "wire", "HOUSE"), beside("2", "lamp", "HOUSE")]
    ended = (place("C2", "disconnect", "WIRE"),)
    for seed in SEEDS:
        world = waiting((place("C1", None, lines=lines),), done("C1.1.do"), ended, seed=seed)
        play(world, (dropped("1"), APPROVED, done("C2.1.do")))
        assert (declined(world), len(stops(world, "C2"))) == ([], 1)


UNDONE = entry(
    "wire",
    plans=[
        {
            "actions": ["add"],
            "tasks": [{"name": "do", "kind": "provision", "undo": {"name": "take-out", "kind": "provision"}}],
        },
        {"actions": ["disconnect"], "tasks": [{"name": "do", "kind": "provision"}]},
    ],
)


@JUDGED
@pytest.mark.parametrize("change", [dropped("1"), CANCEL], ids=["line", "order"])
def test_nor_does_it_while_it_is_being_undone(change: tuple[Sent, ...]) -> None:
    name, data = UNDONE
    lines = [beside("1", "wire", "HOUSE"), beside("2", "lamp", "HOUSE")]
    world = waiting(((name, {**data, "version": "8"}),), (place("C1", None, lines=lines),), done("C1.1.do"))
    play(world, ((place("C2", "disconnect", "WIRE"),), change, APPROVED))
    undo = [one for one in world.pages()["plan", "C1"]["tasks"] if one.get("undo")]
    assert [one["state"] for one in undo] == ["open"]
    play(world, (done("C2.1.do"),))
    assert (declined(world), len(stops(world, "C2"))) == ([], 1)


@JUDGED
def test_one_that_waits_for_it_is_no_reason_and_is_stopped_itself() -> None:
    sites = place("C2", None, lines=ordered("C2", "site", "campus")[1]["lines"])
    world = by_hand(ONE_SITE, (sites,), done("C2.1.do"), (CIRCUIT,))
    play(world, ((ask("cancel", "C2"),), (ask("approve-change", "C2"),)))
    worked_off(world, "C2")
    assert state(world, "order", "C2") == "canceled"
    assert len(stops(play(world, (done("C1.1.do"),)))) == 1


# ------------------------------------------------------------------------------------------ journey


@JUDGED
def test_it_ends_alike_in_whatever_order_messages_arrive() -> None:
    def played(seed: int | None) -> World:
        world = play(waiting((SECOND,), HOUSE2, (PHONE_AND_WIRE,), seed=seed), (done("C1.1.do"),))
        return worked_off(play(world, (dropped("2"), APPROVED, dropped("3"), APPROVED)), "C1")

    calm = effects(played(None))
    assert all(effects(played(seed)) == calm for seed in SEEDS)
