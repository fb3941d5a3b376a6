"""Faults that are planted in the product, each in one rule, with the law that finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.fulfillment.domain import cascade, compensation, growth, ponr, targets
from services.fulfillment.domain.catalog import Relationship, Values
from services.fulfillment.domain.counting import OVER
from services.fulfillment.domain.state import OpenOrder
from services.inventory import terms as terms_of
from services.inventory.domain import agreement, flip, follow, fulfil, land, table, term, tree
from services.inventory.domain.instance_events import InstanceReleased
from services.inventory.domain.words import Append
from services.order.domain import resolution, return_case, return_steps
from services.order.domain.rules import matrix
from tests.machine.laws import instances, orders, resting, returns, terms, together, undone
from tests.machine.laws.held import Law

Plant = Callable[[pytest.MonkeyPatch], None]


def closes_over_open_tasks(patch: pytest.MonkeyPatch) -> None:
    def may_close(self: cascade.Cascade, order: OpenOrder) -> bool:
        return order.state not in OVER and not self._gone["closed", order.brief.domain_order_id]

    patch.setattr(cascade.Cascade, "_may_close", may_close)


def never_says_that_a_part_is_done(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cascade.Cascade, "_close_parts", lambda _: None)


def keeps_values_as_they_were(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(land, "_changes", lambda *_: ())


def keeps_what_a_cancel_gives_back(patch: pytest.MonkeyPatch) -> None:
    for module in (land, fulfil):
        patch.setattr(module, "released", lambda *_: ())


def takes_only_what_is_named(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tree, "_goes_along", lambda *_: False)


def rests_what_a_cancel_gives_back(patch: pytest.MonkeyPatch) -> None:
    found = land.released

    def released(*about: Any) -> Iterator[Append]:
        for one in found(*about):
            event = one.event
            if isinstance(event, InstanceReleased) and event.state == "active":
                one = one._replace(event=replace(event, state="suspended"))
            yield one

    for module in (land, fulfil):
        patch.setattr(module, "released", released)


def makes_one_too_few(patch: pytest.MonkeyPatch) -> None:
    quantity = targets.quantity

    def fewer(relation: Relationship, values: Values) -> int:
        number = quantity(relation, values)
        return max(number - 1, 0) if relation.quantity_characteristic else number

    patch.setattr(growth, "quantity", fewer)


def leaves_what_is_needed_no_more(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(growth.Growth, "_is_needless", lambda *_: False)


def lets_terms_run_while_suspended(patch: pytest.MonkeyPatch) -> None:
    found = term.following
    patch.setattr(follow, "following", lambda *about: None if about[1] == "suspended" else found(*about))


def wakes_terms_whatever_their_dates(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(term, "by_dates", lambda *_: "active")


def agrees_to_an_end_before_the_start(patch: pytest.MonkeyPatch) -> None:
    period = agreement._period

    def agreed(start: Any, end: Any, months: Any) -> Any:
        return (
            agreement.Period(start=start, end=end, term=1)
            if end and end < start
            else period(start, end, months)
        )

    patch.setattr(agreement, "_period", agreed)


def keeps_terms_that_go_over(patch: pytest.MonkeyPatch) -> None:
    moved = follow.moved
    patch.setattr(terms_of, "moved", lambda *about: list(moved(*about))[1::2])


def forgets_what_comes_of_an_order(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(return_steps, "_moved", lambda *_: ())


def never_says_that_a_case_is_resolved(patch: pytest.MonkeyPatch) -> None:
    moved = return_steps._moved

    def silent(*about: Any) -> Any:
        return tuple(one for one in moved(*about) if not isinstance(one, return_case.ReturnResolved))

    patch.setattr(return_steps, "_moved", silent)


def takes_back_more_than_there_is(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(resolution, "_fewer_left", lambda *_: None)


def counts_what_came_back_wrong(patch: pytest.MonkeyPatch) -> None:
    part = resolution._part

    def counted(*about: Any) -> Any:
        found = part(*about)
        return replace(found, left=found.left + 1) if found is not None else None

    patch.setattr(resolution, "_part", counted)


def stops_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cascade, "broken", lambda *_: ())


def undoes_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(compensation, "undone", lambda *_: ())


def forgets_the_point_of_no_return(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ponr, "_hard", lambda *_: [])


def never_says_that_it_is_passed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cascade, "passed", lambda *_: ())


def lets_what_is_below_go_on(patch: pytest.MonkeyPatch) -> None:
    more = frozenset({*matrix.ALLOWED["suspend"], "change"})
    patch.setattr(matrix, "ALLOWED", {**matrix.ALLOWED, "suspend": more})


def wakes_what_is_below_a_change(patch: pytest.MonkeyPatch) -> None:
    found = table.closed

    def closed(was: Any, action: Any, side: Any) -> Any:
        return "active" if action == "change" and side != "cease" else found(was, action, side)

    patch.setattr(flip, "closed", closed)


FOUND_BY: dict[Plant, Law] = {
    closes_over_open_tasks: orders.nothing_is_asked_for_an_order_that_is_over,
    never_says_that_a_part_is_done: orders.who_waits_waits_for_something,
    keeps_values_as_they_were: orders.a_line_that_is_done_has_done_it,
    keeps_what_a_cancel_gives_back: instances.who_holds_is_at_work,
    takes_only_what_is_named: instances.trees_are_whole,
    rests_what_a_cancel_gives_back: instances.what_is_canceled_is_as_before,
    makes_one_too_few: instances.there_are_as_many_as_the_value_says,
    leaves_what_is_needed_no_more: instances.what_stands_below_follows_the_value,
    lets_terms_run_while_suspended: terms.terms_follow_their_instance,
    wakes_terms_whatever_their_dates: terms.terms_follow_their_dates,
    agrees_to_an_end_before_the_start: terms.terms_can_be_kept,
    keeps_terms_that_go_over: terms.each_hangs_on_one_instance,
    forgets_what_comes_of_an_order: returns.a_line_is_as_far_as_its_order,
    never_says_that_a_case_is_resolved: returns.a_case_is_as_far_as_its_lines,
    takes_back_more_than_there_is: returns.no_more_comes_back_than_is_there,
    counts_what_came_back_wrong: returns.what_has_come_back_is_gone,
    undoes_nothing: undone.what_was_done_is_undone,
    forgets_the_point_of_no_return: undone.what_is_past_its_return_stays,
    never_says_that_it_is_passed: undone.what_is_past_its_return_stays,
    lets_what_is_below_go_on: resting.nothing_named_is_awake_below_what_has_gone_to_rest,
    wakes_what_is_below_a_change: resting.only_a_resume_wakes,
    stops_nothing: together.what_is_there_goes_together,
}
