"""From a reservation and the catalog to domain orders: DEC-01 to DEC-07."""

from __future__ import annotations

import pytest

from services.fulfillment.domain import catalog as entries
from services.fulfillment.domain.catalog import LineAction, Relationship, Scalar
from services.fulfillment.domain.decomposition import Impossible, Incomplete, missing
from services.fulfillment.domain.reservation import Reservation
from tests.fulfillment import (
    Given,
    characteristic,
    entry,
    instance,
    line,
    made,
    mapping,
    order,
    orders,
    outcome,
    plan,
    published,
    reserved,
    rule,
)

INTERNET = entry("internet", to=("access",), mappings=(mapping("speed", "access"),))
ACCESS = entry(
    "access",
    "service",
    to=(
        Relationship(type="requires", target="fast-modem"),
        Relationship(type="requires", target="slow-modem"),
    ),
    rules=(rule("fast-modem", "speed", 1000), rule("slow-modem", "speed", 100)),
)
FAST = entry("fast-modem", "resource", characteristics=(characteristic("colour", default="white"),))
SLOW = entry("slow-modem", "resource")
CATALOG = published(INTERNET, ACCESS, FAST, SLOW)

OWNED = (
    instance("I", "internet", values={"speed": 100}, location="SITE-1"),
    instance("S", "access", "I", kind="service", values={"speed": 100}, location="SITE-1"),
    instance("R", "slow-modem", "S", kind="resource", location="SITE-1"),
)


def owned(action: LineAction, **values: Scalar) -> Reservation:
    """An order about the internet that somebody has."""
    tree = [
        instance(
            each.instance_id,
            each.specification_id,
            each.parent_id,
            action=action,
            kind=each.kind,
            values=each.characteristics,
            location=each.location,
        )
        for each in OWNED
    ]
    return reserved([line(action, values=values)], tree)


def new(**values: Scalar) -> Reservation:
    """An order for a new internet."""
    return reserved(
        [line("add", instance=None, new_instance_id="O:1", values=values)],
        [instance("O:1", "internet", action="add", new=True, values=values, location="SITE-1")],
    )


@pytest.mark.rule("DEC-01", "DEC-02")
def test_a_new_product_becomes_product_service_and_resource_orders() -> None:
    blueprint = made(new(speed=100), CATALOG)

    assert orders(blueprint) == [
        ("add", "internet", "O:1"),
        ("add", "access", "O.2"),
        ("add", "slow-modem", "O.3"),
    ]
    assert [each.kind for each in blueprint.domain_orders] == ["product", "service", "resource"]
    assert [each.parent_id for each in blueprint.domain_orders] == [None, "O.1", "O.2"]
    assert [each.domain_order_id for each in blueprint.domain_orders] == ["O.1", "O.2", "O.3"]


@pytest.mark.rule("DEC-02")
def test_what_decomposition_makes_is_new_and_under_what_needed_it() -> None:
    blueprint = made(new(speed=100), CATALOG)
    product, access, modem = blueprint.domain_orders

    assert (product.new_instance, access.new_instance, modem.new_instance) == (False, True, True)
    assert (access.parent_instance_id, modem.parent_instance_id) == ("O:1", "O.2")
    assert (access.specification_version, access.location) == ("1", "SITE-1")


@pytest.mark.rule("DEC-03")
@pytest.mark.parametrize(
    ("values", "modems"),
    [
        ({"speed": 1000}, ["fast-modem"]),
        ({"speed": 100}, ["slow-modem"]),
        ({"speed": 500}, []),
        ({"speed": True}, []),
        ({}, []),
    ],
)
def test_a_target_is_made_only_with_the_value_its_rule_names(
    values: dict[str, Scalar], modems: list[str]
) -> None:
    blueprint = made(new(**values), CATALOG)
    assert [each.specification_id for each in blueprint.domain_orders][2:] == modems


@pytest.mark.rule("DEC-03")
def test_yes_is_not_the_number_one() -> None:
    catalog = published(
        entry("internet", to=("access",), rules=(rule("access", "lines", 1),)), entry("access", "service")
    )
    assert len(made(new(lines=1), catalog).domain_orders) == 2
    assert len(made(new(lines=True), catalog).domain_orders) == 1


