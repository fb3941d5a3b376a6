"""Section 6: which lines an order has, and which it does not need."""

from __future__ import annotations

import pytest

from schemas.catalog import Specification, check
from tests.domain.order_known import home, line, said
from tests.fulfillment import Given, entry, instance, made, plan, published, reserved
from tests.fulfillment import line as reserved_line


@pytest.mark.rule("LIN-07")
def test_lines_of_a_disconnect_name_the_entry_and_version_each_instance_was_made_by() -> None:
    heard = home().sells("tv", "2").sells("internet", "2")
    request = heard.written(action="disconnect", selection=("HOME",))
    assert [(one.instance_id, one.specification_id, one.specification_version) for one in request.lines] == [
        ("HOME", "home", "1"),
        ("NET", "internet", "1"),
        ("ROUTER", "router", "1"),
        ("TV", "tv", "1"),
        ("VOICE", "voice", "1"),
    ]


@pytest.mark.rule("LIN-10")
def test_all_that_is_selected_makes_one_order_and_each_instance_one_line() -> None:
    request = home().written(action="disconnect", selection=("MOBILE", "TV", "HOME"))
    named = [instance_id for _, instance_id in said(request)]
    assert set(named) == {"MOBILE", "TV", "HOME", "NET", "ROUTER", "VOICE"}
    assert len(named) == len(set(named)) == len({one.line_id for one in request.lines})


@pytest.mark.rule("LIN-11")
@pytest.mark.parametrize("action", ["change", "disconnect", "suspend", "resume", "no_change"])
def test_a_line_that_the_caller_wrote_stays_alone(action: str) -> None:
    assert said(home().written(lines=(line("1", action, "HOME"),))) == [(action, "HOME")]


@pytest.mark.rule("CHG-11")
def test_a_plan_for_a_change_needs_no_point_of_no_return() -> None:
    tasks = [{"name": "configure", "kind": "provision"}]
    written = {"specificationId": "internet", "version": "1", "name": "internet", "kind": "product"}
    found = Specification.model_validate({**written, "plans": [{"actions": ["change"], "tasks": tasks}]})
    assert check(found, {}) == []

    catalog = published(entry("internet", plans=[plan("change", "configure")]))
    given = Given(made(reserved([reserved_line()], [instance("I", "internet")]), catalog))
    assert given.finish() == ["O.1.configure"]
    assert given.plan.completed
