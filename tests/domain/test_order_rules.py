"""What an order needs to name, to set and to keep: every rule with its sentence, and never only the first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.order.domain.line import Line
from services.order.domain.words import Reason
from tests.domain.order_known import NOW, Heard, add, home, line


def only(heard: Heard, *lines: Line, **asked: object) -> Reason:
    [reason] = heard.refuses(*lines, **asked)
    return reason


# ---------------------------------------------------------------------------------- what is named


@pytest.mark.rule("ACT-06")
def test_every_action_but_add_names_its_instance() -> None:
    assert only(home(), line("1", "change")).message == (
        "a 'change' names the instance it is about: give its 'instanceId'"
    )


@pytest.mark.rule("ACT-06")
def test_an_unknown_instance_is_refused() -> None:
    reason = only(home(), action="change", selection=("NOWHERE",))
    assert (reason.rule, reason.line_id) == ("ACT-06", "1")
    assert reason.message == "account ACC-1 has no instance NOWHERE: name one that it owns"


@pytest.mark.rule("ACT-06")
def test_an_instance_of_another_account_is_refused_without_saying_that_there_is_one() -> None:
    heard = home().owns("X", account_id="ACC-2")
    reason = only(heard, line("1", "change", "X"))
    assert reason.message == "account ACC-1 has no instance X: name one that it owns"


@pytest.mark.rule("CHG-17", "DIS-09")
def test_an_inactive_instance_is_refused() -> None:
    reason = only(home().owns("X", ended=True), line("1", "disconnect", "X"))
    assert (reason.rule, reason.message) == (
        "CHG-17",
        "X is inactive and stays so: to have it again, add a new one",
    )


@pytest.mark.rule("ACT-06")
def test_an_add_names_no_instance() -> None:
    assert home().rules(add("1", "tv", instance_id="TV")) == [("1", "ACT-06")]
    assert ("1", "ACT-06") in home().rules(action="add", selection=("TV",))


@pytest.mark.rule("LIN-01", "LIN-02")
def test_product_orders_are_for_products_and_service_orders_for_services() -> None:
    heard = home().owns("S", "access", "HOME", kind="service").owns("R", "modem", "S", kind="resource")
    reason = only(heard, line("1", "change", "S"))
    assert reason.message == "S is a service and this is a product order: order it with category 'service'"
    assert heard.rules(line("1", "change", "S"), category="service") == []
    assert heard.rules(line("1", "change", "HOME"), category="service") == [("1", "LIN-02")]
    assert "resources follow" in only(heard, line("1", "disconnect", "R")).message


@pytest.mark.rule("CHG-16")
def test_an_instance_has_one_line() -> None:
    assert home().rules(line("1", "change", "TV"), line("2", "disconnect", "TV")) == [("2", "CHG-16")]


def test_a_suspend_with_its_resume_needs_dates() -> None:
    assert home().rules(line("1", "suspend", "TV"), line("2", "resume", "TV")) == [("2", "ACT-11")]


# ------------------------------------------------------------------------------------- parents


def test_a_parent_line_is_a_line_of_the_order() -> None:
    reason = only(home(), add("1", "tv", parent_line_id="9"))
    assert (reason.rule, reason.message) == (
        "REF-01",
        "there is no line 9 to hang below: leave 'parentLineId' out, or drop this line too",
    )


def test_lines_form_a_tree() -> None:
    assert home().rules(add("1", "tv", parent_line_id="1")) == [("1", "REF-01")]
    circle = (add("1", "tv", parent_line_id="2"), add("2", "tv", parent_line_id="1"))
    assert [rule for rule in home().rules(*circle) if rule[1] == "REF-01"] == [
        ("1", "REF-01"),
        ("2", "REF-01"),
    ]


@pytest.mark.rule("D-23")
def test_nothing_is_added_below_what_is_inactive() -> None:
    heard = home().owns("GONE", "home", ended=True)
    assert heard.rules(add("1", "tv", parent_instance_id="GONE")) == [("1", "D-23")]


@pytest.mark.rule("ACT-06")
def test_nothing_is_added_below_what_is_unknown_or_of_another_account() -> None:
    heard = home().owns("X", account_id="ACC-2")
    for parent in ("NOWHERE", "X"):
        assert heard.rules(add("1", "tv", parent_instance_id=parent)) == [("1", "ACT-06")]


@pytest.mark.rule("CHG-01")
def test_no_action_takes_an_instance_to_another_parent() -> None:
    assert home().rules(line("1", "change", "TV", parent_instance_id="MOBILE")) == [("1", "CHG-01")]


@pytest.mark.rule("D-23")
def test_an_add_has_one_parent_however_it_is_named() -> None:
    parent = line("1", "change", "HOME")
    assert home().rules(parent, add("2", "tv", parent_line_id="1", parent_instance_id="HOME")) == []
    reason = only(home(), parent, add("2", "tv", parent_line_id="1", parent_instance_id="MOBILE"))
    assert (reason.rule, reason.line_id, reason.field) == ("D-23", "2", "parentLineId")
    assert reason.message == (
        "line 1 is for HOME, and 'parentInstanceId' says MOBILE: a line has one parent, leave one of them out"
    )


@pytest.mark.rule("D-23")
def test_what_is_added_below_a_new_line_names_no_instance_beside_it() -> None:
    reason = only(home(), add("1", "home"), add("2", "tv", parent_line_id="1", parent_instance_id="HOME"))
    assert (reason.rule, reason.line_id) == ("D-23", "2")
    assert "what it adds, which has no instance yet" in reason.message


@pytest.mark.rule("D-23")
def test_an_owned_line_hangs_below_a_line_above_its_instance() -> None:
    child = line("2", "change", "ROUTER", parent_line_id="1")
    for above in ("NET", "HOME"):
        assert home().rules(line("1", "change", above), child) == []
    reason = only(home(), line("1", "change", "MOBILE"), child)
    assert (reason.rule, reason.message) == (
        "D-23",
        "line 1 is for MOBILE, and ROUTER hangs below NET: a line has one parent, leave 'parentLineId' out",
    )


@pytest.mark.rule("LIN-01")
def test_a_product_is_added_below_a_product() -> None:
    heard = home().owns("S", "access", "HOME", kind="service")
    reason = only(heard, add("1", "tv", parent_instance_id="S"))
    assert (reason.rule, reason.message) == (
        "LIN-01",
        "tv is a product and S a service: a product stands below a product, so name another parent or none",
    )


@pytest.mark.rule("LIN-01")
def test_a_service_is_added_below_a_product_or_a_service() -> None:
    heard = serviced().owns("R", "modem", "LINE", kind="resource")
    for parent, service in (("NET", "access"), ("ACCESS", "extra")):
        assert heard.rules(add("1", service, parent_instance_id=parent), category="service") == []
    reason = only(heard, add("1", "access", parent_instance_id="R"), category="service")
    assert (reason.rule, reason.field) == ("LIN-01", "parentInstanceId")


# ------------------------------------------------------------------------------------- catalog


def test_an_add_says_what_to_add() -> None:
    assert "give its 'specificationId'" in only(home(), line("1", "add")).message


def test_an_unknown_specification_is_refused_until_it_is_there() -> None:
    assert home().rules(add("1", "sauna")) == [("1", "REF-01")]
    assert home().sells("sauna").rules(add("1", "sauna")) == []


def test_what_a_product_is_realized_with_is_published_before_it_is_ordered() -> None:
    realized = [{"type": "realized_as", "target": "access"}]
    heard = Heard().sells("net", relationships=realized)
    reason = only(heard, add("1", "net"))
    assert "net is realized with access, which is not published yet" in reason.message
    heard.sells("access", kind="service", relationships=[{"type": "requires", "target": "port"}])
    assert "with port, which" in only(heard, add("1", "net")).message
    assert heard.sells("port", kind="resource").rules(add("1", "net")) == []


def test_what_a_rule_may_leave_out_is_not_waited_for() -> None:
    entry: dict[str, Any] = {
        "relationships": [{"type": "realized_as", "target": "extra"}],
        "rules": [{"target": "extra", "characteristic": "extra"}],
    }
    assert Heard().sells("net", **entry).rules(add("1", "net")) == []


def test_a_retired_specification_takes_no_new_adds() -> None:
    heard = home().retires("tv")
    assert heard.rules(add("1", "tv")) == [("1", "REF-01")]
    assert heard.rules(line("1", "change", "MOBILE", specification_id="tv")) == [("1", "REF-01")]


def test_what_is_owned_of_a_retired_specification_stays_as_it_is() -> None:
    heard = home().retires("tv")
    for action in ("change", "disconnect", "suspend", "resume", "no_change"):
        assert heard.rules(line("1", action, "TV")) == []


def test_a_retired_version_leaves_the_one_before_on_offer() -> None:
    heard = home().sells("tv", "2").retires("tv", "2")
    request = heard.written(lines=(add("1", "tv"),))
    assert request.lines[0].specification_version == "1"


# -------------------------------------------------------------------------------------- values

NET = [
    {"name": "speed", "type": "number", "required": True, "values": [100, 500]},
    {"name": "name", "type": "string", "personal": True, "values": ["A", "B"]},
    {"name": "born", "type": "date"},
    {"name": "static", "type": "boolean"},
]


def net() -> Heard:
    return Heard().sells("net", characteristics=NET).owns("N", "net")


@pytest.mark.rule("CHG-01", "APP-06")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("speed", "fast"),
        ("speed", True),
        ("speed", 200),
        ("speed", None),
        ("born", "31.12.1999"),
        ("born", 3),
        ("static", "yes"),
        ("static", 1),
        ("name", 5),
        ("unknown", 1),
    ],
)
def test_a_value_that_the_catalog_does_not_describe_is_refused(name: str, value: object) -> None:
    changed = only(net(), line("1", "change", "N", characteristics={name: value}))
    assert (changed.rule, changed.line_id, changed.field) == ("CHG-01", "1", f"characteristics.{name}")
    given = {"speed": 100, name: value}
    assert only(net(), add("1", "net", characteristics=given)).rule == "APP-06"


@pytest.mark.rule("CHG-01")
@pytest.mark.parametrize(
    ("name", "value"),
    [("speed", 500), ("born", "1999-12-31"), ("static", False), ("name", "A"), ("name", None)],
)
def test_a_value_that_the_catalog_describes_is_taken(name: str, value: object) -> None:
    assert net().rules(line("1", "change", "N", characteristics={name: value})) == []


def test_the_answer_says_which_values_would_be_right() -> None:
    reason = only(net(), line("1", "change", "N", characteristics={"speed": 200}))
    assert reason.message == "200 is no value of 'speed': give it one of 100, 500"
    reason = only(net(), line("1", "change", "N", characteristics={"born": "soon"}))
    assert reason.message == "'soon' is no value of 'born': give it a date like 2027-03-31"
    reason = only(net(), line("1", "change", "N", characteristics={"colour": 1}))
    assert reason.message == "net has no characteristic 'colour': it has born, name, speed, static"


def test_a_personal_value_is_not_repeated() -> None:
    reason = only(net(), line("1", "change", "N", characteristics={"name": "Ada Lovelace"}))
    assert "Ada" not in reason.message


def test_a_required_value_is_given_with_an_add() -> None:
    reason = only(net(), add("1", "net"))
    assert reason.message == "net needs 'speed': give it one of 100, 500"


@pytest.mark.rule("CHG-01")
@pytest.mark.parametrize("action", ["disconnect", "suspend", "resume", "no_change"])
@pytest.mark.parametrize(
    "more",
    [{"characteristics": {"speed": 100}}, {"location": "SITE-2"}, {"specification_id": "line"}],
)
def test_only_a_change_changes(action: str, more: dict[str, object]) -> None:
    assert net().sells("line").rules(line("1", action, "N", **more)) == [("1", "CHG-01")]


@pytest.mark.rule("CHG-15", "CHG-01")
def test_from_4g_to_5g_by_another_specification() -> None:
    heard = Heard().owns("SIM", "mobile-4g").sells("mobile-5g")
    request = heard.written(lines=(line("1", "change", "SIM", specification_id="mobile-5g"),))
    assert request.lines[0].specification_id == "mobile-5g"
    assert heard.rules(*request.lines) == []


@pytest.mark.rule("CHG-15")
def test_from_4g_to_5g_by_a_disconnect_and_an_add() -> None:
    heard = Heard().owns("SIM", "mobile-4g").sells("mobile-5g")
    assert heard.rules(line("1", "disconnect", "SIM"), add("2", "mobile-5g")) == []


@pytest.mark.rule("CHG-15")
def test_from_4g_to_5g_by_a_characteristic() -> None:
    generation = {"name": "generation", "type": "string", "values": ["4G", "5G"]}
    heard = Heard().sells("mobile", characteristics=[generation]).owns("SIM", "mobile")
    assert heard.rules(line("1", "change", "SIM", characteristics={"generation": "5G"})) == []


@pytest.mark.rule("CHG-01")
def test_another_specification_is_of_the_same_kind() -> None:
    heard = net().sells("access", kind="service")
    assert heard.rules(line("1", "change", "N", specification_id="access")) == [("1", "CHG-01")]


# ---------------------------------------------------------------------------- mandatory children


@pytest.mark.rule("ACT-13", "ACT-14", "D-14", "DIS-07")
def test_a_mandatory_child_is_not_taken_away_alone() -> None:
    reason = only(home(), line("1", "disconnect", "NET"))
    assert (reason.rule, reason.line_id) == ("ACT-13", "1")
    assert "NET is a mandatory part of HOME" in reason.message
    assert "'cascade': true" in reason.message


@pytest.mark.rule("ACT-14")
def test_an_optional_child_is() -> None:
    assert home().rules(line("0", "change", "HOME"), line("1", "disconnect", "TV")) == []


@pytest.mark.rule("ACT-13", "D-14")
def test_confirmed_it_takes_the_whole_structure_with_it() -> None:
    heard = home()
    request = heard.written(cascade=True, lines=(line("x", "disconnect", "ROUTER"),))
    ends = {item.instance_id: item.action for item in request.lines}
    assert ends == dict.fromkeys(("HOME", "NET", "ROUTER", "TV", "VOICE"), "disconnect")
    assert heard.rules(*request.lines, cascade=True) == []


@pytest.mark.rule("D-14")
def test_confirmed_the_line_of_the_parent_becomes_a_disconnect() -> None:
    lines = (line("p", "change", "HOME"), line("x", "disconnect", "NET"))
    request = home().written(cascade=True, lines=lines)
    assert {item.action for item in request.lines} == {"disconnect"}


@pytest.mark.rule("ACT-13")
def test_a_mandatory_child_goes_with_its_parent() -> None:
    assert home().rules(action="disconnect", selection=("HOME",)) == []
    assert home().rules(line("1", "disconnect", "HOME"), line("2", "disconnect", "ROUTER")) == []


@pytest.mark.rule("ACT-13", "CHG-15")
def test_a_mandatory_child_may_be_replaced() -> None:
    new = add("2", "router", parent_instance_id="NET")
    assert home().rules(line("1", "disconnect", "ROUTER"), new) == []


@pytest.mark.rule("ACT-13", "D-14", "D-23")
def test_a_replacement_does_not_hang_below_something_else_at_the_same_time() -> None:
    gone, root = line("1", "disconnect", "ROUTER"), add("2", "internet")
    elsewhere = add("3", "router", parent_line_id="2", parent_instance_id="NET")
    assert home().rules(gone, root, elsewhere) == [("3", "D-23")]
    assert ("1", "ACT-13") in home().rules(gone, root, add("3", "router", parent_line_id="2"))


@pytest.mark.rule("ACT-13")
def test_one_of_two_mandatory_children_may_go() -> None:
    heard = home().owns("NET-2", "internet", "HOME")
    assert heard.rules(line("1", "disconnect", "NET")) == []
    assert heard.rules(line("1", "disconnect", "NET"), line("2", "disconnect", "NET-2")) == [
        ("1", "ACT-13"),
        ("2", "ACT-13"),
    ]


# ------------------------------------------------------------------- mandatory parts of a service order


def realized(target: str, **more: Any) -> dict[str, Any]:
    return {"type": "realized_as", "target": target, **more}


def serviced(**of_product: Any) -> Heard:
    """A product with its service, which is realized as two others: one of them mandatory, one not."""
    line_and_extra = [realized("line", mandatory=True), realized("extra")]
    return (
        Heard()
        .sells("net", relationships=[realized("access", **of_product)])
        .sells("access", kind="service", relationships=line_and_extra)
        .owns("NET", "net")
        .owns("ACCESS", "access", "NET", kind="service")
        .owns("LINE", "line", "ACCESS", kind="service")
        .owns("EXTRA", "extra", "ACCESS", kind="service")
    )


@pytest.mark.rule("ACT-13", "ACT-14", "D-14")
def test_a_service_order_does_not_take_a_mandatory_service_away_from_its_product() -> None:
    heard = serviced(mandatory=True)
    for cascade in (False, True):
        reason = only(heard, line("1", "disconnect", "ACCESS"), category="service", cascade=cascade)
        assert (reason.rule, reason.line_id, reason.field) == ("ACT-13", "1", "instanceId")
        assert reason.message == (
            "ACCESS is a mandatory part of NET, and only an optional one can be taken away: add one of its "
            "kind in the same order, or end NET as a whole with an order of category 'product': a service "
            "order ends no product, with 'cascade' neither"
        )


@pytest.mark.rule("ACT-13", "D-14")
def test_a_service_below_one_that_its_product_needs_is_not_cascaded_through_it() -> None:
    heard = serviced(mandatory=True)
    request = heard.written(category="service", cascade=True, lines=(line("1", "disconnect", "LINE"),))
    assert [item.instance_id for item in request.lines] == ["LINE"]
    reason = only(heard, *request.lines, category="service", cascade=True)
    assert "LINE is a mandatory part of ACCESS" in reason.message
    assert "end NET as a whole" in reason.message


@pytest.mark.rule("ACT-13", "D-14")
def test_confirmed_a_mandatory_service_takes_the_services_around_it_along() -> None:
    heard = serviced()
    reason = only(heard, line("1", "disconnect", "LINE"), category="service")
    assert reason.message.endswith("or say 'cascade': true to end the whole service")
    request = heard.written(category="service", cascade=True, lines=(line("1", "disconnect", "LINE"),))
    ends = {item.instance_id: item.action for item in request.lines}
    assert ends == dict.fromkeys(("ACCESS", "LINE", "EXTRA"), "disconnect")
    assert heard.rules(*request.lines, category="service", cascade=True) == []


@pytest.mark.rule("ACT-14")
def test_a_service_order_takes_an_optional_service_away() -> None:
    assert serviced(mandatory=True).rules(line("1", "disconnect", "EXTRA"), category="service") == []
    assert serviced().rules(line("1", "disconnect", "ACCESS"), category="service") == []


@pytest.mark.rule("ACT-13", "DEC-03")
def test_a_service_that_a_rule_may_leave_out_is_not_mandatory() -> None:
    only_if = [{"target": "line", "characteristic": "copper"}]
    heard = serviced().sells(
        "access", "2", kind="service", relationships=[realized("line", mandatory=True)], rules=only_if
    )
    heard.instances["ACCESS"].specification_version = "2"
    assert heard.rules(line("1", "disconnect", "LINE"), category="service") == []


@pytest.mark.rule("ACT-13", "CHG-15")
def test_a_mandatory_service_may_be_replaced() -> None:
    new = add("2", "line", parent_instance_id="ACCESS")
    heard = serviced(mandatory=True)
    assert heard.rules(line("1", "disconnect", "LINE"), new, category="service") == []


# ------------------------------------------------------------------------------ dates and size


@pytest.mark.rule("D-09", "SUS-01", "SUS-15")
def test_a_date_to_come_is_taken() -> None:
    later = NOW + timedelta(days=1)
    assert home().rules(line("1", "change", "TV", due_date=later)) == []
    assert home().rules(line("1", "suspend", "TV", due_date=later)) == []
    assert home().rules(action="suspend", selection=("TV",), end=later) == []


@pytest.mark.rule("SUS-15", "ACT-11")
def test_a_window_ends_after_it_begins() -> None:
    later, before = NOW + timedelta(days=2), NOW + timedelta(days=1)
    assert home().rules(action="suspend", selection=("TV",), start=later, end=before) == [("2", "ACT-11")]
    assert home().rules(action="suspend", selection=("TV",), end=NOW) == [
        (None, "SUS-15"),
        ("2", "ACT-11"),
    ]
    assert home().rules(action="disconnect", selection=("TV",), end=later) == [(None, "SUS-15")]


@pytest.mark.rule("D-08", "SUS-02")
def test_a_past_date_means_now() -> None:
    assert home().rules(line("1", "change", "TV", due_date=NOW - timedelta(days=9))) == []


@pytest.mark.rule("LIM-01")
def test_an_order_is_one_message() -> None:
    heard = home()
    for number in range(501):
        heard.owns(f"SEAT-{number}", "seat", "TV")
    [reason] = heard.refuses(action="disconnect", selection=("TV",))
    assert reason.rule == "LIM-01"
    assert "502 lines and 500 are allowed" in reason.message


def test_every_broken_rule_is_named_not_only_the_first() -> None:
    broken = home().rules(
        line("1", "change", "NOWHERE"),
        add("2", "sauna", parent_line_id="9"),
        line("3", "disconnect", "NET", quantity=1),
        line("4", "change", "TV", location="SITE-1", move=True),
    )
    assert set(broken) == {
        ("1", "ACT-06"),
        ("2", "REF-01"),
        ("3", "DIS-06"),
        ("3", "ACT-13"),
        ("4", "MOV-V5"),
    }
    assert len([rule for line_id, rule in broken if line_id == "2"]) == 2