@pytest.mark.rule("DEC-03")
def test_a_rule_without_a_value_asks_only_that_there_is_one() -> None:
    catalog = published(
        entry("internet", to=("access",), rules=(rule("access", "speed"),)), entry("access", "service")
    )
    assert len(made(new(speed=0), catalog).domain_orders) == 2
    assert len(made(new(), catalog).domain_orders) == 1


@pytest.mark.rule("DEC-03")
def test_a_rule_below_may_name_what_is_only_on_the_line() -> None:
    catalog = published(
        entry("internet", to=("access",)),
        entry("access", "service", to=("ip",), rules=(rule("ip", "static-ip", True),)),
        entry("ip", "service"),
    )
    assert len(made(new(**{"static-ip": True}), catalog).domain_orders) == 3
    assert len(made(new(**{"static-ip": False}), catalog).domain_orders) == 2


@pytest.mark.rule("DEC-03")
def test_rules_of_one_characteristic_are_alternatives_and_of_several_must_all_hold() -> None:
    rules = (rule("access", "speed", 100), rule("access", "speed", 200), rule("access", "fibre", True))
    catalog = published(entry("internet", to=("access",), rules=rules), entry("access", "service"))

    assert len(made(new(speed=200, fibre=True), catalog).domain_orders) == 2
    assert len(made(new(speed=200), catalog).domain_orders) == 1
    assert len(made(new(fibre=True), catalog).domain_orders) == 1


@pytest.mark.rule("DEC-03")
def test_a_rule_on_a_personal_value_compares_tokens() -> None:
    catalog = published(
        entry(
            "internet",
            to=("access",),
            rules=(rule("access", "name", "Ada"),),
            characteristics=(characteristic("name", personal=True),),
        ),
        entry("access", "service"),
    )
    sealed = made(new(name="sealed(Ada)"), catalog, lambda value: f"sealed({value})")
    other = made(new(name="sealed(Bob)"), catalog, lambda value: f"sealed({value})")
    assert (len(sealed.domain_orders), len(other.domain_orders)) == (2, 1)


@pytest.mark.rule("DEC-05")
def test_values_are_mapped_down_under_another_name() -> None:
    catalog = published(
        entry("internet", to=("access",), mappings=(mapping("speed", "access", "bandwidth"),)),
        entry("access", "service"),
    )
    assert order(made(new(speed=100), catalog), "access").characteristics == {"bandwidth": 100}


@pytest.mark.rule("DEC-05")
def test_values_are_mapped_up_and_sideways() -> None:
    catalog = published(
        entry("internet", to=("access", "voice")),
        entry(
            "access",
            "service",
            characteristics=(characteristic("port", default="P1"),),
            mappings=(mapping("port", "internet"), mapping("port", "voice")),
        ),
        entry("voice", "service"),
    )
    blueprint = made(new(), catalog)
    assert order(blueprint, "internet").characteristics == {"port": "P1"}
    assert order(blueprint, "voice").characteristics == {"port": "P1"}


@pytest.mark.rule("DEC-05")
def test_the_nearest_target_is_meant() -> None:
    catalog = published(
        entry("internet", to=("access",), mappings=(mapping("speed", "access"),)), entry("access", "service")
    )
    two = reserved(
        [
            line("add", instance=None, id="1", new_instance_id="O:1"),
            line("add", instance=None, id="2", new_instance_id="O:2"),
        ],
        [
            instance("B", "bundle", action="add", new=True, line="1"),
            instance("O:1", "internet", "B", action="add", new=True, line="1", values={"speed": 1}),
            instance("O:2", "internet", "B", action="add", new=True, line="2", values={"speed": 2}),
        ],
    )
    speeds = [
        each.characteristics["speed"]
        for each in made(two, catalog).domain_orders
        if each.specification_id == "access"
    ]
    assert speeds == [1, 2]


