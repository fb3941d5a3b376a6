"""A reservation: all lines or none, every reason named, the affected tree, what is made."""

from __future__ import annotations

from typing import Any

import pytest

from services.inventory.domain import judge, reserve
from services.inventory.domain.approved import Line
from services.inventory.domain.instance_events import ChildAdded, InstanceMade, InstanceReserved
from services.inventory.domain.record import Coming, Record
from services.inventory.domain.reservation import ReservationAccepted, ReservationRefused
from services.inventory.domain.words import INSTANCE, RESERVATION, Append, Reason
from tests.inventory import Base, events, line, order, record


def home(**facts: str) -> Base:
    """A bundle P with a product child R; both are realized by services, R's on a modem."""
    return Base(
        record("P", location="L1", **facts),
        record("P.S", "P", kind="service", location="L1"),
        record("R", "P", location="L1", external_id="X-R"),
        record("R.S", "R", kind="service", location="L1"),
        record("R.S.M", "R.S", kind="resource", location="L1", characteristics={"serial": "1"}),
    )


def tree(accepted: ReservationAccepted) -> list[tuple[str, str, str]]:
    return [(one.instance_id, one.line_id, str(one.action)) for one in accepted.tree]


# ------------------------------------------------------------------------------------- all or none


@pytest.mark.rule("CHG-01", "CHG-16", "INV-04")
def test_a_change_holds_its_instance_and_says_how_it_found_it() -> None:
    base = Base(record("P", characteristics={"speed": 1}))
    asked = line("1", "change", "P", specification_id="spec-P", characteristics={"speed": 2})
    held, accepted = base.approve(order("O1", asked))
    assert held == Append(
        INSTANCE,
        "P",
        InstanceReserved(
            order_id="O1",
            version=1,
            line_id="1",
            action="change",
            previous="active",
            state="change_pending",
            coming=Coming(values={"speed": 2}, specification_id="spec-P"),
        ),
    )
    assert (accepted.category, accepted.id) == (RESERVATION, "O1")
    assert accepted.event.tree[0].characteristics == {"speed": 1}
    assert accepted.event.tree[0].state == "active"


def test_one_bad_line_refuses_all_of_them_and_every_reason_is_named() -> None:
    base = Base(record("P"), record("Q", state="suspended"), record("Z", account_id="B"))
    asked = order(
        "O1",
        line("1", "disconnect", "P"),
        line("2", "change", "Q"),
        line("3", "change", "Z"),
        line("4", "change", "nobody"),
        line("5", "change", None),
    )
    assert base.refused(asked) == [("ACT-06", "3"), ("ACT-06", "4"), ("ACT-06", "5"), ("D-07", "2")]
    assert base.words() == {"P": "active", "Q": "suspended", "Z": "active"}


@pytest.mark.rule("ACT-06")
def test_what_another_account_owns_is_as_unknown_as_what_nobody_owns() -> None:
    base = Base(record("Z", account_id="B"))
    said = {}
    for id in ("Z", "N"):
        (append,) = base.approve(
            order(f"O-{id}", line("1", "change", id), line("2", "add", parent_instance_id=id))
        )
        assert isinstance(append.event, ReservationRefused)
        said[id] = [reason.message.replace(id, "?") for reason in append.event.reasons]
    as_order_says_it = "account A has no instance ?: name one that it owns"
    assert said["Z"] == said["N"] == [as_order_says_it, as_order_says_it]


def test_a_refusal_teaches() -> None:
    base = Base(record("P", state="suspended"))
    (append,) = base.approve(order("O1", line("1", "change", "P")))
    assert append.event.reasons == (
        Reason(
            rule="D-07",
            message="'P' is suspended: change needs it active; resume it first",
            line_id="1",
            field="instanceId",
        ),
    )


@pytest.mark.rule("CHG-16")
def test_of_two_orders_approved_in_the_same_breath_the_second_is_refused() -> None:
    base = home()
    base.accepted(order("O1", line("1", "change", "R")))
    assert base.refused(order("O2", line("1", "suspend", "R"))) == [("D-07", "1"), ("CHG-16", "1")]


