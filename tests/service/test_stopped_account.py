"""DOM-04 of a new root: what it requires may stand anywhere in the account, and has to stand somewhere."""

from __future__ import annotations

from typing import Any

import pytest

from services.audit.replay import replay
from tests.journey.worlds import effects, forked, play
from tests.scenarios import Sent, ask, line, place
from tests.service.test_audit_replay import read
from tests.service.test_compatibility import entry, owned
from tests.service.test_schedules import until
from tests.service.test_stopped import WORK, done, resolve, state, stops
from tests.world import World

JUDGED = pytest.mark.rule("DOM-04")
SEEDS = 12
TWO = {"compatibility": [{"type": "requires", "target": "site", "min": 2}]}
CATALOG = (
    entry("site", **WORK),
    entry("campus", relationships=[{"type": "bundles", "target": "site"}], **WORK),
    entry("circuit", **WORK, **TWO),
)
ONE_SITE = (owned("CAMPUS", "campus"), owned("SITE", "site", "CAMPUS"))
TWO_SITES = (*ONE_SITE, owned("ALONE", "site"))


def ordered(order: str, *specifications: str, **more: Any) -> Sent:
    """Each of these as a root of its own."""
    lines = [
        line(str(number), "add", specificationId=id, **more) for number, id in enumerate(specifications, 1)
    ]
    return place(order, None, lines=lines)


CIRCUIT = ordered("C1", "circuit")
SITES = ordered("C2", "site", "site")


def at_once(*stages: tuple[Sent, ...], seed: int | None = None) -> World:
    """Where every task is done at once."""
    return play(forked(seed), (CATALOG, *stages))


def by_hand(*stages: tuple[Sent, ...], seed: int | None = None) -> World:
    world = forked(seed)
    world.time_passes, world.answer = False, lambda _: None
    return play(world, (CATALOG, *stages))


def warned(world: World, order: str = "C1") -> list[str]:
    return [one["message"] for one in world.pages()["order", order]["warnings"]]


@JUDGED
@pytest.mark.rule("CHG-13", "APP-05")
@pytest.mark.parametrize(
    ("base", "there"), [((), "0 would be there"), (ONE_SITE, "1 would be there")], ids=["none", "too few"]
)
def test_a_new_root_without_all_that_it_requires_is_warned_of_and_stops(
    base: tuple[Sent, ...], there: str
) -> None:
    world = at_once(base, (CIRCUIT,))
    [warning] = warned(world)
    assert "line 1 (circuit) requires site, and after this order that does not hold" in warning
    [stop] = stops(world)
    assert stop["message"] == (
        f"C1.1 (add of C1:1, circuit) does not close: C1:1 (circuit) requires at least 2 site, and {there}. "
        "What would be right: add site, or take C1:1 back"
    )
    assert (state(world, "order", "C1"), state(world, "instance", "C1:1")) == (
        "in_progress",
        "installation_pending",
    )


@JUDGED
@pytest.mark.rule("CHG-13")
def test_it_is_found_wherever_the_account_has_it() -> None:
    for seed in (None, *range(SEEDS)):
        world = at_once(TWO_SITES, (CIRCUIT,), seed=seed)
        assert (state(world, "order", "C1"), warned(world), stops(world)) == ("completed", [], [])


@JUDGED
@pytest.mark.rule("CHG-13")
@pytest.mark.parametrize("specifications", [("circuit", "site", "site"), ("site", "circuit", "site")])
def test_what_comes_with_it_in_the_same_order_counts(specifications: tuple[str, ...]) -> None:
    world = at_once((ordered("C1", *specifications),))
    assert (state(world, "order", "C1"), warned(world), stops(world)) == ("completed", [], [])


@JUDGED
@pytest.mark.rule("CHG-13")
def test_what_the_same_order_ends_does_not() -> None:
    lines = [line("1", "add", specificationId="circuit"), line("2", "disconnect", instanceId="SITE")]
    world = at_once(TWO_SITES, (place("C1", None, lines=lines),))
    assert len(warned(world)) == 1
    assert "requires at least 2 site, and 1 would be there" in stops(world)[0]["message"]


@JUDGED
def test_it_goes_on_by_itself_when_other_orders_have_added_what_was_missing() -> None:
    for seed in (None, *range(SEEDS)):
        world = at_once(ONE_SITE, (CIRCUIT,), seed=seed)
        under = line("1", "add", specificationId="site", parentInstanceId="CAMPUS")
        play(world, ((place("C2", None, lines=[under]),),))
        assert (state(world, "order", "C1"), stops(world)) == ("completed", []), f"seed {seed}"
        world = at_once((CIRCUIT,), (SITES,), seed=seed)
        assert (state(world, "order", "C1"), state(world, "order", "C2")) == ("completed", "completed")