@pytest.mark.rule("DEC-05")
def test_what_the_line_of_the_target_says_itself_is_not_mapped_over() -> None:
    catalog = published(
        entry("internet", "service", to=("access",), mappings=(mapping("speed", "access"),)),
        entry("access", "service"),
    )
    reservation = reserved(
        [
            line(values={"speed": 1}),
            line("change", "access", "S", id="2", kind="service", values={"speed": 2}),
        ],
        [
            instance("I", "internet", kind="service"),
            instance("S", "access", "I", kind="service", line="2"),
        ],
    )
    assert order(made(reservation, catalog), "access").characteristics == {"speed": 2}


@pytest.mark.rule("DEC-05")
def test_mappings_in_a_circle_come_to_an_end() -> None:
    catalog = published(
        entry("internet", to=("access",), mappings=(mapping("a", "access", "b"),)),
        entry("access", "service", mappings=(mapping("b", "internet", "a"), mapping("c", "internet", "a"))),
    )
    assert order(made(new(a=1, c=2), catalog), "internet").characteristics["a"] == 1


@pytest.mark.rule("DEC-06", "ACT-15")
@pytest.mark.parametrize("action", ["change", "suspend", "resume", "disconnect"])
def test_the_action_of_the_line_reaches_every_level(action: LineAction) -> None:
    assert orders(made(owned(action), CATALOG)) == [
        (action, "internet", "I"),
        (action, "access", "S"),
        (action, "slow-modem", "R"),
    ]


@pytest.mark.rule("DEC-06", "DEC-07")
def test_a_faster_line_adds_the_new_modem_and_ends_the_old_one() -> None:
    blueprint = made(owned("change", speed=1000), CATALOG)

    assert orders(blueprint) == [
        ("change", "internet", "I"),
        ("change", "access", "S"),
        ("add", "fast-modem", "O.3"),
        ("disconnect", "slow-modem", "R"),
    ]
    modem = order(blueprint, "fast-modem")
    assert (modem.new_instance, modem.parent_instance_id) == (True, "S")
    assert modem.characteristics == {"colour": "white"}
    assert order(blueprint, "access").characteristics == {"speed": 1000}


@pytest.mark.rule("DEC-07")
def test_what_hangs_below_the_instance_no_longer_needed_ends_with_it() -> None:
    tree = [*OWNED, instance("P", "port", "R", kind="resource")]
    blueprint = made(reserved([line(values={"speed": 1000})], tree), CATALOG)
    assert orders(blueprint)[-1] == ("disconnect", "port", "P")


@pytest.mark.rule("DEC-06")
def test_what_was_already_needed_and_is_not_there_is_not_made_by_a_change() -> None:
    without_modem = reserved([line(values={"speed": 100})], OWNED[:2])
    assert orders(made(without_modem, CATALOG)) == [("change", "internet", "I"), ("change", "access", "S")]


@pytest.mark.rule("DEC-06")
def test_what_the_catalog_never_named_stays() -> None:
    tree = [*OWNED, instance("X", "gift", "I", kind="resource")]
    blueprint = made(reserved([line(values={"speed": 1000})], tree), CATALOG)
    assert order(blueprint, "gift").action == "change"


@pytest.mark.rule("CHG-05", "DEC-06", "DEC-07")
def test_another_specification_ends_what_the_old_one_needed_and_adds_what_the_new_one_needs() -> None:
    catalog = published(
        entry("mobile-4g", to=("core-4g",)),
        entry("mobile-5g", to=("core-5g",)),
        entry("core-4g", "service"),
        entry("core-5g", "service"),
    )
    reservation = reserved(
        [line("change", "mobile-5g", "M", specification_version="1")],
        [instance("M", "mobile-4g"), instance("C", "core-4g", "M", kind="service")],
    )
    assert orders(made(reservation, catalog)) == [
        ("change", "mobile-5g", "M"),
        ("add", "core-5g", "O.2"),
        ("disconnect", "core-4g", "C"),
    ]


@pytest.mark.rule("CHG-05")
def test_a_new_version_without_the_relationship_ends_the_target() -> None:
    catalog = published(
        entry("internet", to=("mail",)), entry("internet", version="2"), entry("mail", "service")
    )
    reservation = reserved(
        [line(specification_version="2")],
        [
            instance("I", "internet", specification_version="1"),
            instance("M", "mail", "I", kind="service"),
        ],
    )
    assert orders(made(reservation, catalog)) == [("change", "internet", "I"), ("disconnect", "mail", "M")]