@pytest.mark.rule("CHG-16")
def test_a_descendant_held_by_another_order_refuses_the_whole_tree() -> None:
    base = home()
    base.accepted(order("O1", line("1", "suspend", "R.S", kind="service"), category="service"))
    refused = base.refused(order("O2", line("1", "disconnect", "P"), line("2", "disconnect", "R")))
    assert refused == [("CHG-16", "2")]


@pytest.mark.rule("CHG-16")
def test_two_lines_for_one_instance_are_refused() -> None:
    base = Base(record("P"))
    asked = order("O1", line("1", "suspend", "P"), line("2", "disconnect", "P"))
    assert base.refused(asked) == [("CHG-16", "2")]


def test_the_same_approval_again_is_nothing() -> None:
    base = Base(record("P"))
    asked = order("O1", line("1", "change", "P"))
    base.accepted(asked)
    assert base.approve(asked) == ()
    assert base.approve(order("O1", line("1", "change", "P"), version=2)) == ()


def test_a_refused_order_may_come_back_reworked() -> None:
    base = Base(record("P", state="suspended"))
    base.refused(order("O1", line("1", "change", "P")))
    assert base.approve(order("O1", line("1", "change", "P"))) == ()
    assert tree(base.accepted(order("O1", line("1", "resume", "P"), version=2))) == [("P", "1", "resume")]


@pytest.mark.rule("SUS-06", "ACT-10")
def test_a_pending_instance_refuses_an_order_that_mixes_rests_and_changes() -> None:
    base = Base(record("P"), record("Q"), record("R"))
    base.accepted(order("O1", line("1", "change", "R")))
    mixed = (line("1", "suspend", "P"), line("2", "change", "Q"), line("3", "no_change", "R"))
    assert base.refused(order("O2", *mixed)) == [("SUS-06", "3")]
    base.accepted(order("O3", mixed[0], mixed[2]))


@pytest.mark.rule("ACT-08")
def test_no_change_holds_nothing() -> None:
    base = Base(record("P"))
    (append,) = base.approve(order("O1", line("1", "no_change", "P")))
    assert tree(append.event) == [("P", "1", "no_change")]
    assert base.find("P").held is None


# ------------------------------------------------------------------------------- the affected tree


@pytest.mark.rule("LIN-03", "DEC-06")
def test_a_change_goes_down_to_services_and_resources_but_not_across_a_bundle() -> None:
    base = home()
    assert tree(base.accepted(order("O1", line("1", "change", "P")))) == [
        ("P", "1", "change"),
        ("P.S", "1", "change"),
    ]
    assert base.words()["R"] == "active"


@pytest.mark.rule("LIN-03")
def test_a_child_of_the_same_kind_goes_along_where_the_specification_composes_it() -> None:
    base = Base(
        record("S", kind="service"), record("S.1", "S", kind="service"), record("S.2", "S", kind="service")
    )
    base.hear(
        "spec-S",
        relationships=[
            {"type": "realized_as", "target": "spec-S.1"},
            {"type": "bundles", "target": "spec-S.2"},
        ],
    )
    asked = order("O1", line("1", "change", "S", kind="service"), category="service")
    assert tree(base.accepted(asked)) == [("S", "1", "change"), ("S.1", "1", "change")]


@pytest.mark.rule("LIN-05", "SUS-17", "SUS-18", "DIS-08")
@pytest.mark.parametrize("action", ["disconnect", "suspend"])
def test_what_ends_or_rests_takes_everything_below_along_parents_first(action: str) -> None:
    base = home()
    assert tree(base.accepted(order("O1", line("1", action, "P")))) == [
        ("P", "1", action),
        ("P.S", "1", action),
        ("R", "1", action),
        ("R.S", "1", action),
        ("R.S.M", "1", action),
    ]