@JUDGED
def test_orders_that_arrive_together_end_alike() -> None:
    def played(seed: int | None) -> World:
        return at_once((CIRCUIT, SITES), seed=seed)

    for seed in range(2 * SEEDS):
        world = played(seed)
        assert (state(world, "order", "C1"), state(world, "order", "C2")) == ("completed", "completed")
        assert world.parked() == []


@JUDGED
def test_what_another_order_is_about_to_add_counts_when_it_is_there() -> None:
    world = by_hand((SITES,), (CIRCUIT,), done("C1.1.do"))
    assert len(stops(world)) == 1
    play(world, (done("C2.1.do"),))
    assert "and 1 would be there" in stops(world)[0]["message"]
    play(world, (done("C2.2.do"),))
    assert (state(world, "order", "C1"), stops(world)) == ("completed", [])


@JUDGED
@pytest.mark.parametrize("site", ["SITE", "ALONE"])
def test_what_another_order_has_ended_meanwhile_stops_it(site: str) -> None:
    for seed in (None, *range(SEEDS)):
        world = by_hand(TWO_SITES, (CIRCUIT, place("C2", "disconnect", site)), seed=seed)
        play(world, (done("C2.1.do"), done("C1.1.do")))
        assert (state(world, "order", "C2"), state(world, "order", "C1")) == ("completed", "in_progress")
        assert len(stops(world)) == 1, f"seed {seed}"


@JUDGED
@pytest.mark.parametrize("ended", ["ALONE", "CAMPUS"])
def test_so_does_what_has_ended_with_all_that_was_below_it(ended: str) -> None:
    for seed in (None, *range(SEEDS)):
        world = by_hand(TWO_SITES, (CIRCUIT,), (place("C2", "disconnect", ended),), seed=seed)
        end_all(world, "C2")
        play(world, (done("C1.1.do"),))
        assert (state(world, "order", "C2"), state(world, "order", "C1")) == ("completed", "in_progress")
        assert "and 1 would be there" in stops(world)[0]["message"], f"seed {seed}"


@JUDGED
def test_what_was_about_to_end_when_it_was_ordered_does_not_count_when_it_has_ended() -> None:
    world = by_hand(TWO_SITES, (place("C2", "disconnect", "ALONE"),), (CIRCUIT,))
    play(world, (done("C2.1.do"), done("C1.1.do")))
    assert (state(world, "order", "C2"), len(stops(world))) == ("completed", 1)


@JUDGED
def test_it_goes_on_when_what_another_order_had_ended_is_taken_back() -> None:
    two = [line("1", "disconnect", instanceId="ALONE"), line("2", "add", specificationId="campus")]
    world = by_hand(TWO_SITES, (CIRCUIT,), (place("C2", None, lines=two),))
    play(world, (done("C2.1.do"), done("C1.1.do")))
    assert len(stops(world)) == 1
    play(world, ((ask("cancel", "C2"),), (ask("approve-change", "C2"),)))
    end_all(world, "C2")
    assert (state(world, "instance", "ALONE"), state(world, "order", "C1")) == ("active", "completed")


def end_all(world: World, order: str) -> None:
    """Every task of it, one after the other."""
    for _ in range(5):
        tasks = world.pages()["plan", order]["tasks"]
        play(world, (done(*(one["taskId"] for one in tasks if one["state"] == "open")),))


@JUDGED
def test_a_person_may_accept_it_or_give_it_up() -> None:
    world = at_once((CIRCUIT,))
    play(world, ((resolve(),),))
    assert len(stops(world)) == 1
    play(world, ((resolve("the site is being built", accept=True),),))
    assert state(world, "order", "C1") == "completed"
    world = at_once((CIRCUIT,), (ask("cancel", "C1"),), (ask("approve-change", "C1"),))
    assert (state(world, "order", "C1"), state(world, "instance", "C1:1")) == ("canceled", "inactive")


@JUDGED
def test_of_a_dated_one_it_counts_what_is_there_on_its_day() -> None:
    march = "2026-03-01T00:00:00+00:00"
    world = at_once()
    world.time_passes = False
    play(world, ((ordered("C1", "circuit", dueDate=march),), (SITES,)))
    until(world, march)
    assert state(world, "order", "C1") == "completed"