@pytest.mark.rule("CHG-10")
@pytest.mark.parametrize("action", ["disconnect", "suspend", "resume"])
def test_rules_do_not_apply_to_what_ends_or_pauses(action: LineAction) -> None:
    catalog = published(
        entry("internet", to=("access", "mail"), rules=(rule("access", "speed", 1),)),
        entry("access", "service"),
        entry("mail", "service"),
    )
    assert [each[0] for each in orders(made(owned(action), catalog))] == [action] * 3


@pytest.mark.rule("DEC-01")
def test_no_change_makes_nothing() -> None:
    blueprint = made(reserved([line("no_change")], []), CATALOG)
    given = Given(blueprint)

    assert (blueprint.domain_orders, blueprint.tasks, blueprint.line_ids) == ((), (), ("1",))
    assert [type(event).__name__ for event in given.began] == ["PlanCreated", "PlanCompleted"]


@pytest.mark.rule("DEC-01")
def test_a_child_of_an_unchanged_line_has_a_domain_order_without_a_parent() -> None:
    reservation = reserved(
        [line("no_change", "bundle", "B"), line("disconnect", "tv", "T", id="2")],
        [instance("T", "tv", "B", action="disconnect", line="2")],
    )
    (tv,) = made(reservation, CATALOG).domain_orders
    assert (tv.parent_id, tv.parent_instance_id) == (None, "B")


@pytest.mark.rule("DEC-01")
def test_what_an_entry_is_composed_of_goes_along_without_a_domain_order() -> None:
    catalog = published(
        entry("internet", to=(Relationship(type="composed_of", target="cable"),)), entry("cable")
    )
    tree = [
        instance("I", "internet"),
        instance("C", "cable", "I"),
        instance("D", "drum", "C", kind="resource"),
    ]
    blueprint = made(reserved([line()], tree), catalog)

    assert orders(blueprint) == [("change", "internet", "I"), ("change", "drum", "D")]
    assert order(blueprint, "internet").composed_of == ("C",)
    assert order(blueprint, "drum").parent_id == "O.1"


@pytest.mark.rule("DEC-01")
def test_a_part_with_a_line_of_its_own_has_a_domain_order() -> None:
    catalog = published(
        entry("internet", to=(Relationship(type="composed_of", target="cable"),)), entry("cable")
    )
    reservation = reserved(
        [line(), line("disconnect", "cable", "C", id="2")],
        [instance("I", "internet"), instance("C", "cable", "I", action="disconnect", line="2")],
    )
    assert orders(made(reservation, catalog)) == [("change", "internet", "I"), ("disconnect", "cable", "C")]


def test_a_change_may_take_a_value_away() -> None:
    blueprint = made(owned("change", speed=None), CATALOG)
    assert order(blueprint, "internet").characteristics == {"speed": None}
    assert order(blueprint, "access").characteristics == {"speed": None}


def test_an_added_product_has_no_empty_values() -> None:
    assert order(made(new(speed=None), CATALOG), "internet").characteristics == {}


@pytest.mark.parametrize(
    ("relation", "values", "count"),
    [
        (Relationship(type="requires", target="sim"), {}, 1),
        (Relationship(type="requires", target="sim", default=3), {}, 3),
        (Relationship(type="requires", target="sim", min=2), {}, 2),
        (Relationship(type="requires", target="sim", default=0), {}, 0),
        (Relationship(type="requires", target="sim", quantity_characteristic="sims"), {"sims": 4}, 4),
        (Relationship(type="requires", target="sim", max=2, quantity_characteristic="sims"), {"sims": 4}, 2),
        (Relationship(type="requires", target="sim", quantity_characteristic="sims"), {"sims": "x"}, 1),
    ],
)
def test_as_many_targets_are_made_as_the_relationship_says(
    relation: Relationship, values: dict[str, Scalar], count: int
) -> None:
    catalog = published(entry("internet", to=(relation,)), entry("sim", "resource"))
    assert len(made(new(**values), catalog).domain_orders) == 1 + count


# ------------------------------------------------------------------------- what cannot be planned