def test_an_instance_with_a_line_of_its_own_goes_under_that_line_wherever_it_stands() -> None:
    base = home()
    asked = order("O1", line("1", "disconnect", "R"), line("2", "change", "P"))
    assert tree(base.accepted(asked)) == [
        ("P", "2", "change"),
        ("P.S", "2", "change"),
        ("R", "1", "disconnect"),
        ("R.S", "1", "disconnect"),
        ("R.S.M", "1", "disconnect"),
    ]


def test_what_has_ended_stays_out() -> None:
    base = Base(record("P"), record("C", "P", state="inactive"))
    assert tree(base.accepted(order("O1", line("1", "disconnect", "P")))) == [("P", "1", "disconnect")]


@pytest.mark.rule("LIM-01")
def test_a_tree_too_large_is_refused_with_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "MAX_TREE", 4)
    (append,) = home().approve(order("O1", line("1", "suspend", "P")))
    assert append.event.reasons[0].rule == "LIM-01"
    assert "5 instances" in append.event.reasons[0].message


@pytest.mark.rule("LIM-01")
def test_a_message_too_large_is_refused_with_its_size() -> None:
    base = Base(*(record(f"P{n}", characteristics={"text": "x" * 200_000}) for n in range(6)))
    asked = order("O1", *(line(str(n), "suspend", f"P{n}") for n in range(6)))
    (append,) = base.approve(asked)
    assert [reason.rule for reason in append.event.reasons] == ["LIM-01"]
    assert reserve.MAX_BYTES < 1024 * 1024


# ------------------------------------------------------------------------------------------- adds


@pytest.mark.rule("INV-01", "CHG-02", "CHG-03")
def test_a_product_added_in_a_change_gets_a_record_under_the_line_it_stands_under() -> None:
    base = home()
    appends = base.approve(
        order(
            "O1",
            line(
                "2",
                "add",
                specification_id="tv",
                parent_line_id="1",
                characteristics={"size": 42},
                quantity=2,
            ),
            line("1", "change", "R"),
        )
    )
    assert events(appends, "O1:2") == [
        InstanceMade(
            record=Record(
                instance_id="O1:2",
                account_id="A",
                kind="product",
                specification_id="tv",
                parent_id="R",
                root_id="P",
                state="installation_pending",
                quantity=2,
            ),
            order_id="O1",
            version=1,
            line_id="2",
            coming=Coming(values={"size": 42}),
        )
    ]
    accepted = appends[-1].event
    assert tree(accepted)[-1] == ("O1:2", "2", "add")
    assert accepted.tree[-1].characteristics == {"size": 42}
    assert [(one.line_id, one.new_instance_id) for one in accepted.lines] == [("2", "O1:2"), ("1", None)]
    assert not any(isinstance(append.event, ChildAdded) for append in appends)


@pytest.mark.rule("CHG-02", "INV-01")
def test_adds_may_stand_under_adds_and_under_an_instance_that_is_not_in_the_order() -> None:
    base = home()
    appends = base.approve(
        order(
            "O1",
            line("c", "add", specification_id="c", parent_line_id="b"),
            line("b", "add", specification_id="b", parent_instance_id="R"),
            line("a", "add", specification_id="a"),
        )
    )
    made = [append.event.record for append in appends if isinstance(append.event, InstanceMade)]
    assert [(one.instance_id, one.parent_id, one.root_id) for one in made] == [
        ("O1:b", "R", "P"),
        ("O1:c", "O1:b", "P"),
        ("O1:a", None, "O1:a"),
    ]
    assert events(appends, "R") == [ChildAdded(instance_id="O1:b")]


@pytest.mark.rule("D-23")
@pytest.mark.parametrize("parent", ["pending", "inactive", "suspending", "disconnected with it"])
def test_nothing_is_added_under_a_parent_that_does_not_stay(parent: str) -> None:
    base = home()
    asked = [line("1", "add", specification_id="s", parent_instance_id="R")]
    match parent:
        case "pending":
            base.accepted(order("O0", line("1", "change", "R")))
        case "inactive":
            base = Base(record("R", state="inactive"))
        case "suspending":
            base.accepted(order("O0", line("1", "suspend", "R")))
        case _:
            asked.append(line("2", "disconnect", "P"))
    assert base.refused(order("O1", *asked)) == [("D-23", "1")]


