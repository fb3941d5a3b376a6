"""The inventory service on the real inbox and outbox: what it hears, what it says, what it keeps."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from schemas.envelope import Envelope
from schemas.registry import MESSAGES, full
from schemas.topics import FULFILLMENT_EVENTS, INVENTORY_EVENTS, ORDER_EVENTS
from services.chassis.partitions import partition_of
from services.chassis.stored import micros
from services.inventory.service import SERVICE
from tests.reader import PARTITIONS
from tests.world import World


class Inventory(World):
    """The inventory service alone; the test speaks for order and fulfillment."""

    def __init__(self, seed: int | None = None) -> None:
        super().__init__([SERVICE], seed)
        self._sequence: dict[tuple[str, int], int] = defaultdict(int)

    def say(self, name: str, data: dict[str, Any], account: str = "A") -> Callable[[], None]:
        """A message of another service of ours; each call of what is answered delivers it (again)."""
        (topic,) = MESSAGES[full(name)].topics
        at = topic, partition_of(account.encode(), PARTITIONS)
        previous, self._sequence[at] = self._sequence[at], self._sequence[at] + 1
        message = Envelope(
            id=f"{topic}@{self._sequence[at]}",
            source="/aftersale/other",
            type=full(name),
            account=account,
            sequence=self._sequence[at],
            previous=previous,
            logid=f"log-of-{topic}",
        )
        body = json.dumps({"accountId": account, "version": 1, **data}).encode()
        return lambda: self.publish(topic, account, body, message)

    def approve(self, order: str, *lines: dict[str, Any], **facts: Any) -> None:
        data = {"orderId": order, "state": "acknowledged", "category": "product", **facts}
        self.say("order.approved", {**data, "lines": [{"state": "acknowledged", **one} for one in lines]})()
        self.run()

    def load(self, id: str, parent: str | None = None, **facts: Any) -> None:
        data = {
            "instanceId": id,
            "accountId": "A",
            "kind": "product",
            "specificationId": f"spec-{id}",
            "state": "active",
            **({"parentId": parent} if parent else {}),
        }
        self.send("instance.load", {**data, **facts})
        self.run()

    def close(self, order: str, line: str, id: str, action: str, **facts: Any) -> Callable[[], None]:
        data = {
            "orderId": order,
            "domainOrderId": f"{order}.{id}",
            "kind": "product",
            "action": action,
            "state": "closed_complete",
            "specificationId": f"spec-{id}",
            "lineId": line,
            "instanceId": id,
        }
        return self.say("domain-order.state-changed", {**data, **facts})

    def publish_entry(self, id: str, kind: str, **facts: Any) -> None:
        entry = {"specificationId": id, "version": "1", "name": id, "kind": kind}
        self.send("specification.publish", {**entry, **facts})
        self.run()

    def later(self, seconds: int) -> None:
        """The clock goes on, and what was due runs."""
        self.clock.at += timedelta(seconds=seconds)
        reader = self.readers["inventory"]
        if due := reader.store.due(range(PARTITIONS), micros(self.clock.at), 100):
            reader.inbox.fire(due, ())
        self.run()

    def said(self, after: int = 0) -> list[tuple[str, Any]]:
        """Type (its middle) and data of what the service said from this message on."""
        prefix, suffix = full("|").split("|")
        return [
            (message.type.removeprefix(prefix).removesuffix(suffix), data)
            for message, data in self.messages(INVENTORY_EVENTS)
        ][after:]

    def rows(self, kind: str, key: str) -> list[str]:
        return self.readers["inventory"].store.rows([(kind, key)]).get((kind, key), [])

    def page(self, id: str) -> Any:
        return self.pages()["instance", id]


@pytest.fixture
def inventory() -> Inventory:
    return Inventory()


def line(id: str, action: str, instance: str | None = None, **facts: Any) -> dict[str, Any]:
    named = {"instanceId": instance} if instance else {}
    return {"lineId": id, "action": action, "kind": "product", **named, **facts}


# ------------------------------------------------------------------------------------------ loading


def test_a_loaded_record_is_said_and_shown(inventory: Inventory) -> None:
    inventory.load("P", location="L1", externalId="X", start="2024-02-29T12:00:00+01:00", quantity=2)
    assert inventory.said() == [
        (
            "instance.created",
            {
                "instanceId": "P",
                "accountId": "A",
                "kind": "product",
                "specificationId": "spec-P",
                "rootId": "P",
                "state": "active",
                "location": "L1",
                "quantity": 2,
                "characteristics": {},
                "externalId": "X",
                "start": "2024-02-29T12:00:00+01:00",
            },
        )
    ]
    page = inventory.page("P")
    assert (page["state"], page["rootId"], page["location"]) == ("active", "P", "L1")
    assert page["contractLines"] == page["entitlements"] == page["operations"] == []


@pytest.mark.parametrize(
    ("facts", "rule", "field"),
    [
        ({"state": "change_pending"}, "FIELD", "state"),
        ({"parentId": "nobody"}, "REF-01", "parentId"),
        ({"parentId": "Z"}, "REF-01", "parentId"),
        ({"instanceId": "P", "parentId": "C"}, "REF-02", "parentId"),
        ({"instanceId": "H", "location": "L9"}, "REF-03", "instanceId"),
        ({"instanceId": "Z"}, "REF-04", "instanceId"),
        ({"parentId": "H"}, "D-23", "parentId"),
        ({"colour": "red"}, "FIELD", "colour"),
    ],
)
def test_a_record_that_cannot_be_is_refused(facts: dict[str, Any], rule: str, field: str) -> None:
    inventory = Inventory()
    inventory.load("P")
    inventory.load("C", "P")
    inventory.load("Z", accountId="B")
    inventory.load("H")
    inventory.approve("O1", line("1", "suspend", "H"))
    before, pages = len(inventory.said()), inventory.pages()
    inventory.load("N", **facts)
    told = [data for name, data in inventory.said() if name == "command.refused"]
    assert len(inventory.said()) == before + 1
    assert [(one["rule"], one["field"]) for one in told[0]["reasons"]] == [(rule, field)]
    assert inventory.pages() == pages


def test_a_record_sent_for_another_account_is_refused(inventory: Inventory) -> None:
    data = {"instanceId": "P", "accountId": "A", "kind": "product", "specificationId": "s", "state": "active"}
    inventory.send("instance.load", data, account="B")
    inventory.run()
    assert [name for name, _ in inventory.said()] == ["command.refused"]


def test_personal_values_and_those_of_unknown_specifications_are_sealed(inventory: Inventory) -> None:
    speed = {"name": "speed", "type": "number"}
    user = {"name": "user", "type": "string", "personal": True}
    inventory.publish_entry("spec-P", "product", characteristics=[speed, user])
    inventory.load("P", name="Ada's line", characteristics={"speed": 1, "user": "Ada"})
    inventory.load("Q", characteristics={"speed": 1})
    page = inventory.page("P")
    assert page["characteristics"]["speed"] == 1
    sealed = (page["name"], page["characteristics"]["user"], inventory.page("Q")["characteristics"]["speed"])
    assert all(one.startswith("sealed:") for one in sealed)
    assert "Ada" not in json.dumps(inventory.said())


def test_what_was_sealed_for_want_of_a_specification_is_reserved_plain_when_it_is_heard(
    inventory: Inventory,
) -> None:
    inventory.load("P", characteristics={"speed": 1, "user": "Ada"})
    speed = {"name": "speed", "type": "number"}
    user = {"name": "user", "type": "string", "personal": True}
    inventory.publish_entry("spec-P", "product", characteristics=[speed, user])
    inventory.approve("O1", line("1", "change", "P"))
    values = inventory.said()[-1][1]["tree"][0]["characteristics"]
    assert values["speed"] == 1
    assert values["user"].startswith("sealed:")


def test_a_catalog_entry_that_breaks_a_rule_is_passed_over_in_silence(inventory: Inventory) -> None:
    entry = {"specificationId": "s", "version": "1", "name": "s", "kind": "service"}
    circle = [{"type": "bundles", "target": "s"}]
    inventory.send("specification.publish", entry)
    inventory.send("specification.publish", {**entry, "version": "2", "relationships": circle})
    inventory.send("specification.publish", {**entry, "name": "another"})
    inventory.run()
    heard = inventory.state("inventory", "specification", "s")
    assert list(heard.versions) == ["1"]
    assert json.loads(heard.latest)["name"] == "s"
    assert inventory.said() == []


# -------------------------------------------------------------------------------- an order, start to end


def test_a_change_is_said_step_by_step(inventory: Inventory) -> None:
    inventory.load("P", characteristics={})
    inventory.approve("O1", line("1", "change", "P", characteristics={"speed": 2}, specificationVersion="2"))
    inventory.close("O1", "1", "P", "change", characteristics={"speed": 2})()
    inventory.say("plan.completed", {"orderId": "O1", "lineIds": ["1"]})()
    inventory.run()
    about = {"instanceId": "P", "accountId": "A", "orderId": "O1", "version": 1}
    answer = {"orderId": "O1", "accountId": "A", "version": 1}
    assert inventory.said(after=1) == [
        ("instance.state-changed", {**about, "state": "change_pending", "previousState": "active"}),
        (
            "reservation.accepted",
            {
                **answer,
                "category": "product",
                "lines": [
                    {
                        "lineId": "1",
                        "action": "change",
                        "kind": "product",
                        "move": False,
                        "instanceId": "P",
                        "specificationId": "spec-P",
                        "specificationVersion": "2",
                        "characteristics": {"speed": 2},
                        "transient": False,
                    }
                ],
                "tree": [
                    {
                        "instanceId": "P",
                        "lineId": "1",
                        "action": "change",
                        "kind": "product",
                        "specificationId": "spec-P",
                        "state": "active",
                        "characteristics": {},
                        "new": False,
                    }
                ],
            },
        ),
        ("instance.state-changed", {**about, "state": "active", "previousState": "change_pending"}),
        (
            "instance.changed",
            {
                **about,
                "changes": [{"name": "speed", "value": 2, "previousValue": None}],
                "specificationId": "spec-P",
                "specificationVersion": "2",
            },
        ),
        ("reservation.fulfilled", {**answer, "lineIds": ["1"], "last": True}),
    ]


def test_two_orders_approved_in_the_same_batch_do_not_both_get_the_instance(inventory: Inventory) -> None:
    inventory.load("P")
    for order in ("O1", "O2"):
        data = {"orderId": order, "state": "acknowledged", "category": "product"}
        inventory.say("order.approved", {**data, "lines": [{"state": "new", **line("1", "change", "P")}]})()
    inventory.run()
    answers = [(name, data["orderId"]) for name, data in inventory.said() if name.startswith("reservation")]
    assert answers == [("reservation.accepted", "O1"), ("reservation.refused", "O2")]


@pytest.mark.rule("LIN-03")
@pytest.mark.parametrize("heard", [True, False], ids=["heard", "never heard"])
def test_a_change_waits_for_the_specification_that_says_how_far_it_goes(heard: bool) -> None:
    inventory = Inventory()
    inventory.load("C", kind="service")
    inventory.load("R", "C", kind="service")
    inventory.approve("O1", line("1", "change", "C", kind="service"), category="service")
    inventory.approve("O1", line("1", "change", "C", kind="service"), category="service")
    assert len(inventory.said()) == 2
    inventory.later(seconds=1)
    assert len(inventory.said()) == 2
    if heard:
        inner = [{"type": "realized_as", "target": "spec-R"}]
        inventory.publish_entry("spec-C", "service", relationships=inner)
    inventory.later(seconds=1 if heard else 60)
    (accepted,) = [data for name, data in inventory.said() if name == "reservation.accepted"]
    assert [one["instanceId"] for one in accepted["tree"]] == (["C", "R"] if heard else ["C"])
    inventory.later(seconds=100)
    assert inventory.readers["inventory"].store.timers() == 0


@pytest.mark.rule("D-22")
def test_what_has_ended_stands_in_the_tree_until_that_has_landed() -> None:
    for landed in (True, False):
        inventory = Inventory()
        inventory.load("P")
        inventory.load("C", "P")
        inventory.approve("O1", line("1", "disconnect", "C"), line("2", "add", "N", specificationId="x"))
        inventory.close("O1", "1", "C", "disconnect")()
        inventory.run()
        assert inventory.rows("tree", "P") == ["C", "P"]
        assert inventory.page("C")["state"] == "inactive"
        if landed:
            inventory.say("plan.part-completed", {"orderId": "O1", "lineIds": ["1"]})()
        else:
            inventory.say("plan.canceled", {"orderId": "O1", "reasons": []})()
        inventory.run()
        assert inventory.rows("tree", "P") == (["P"] if landed else ["C", "P"])
        assert inventory.page("C")["state"] == ("inactive" if landed else "active")


def test_a_tree_loaded_under_another_root_is_found_there(inventory: Inventory) -> None:
    inventory.load("P")
    inventory.load("Q")
    inventory.load("C", "P")
    inventory.load("G", "C")
    inventory.load("C", "Q")
    assert (inventory.rows("tree", "P"), inventory.rows("tree", "Q")) == (["P"], ["C", "G", "Q"])
    inventory.approve("O1", line("1", "suspend", "Q"))
    (accepted,) = [data for name, data in inventory.said() if name == "reservation.accepted"]
    assert [one["instanceId"] for one in accepted["tree"]] == ["Q", "C", "G"]


def test_everything_said_is_in_the_public_language() -> None:
    inventory = Inventory()
    play(inventory, random.Random(0))
    said = inventory.said()
    assert {name for name, _ in said} == {
        "instance.created",
        "instance.changed",
        "instance.state-changed",
        "reservation.accepted",
        "reservation.fulfilled",
        "reservation.refused",
        "reservation.released",
    }
    for name, data in said:
        model = MESSAGES[full(name)].model
        assert model.model_validate(data).model_dump(mode="json", by_alias=True, exclude_unset=True) == data


# --------------------------------------------------------------------------- repeated and out of turn


def play(inventory: Inventory, chance: random.Random) -> None:
    """Every action, the messages of different orders in any order, each one once, twice or thrice."""
    for root in ("P", "Q", "R", "S", "T", "U"):
        inventory.load(
            root, location="L1", externalId=f"X-{root}", state="suspended" if root == "S" else "active"
        )
        inventory.load(f"{root}.1", root, kind="service", state="suspended" if root == "S" else "active")
    inventory.approve("O1", line("1", "change", "P"), line("2", "add", specificationId="n", parentLineId="1"))
    inventory.approve("O2", line("1", "change", "Q", move=True, location="L2"))
    inventory.approve("O3", line("1", "suspend", "R"))
    inventory.approve("O4", line("1", "resume", "S"))
    inventory.approve("O5", line("1", "disconnect", "T"))
    inventory.approve("O6", line("1", "disconnect", "U"))
    inventory.approve("O7", line("1", "change", "U"))
    new = {"newInstance": True, "parentInstanceId": "P.1", "kind": "resource"}
    stories: list[list[Any]] = [
        [
            ("domain", "O1", "1", "O1.5", "add", {**new, "state": "in_progress"}),
            ("domain", "O1", "1", "O1.5", "add", {**new, "characteristics": {"serial": 7}}),
            ("domain", "O1", "2", "O1:2", "add", {"characteristics": {"a": 1}}),
            ("domain", "O1", "1", "P.1", "change", {}),
            ("domain", "O1", "1", "P", "change", {"characteristics": {"a": 1}, "lineClosed": True}),
            ("plan.completed", "O1", ["1", "2"]),
        ],
        [
            *(("domain", "O2", "1", id, "add", {"side": "provide"}) for id in ("O2~1", "O2~2")),
            *(("domain", "O2", "1", id, "change", {"side": "cease"}) for id in ("Q.1", "Q")),
            ("plan.completed", "O2", ["1"]),
        ],
        [
            ("domain", "O3", "1", "R.1", "suspend", {}),
            ("domain", "O3", "1", "R", "suspend", {"lineClosed": True}),
            ("plan.completed", "O3", ["1"]),
        ],
        [("domain", "O4", "1", "S", "resume", {"lineClosed": True}), ("plan.completed", "O4", ["1"])],
        [
            ("domain", "O5", "1", "T.1", "disconnect", {}),
            ("domain", "O5", "1", "T", "disconnect", {"lineClosed": True}),
            ("plan.part-completed", "O5", ["1"]),
            ("plan.completed", "O5", []),
        ],
        [("domain", "O6", "1", "U.1", "disconnect", {}), ("plan.canceled", "O6", None)],
    ]
    while stories:
        story = chance.choice(stories)
        deliver = told(inventory, story.pop(0))
        for _ in range(chance.randint(1, 3)):
            deliver()
            if chance.random() < 0.5:
                inventory.run()
        stories = [story for story in stories if story]
    inventory.run()


def told(inventory: Inventory, event: tuple[Any, ...]) -> Callable[[], None]:
    match event:
        case ("domain", order, line_id, id, action, facts):
            return inventory.close(order, line_id, id, action, **facts)
        case (name, order, None):
            return inventory.say(name, {"orderId": order})
        case (name, order, lines):
            return inventory.say(name, {"orderId": order, "lineIds": lines})
    raise AssertionError(event)


def test_repeated_and_interleaved_messages_end_in_one_state() -> None:
    calm = Inventory()
    play(calm, random.Random(1))
    assert calm.parked() == []
    states = {id: body["state"] for (_, id), body in calm.pages().items()}
    assert states == {
        **{"P": "active", "P.1": "active", "O1:2": "active", "O1.5": "active"},
        **{"Q": "inactive", "Q.1": "inactive", "O2~1": "active", "O2~2": "active"},
        **{"R": "suspended", "R.1": "suspended", "S": "active", "S.1": "active"},
        **{"T": "inactive", "T.1": "inactive", "U": "active", "U.1": "active"},
    }
    assert calm.page("O2~1")["externalId"] == "X-Q"
    assert calm.page("P")["characteristics"] == {"a": 1}
    assert all(body["reservedBy"] is None for body in calm.pages().values())
    for seed in range(25):
        shuffled = Inventory(seed)
        play(shuffled, random.Random(seed))
        assert shuffled.pages() == calm.pages(), f"seed {seed}"


def test_what_is_heard_of_orders_that_are_not_reserved_is_nothing(inventory: Inventory) -> None:
    inventory.load("P")
    inventory.close("O9", "1", "P", "disconnect")()
    inventory.say("plan.completed", {"orderId": "O9", "lineIds": ["1"]})()
    inventory.run()
    assert [name for name, _ in inventory.said()] == ["instance.created"]


def test_the_topics_of_the_routes_are_listened_to() -> None:
    assert {ORDER_EVENTS, FULFILLMENT_EVENTS} <= set(SERVICE.topics)
    for type_ in SERVICE.routes:
        assert set(MESSAGES[type_].topics) & set(SERVICE.topics)