@pytest.mark.rule("DEC-01")
def test_a_target_that_was_never_published_is_named() -> None:
    found = outcome(new(speed=100), published(INTERNET, ACCESS))

    assert isinstance(found, Incomplete)
    (reason,) = found.reasons
    assert (reason.rule, reason.line_id) == ("DEC-01", "1")
    assert "access needs slow-modem, which is not published" in reason.message


@pytest.mark.rule("DEC-01")
def test_every_retired_target_is_named() -> None:
    heard = {id: entries.initial(id) for id in ("internet", "access", "mail")}
    for each in (
        entry("internet", to=("access", "mail")),
        entry("access", "service"),
        entry("mail", "service"),
    ):
        entries.evolve(heard[each.specification_id], entries.SpecificationPublished(entry=each))
    for id in ("access", "mail"):
        entries.evolve(heard[id], entries.SpecificationRetired())
    found = outcome(new(), heard.__getitem__)

    assert isinstance(found, Impossible)
    assert ["is retired" in reason.message for reason in found.reasons] == [True, True]


@pytest.mark.rule("DEC-01")
def test_what_is_owned_of_a_retired_entry_is_still_worked_on() -> None:
    heard = entries.initial("internet")
    entries.evolve(
        heard, entries.SpecificationPublished(entry=entry("internet", plans=[plan("change", "do")]))
    )
    entries.evolve(heard, entries.SpecificationRetired())
    blueprint = made(reserved([line()], [instance("I", "internet")]), lambda _: heard)
    assert [each.name for each in blueprint.tasks] == ["do"]


@pytest.mark.rule("DEC-01")
def test_the_last_version_that_is_not_retired_is_the_one_that_is_made() -> None:
    heard = entries.initial("access")
    for version in ("1", "2", "3"):
        made_ = entry("access", "service", version=version)
        entries.evolve(heard, entries.SpecificationPublished(entry=made_))
    entries.evolve(heard, entries.SpecificationRetired(version="3"))
    internet = published(INTERNET)
    blueprint = made(new(), lambda id: heard if id == "access" else internet(id))
    assert order(blueprint, "access").specification_version == "2"


@pytest.mark.rule("DEC-01")
def test_entries_that_need_each_other_make_no_plan() -> None:
    catalog = published(entry("internet", to=("access",)), entry("access", "service", to=("internet",)))
    assert isinstance(outcome(new(), catalog), Impossible)


@pytest.mark.parametrize(
    ("reservation", "named"),
    [
        (reserved([line(specification_version="9")], [instance("I", "internet")]), ("internet@9",)),
        (
            reserved(
                [line()],
                [
                    instance("I", "internet"),
                    instance("S", "x", "I", kind="service", specification_version="3"),
                ],
            ),
            ("x@3",),
        ),
        (reserved([line("add", "unheard", None, new_instance_id="O:1")], []), ("unheard@any",)),
        (reserved([line("disconnect", "unheard", "U")], [instance("U", "unheard")]), ()),
        (reserved([line("no_change", "unheard", "U", specification_version="1")], []), ()),
        (owned("change"), ()),
    ],
)
def test_versions_that_were_not_heard_are_named(reservation: Reservation, named: tuple[str, ...]) -> None:
    assert missing(reservation, CATALOG) == named


@pytest.mark.rule("DOM-06")
def test_an_instance_whose_entry_nobody_published_closes_by_itself() -> None:
    reservation = reserved(
        [line("disconnect", "unheard", "U")], [instance("U", "unheard", action="disconnect")]
    )
    given = Given(made(reservation, CATALOG))
    assert given.plan.completed


def test_a_version_once_heard_never_changes() -> None:
    heard = entries.initial("internet")
    first = entry("internet", version="1")
    for event in entries.publish(first, heard):
        heard = entries.evolve(heard, event)
    assert entries.publish(entry("internet", version="1", plans=[plan("add", "other")]), heard) == ()
    assert heard.named("1") == first


def test_retiring_twice_is_nothing() -> None:
    heard = entries.evolve(
        entries.initial("internet"), entries.SpecificationPublished(entry=entry("internet"))
    )
    for event in entries.retire("1", heard):
        entries.evolve(heard, event)
    assert entries.retire("1", heard) == ()
    assert entries.retire(None, heard) == ()
    assert heard.current() is None