def test_an_id_that_is_taken_is_not_made_twice() -> None:
    base = Base(record("O1:1", account_id="B"))
    assert base.refused(order("O1", line("1", "add", specification_id="s"))) == [("REF-04", "1")]


def test_what_a_reworked_order_makes_gets_ids_of_its_own() -> None:
    base = Base()
    asked = line("1", "add", specification_id="s")
    base.accepted(order("O1", asked))
    base.cancel("O1")
    base.accepted(order("O1", asked, version=2))
    assert base.words() == {"O1:1": "inactive", "O1~v2:1": "installation_pending"}


# ------------------------------------------------------------------------------------------ moves


def move(id: str, instance: str, **facts: Any) -> Line:
    return line(id, "change", instance, move=True, location="L2", **facts)


@pytest.mark.rule("MOV-03", "MOV-04", "MOV-05", "MOV-06", "MOV-07", "MOV-08", "MOV-09", "INV-11", "INV-12")
def test_a_move_makes_the_second_side_of_the_whole_hierarchy_of_all_kinds() -> None:
    base = home()
    accepted = base.accepted(order("O1", move("2", "R", characteristics={"floor": 3}), move("1", "P")))
    assert [
        (one.instance_id, one.parent_id, one.side, one.pair_id, one.location) for one in accepted.tree
    ] == [
        ("P", None, "cease", "O1~1", "L1"),
        ("O1~1", None, "provide", "P", "L2"),
        ("P.S", "P", "cease", "O1~2", "L1"),
        ("O1~2", "O1~1", "provide", "P.S", "L2"),
        ("R", "P", "cease", "O1~3", "L1"),
        ("O1~3", "O1~1", "provide", "R", "L2"),
        ("R.S", "R", "cease", "O1~4", "L1"),
        ("O1~4", "O1~3", "provide", "R.S", "L2"),
        ("R.S.M", "R.S", "cease", "O1~5", "L1"),
        ("O1~5", "O1~4", "provide", "R.S.M", "L2"),
    ]
    actions = {one.instance_id: str(one.action) for one in accepted.tree}
    assert (actions["P"], actions["O1~1"]) == ("change", "add")
    values = {one.instance_id: one.characteristics for one in accepted.tree}
    assert (values["O1~5"], values["O1~3"]) == ({"serial": "1"}, {"floor": 3})
    assert [(one.line_id, one.instance_id, one.new_instance_id) for one in accepted.lines] == [
        ("2", "R", "O1~3"),
        ("1", "P", "O1~1"),
    ]
    assert {base.words()[id] for id in ("P", "P.S", "R", "R.S", "R.S.M")} == {"change_pending"}
    assert {base.words()[f"O1~{n}"] for n in range(1, 6)} == {"installation_pending"}
    assert {base.find(f"O1~{n}").record.root_id for n in range(1, 6)} == {"O1~1"}
    assert base.find("P").held.side == "cease"


@pytest.mark.rule("MOV-V3", "MOV-V7", "LIN-09")
def test_a_move_without_all_its_products_is_refused_naming_what_is_missing() -> None:
    base = home()
    (append,) = base.approve(order("O1", move("1", "P")))
    assert [(one.rule, one.line_id) for one in append.event.reasons] == [("MOV-V3", "1")]
    assert "'R'" in append.event.reasons[0].message


@pytest.mark.rule("MOV-V3", "D-05")
def test_a_child_alone_is_not_moved() -> None:
    (append,) = home().approve(order("O1", move("1", "R")))
    assert [(one.rule, one.line_id) for one in append.event.reasons] == [("MOV-V3", "1")]
    assert "'P'" in append.event.reasons[0].message


@pytest.mark.rule("MOV-V7")
def test_what_has_ended_need_not_be_moved() -> None:
    base = Base(record("P"), record("C", "P", state="inactive"))
    base.accepted(order("O1", move("1", "P")))