@JUDGED
def test_a_revision_that_drops_it_and_adds_the_sites_is_judged_as_it_is_then() -> None:
    world = at_once((CIRCUIT,))
    _, asked = ordered("C1", "circuit", "site", "site")
    revised = ("order.revise", {"orderId": "C1", "lines": asked["lines"]})
    play(world, ((revised,), (ask("approve-change", "C1"),)))
    assert (state(world, "order", "C1"), stops(world)) == ("completed", [])


@JUDGED
def test_how_many_there_are_at_most_is_a_matter_of_one_hierarchy() -> None:
    most = {"compatibility": [{"type": "requires", "target": "site", "max": 1}]}
    world = at_once((entry("ring", **WORK, **most),), TWO_SITES, (ordered("C1", "ring"),))
    assert (state(world, "order", "C1"), warned(world)) == ("completed", [])


TURNED = place("C1", None, lines=[line("1", "change", instanceId="X", specificationId="circuit")])
X = owned("X", "campus")


@JUDGED
@pytest.mark.rule("CHG-13")
def test_what_a_root_is_turned_into_has_to_have_what_it_requires_as_well() -> None:
    world = at_once((X, *ONE_SITE), (TURNED,))
    [warning] = warned(world)
    assert "X (circuit) requires site, and after this order that does not hold" in warning
    assert "X (circuit) requires at least 2 site, and 1 would be there" in stops(world)[0]["message"]
    play(world, ((ordered("C2", "site"),),))
    assert (state(world, "order", "C1"), state(world, "order", "C2")) == ("completed", "completed")


@JUDGED
@pytest.mark.rule("CHG-13")
def test_a_root_that_is_turned_finds_it_wherever_the_account_has_it() -> None:
    for seed in (None, *range(SEEDS)):
        world = at_once((X, *TWO_SITES), (TURNED,), seed=seed)
        assert (state(world, "order", "C1"), warned(world), stops(world)) == ("completed", [], [])


@JUDGED
def test_a_revision_that_turns_a_root_is_judged_alike() -> None:
    for base, end in ((ONE_SITE, "in_progress"), (TWO_SITES, "completed")):
        world = by_hand((X, *base), (place("C1", "change", "X"),))
        turned = line("1", "change", instanceId="X", specificationId="circuit")
        revised = ("order.revise", {"orderId": "C1", "lines": [turned]})
        play(world, ((revised,), (ask("approve-change", "C1"),)))
        end_all(world, "C1")
        assert (state(world, "order", "C1"), len(stops(world))) == (end, end == "in_progress")


@JUDGED
def test_another_account_has_nothing_to_do_with_it() -> None:
    others = tuple((name, {**data, "accountId": "OTHER"}) for name, data in TWO_SITES)
    world = at_once(others, (CIRCUIT,))
    assert (len(warned(world)), len(stops(world))) == (1, 1)


def test_the_rows_of_roots_follow_from_the_log() -> None:
    world = at_once(
        TWO_SITES,
        (CIRCUIT,),
        (place("C2", "disconnect", "CAMPUS"),),
        (place("C3", "move", "ALONE", location="SITE-2"),),
    )
    replayed = replay(read(world))
    assert (replayed.rows > 0, replayed.differences) == (True, [])


def test_it_ends_alike_in_whatever_order_messages_arrive() -> None:
    def played(seed: int | None) -> World:
        return at_once(ONE_SITE, (CIRCUIT,), (ordered("C2", "site"),), seed=seed)

    wanted = played(None)
    for seed in range(SEEDS):
        world = played(seed)
        assert (world.pages(), effects(world)) == (wanted.pages(), effects(wanted)), f"seed {seed}"


@JUDGED
@pytest.mark.rule("D-12")
def test_what_a_return_puts_in_the_place_of_another_requires_no_more_than_that_did() -> None:
    broken = {"lineId": "1", "instanceId": "LINE", "reason": "broken", "expected": "replacement"}
    opened = ("return.open", {"returnId": "R", "accountId": "ACME", "lines": [broken]})
    assessed = ("return.assess", {"returnId": "R", "lines": [{"lineId": "1", "proposed": "replacement"}]})
    world = at_once((owned("LINE", "circuit"),), (opened,), (assessed,))
    assert (state(world, "order", "R-1"), warned(world, "R-1")) == ("completed", [])