@pytest.mark.rule("D-05", "MOV-V3", "MOV-V7")
def test_in_a_service_order_services_count() -> None:
    base = Base(
        record("P", location="L1"),
        record("S", "P", kind="service"),
        record("S.1", "S", kind="service"),
        record("S.1.R", "S.1", kind="resource"),
    )
    alone = line("1", "change", "S", kind="service", move=True, location="L2")
    child = line("2", "change", "S.1", kind="service", move=True, location="L2")
    assert base.refused(order("O1", alone, category="service")) == [("MOV-V3", "1")]
    assert base.refused(order("O2", child, category="service")) == [("MOV-V3", "2")]
    accepted = base.accepted(order("O3", alone, child, category="service"))
    assert [(one.instance_id, one.parent_id) for one in accepted.tree if one.new] == [
        ("O3~1", "P"),
        ("O3~2", "O3~1"),
        ("O3~3", "O3~2"),
    ]
    assert base.find("O3~1").record.root_id == "P"


@pytest.mark.rule("MOV-V6", "CHG-02")
def test_inside_a_move_a_disconnect_is_not_taken_along_and_an_add_is_new_at_the_target() -> None:
    base = home()
    asked = order(
        "O1",
        move("1", "P"),
        line("2", "disconnect", "R"),
        line("3", "add", specification_id="tv", parent_line_id="1", move=True, location="L2"),
        line("4", "add", specification_id="tv", parent_instance_id="P", move=True, location="L2"),
    )
    accepted = base.accepted(asked)
    new = [(one.instance_id, one.parent_id, one.side, one.location) for one in accepted.tree if one.new]
    assert new == [
        ("O1~1", None, "provide", "L2"),
        ("O1~2", "O1~1", "provide", "L2"),
        ("O1:3", "O1~1", None, "L2"),
        ("O1:4", "O1~1", None, "L2"),
    ]
    assert base.words()["R.S.M"] == "inactivation_pending"


@pytest.mark.rule("D-07", "MOV-V8")
def test_a_suspended_service_below_is_not_moved_along() -> None:
    base = Base(record("P"), record("P.S", "P", kind="service", state="suspended"))
    assert base.refused(order("O1", move("1", "P"))) == [("D-07", "1")]


# ------------------------------------------------------------------------------------- how many


def desk(most: int) -> Base:
    """A desk with a seat."""
    base = Base(record("DESK"), record("SEAT", "DESK", specification_id="seat"))
    base.hear("spec-DESK", relationships=[{"type": "bundles", "target": "seat", "max": most}])
    return base


def seat(id: str) -> Line:
    return line(id, "add", specification_id="seat", parent_instance_id="DESK")


@pytest.mark.rule("LIN-01")
def test_no_more_are_made_than_the_specification_of_the_parent_has() -> None:
    assert desk(2).accepted(order("O1", seat("1")))
    assert desk(2).refused(order("O1", seat("1"), seat("2"))) == [("LIN-01", "2")]
    (append,) = desk(1).approve(order("O1", seat("1")))
    assert append.event.reasons == (
        Reason(
            rule="LIN-01",
            message="'DESK' takes at most 1 seat below it and would have 2: add 1 fewer, or end as many in"
            " the same order",
            line_id="1",
            field="specificationId",
        ),
    )


@pytest.mark.rule("LIN-01")
def test_what_another_order_is_making_counts_and_what_this_one_ends_does_not() -> None:
    base = desk(2)
    base.accepted(order("O1", seat("1")))
    assert base.refused(order("O2", seat("1"))) == [("LIN-01", "1")]
    assert base.accepted(order("O3", seat("1"), line("2", "disconnect", "SEAT")))


@pytest.mark.rule("LIN-01", "CHG-15")
def test_what_the_parent_becomes_says_how_many_there_may_be() -> None:
    base = desk(1)
    base.hear("table", relationships=[{"type": "bundles", "target": "seat", "max": 2}])
    changed = line("2", "change", "DESK", specification_id="table")
    assert base.accepted(order("O1", seat("1"), changed))
