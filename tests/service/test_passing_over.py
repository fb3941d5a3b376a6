"""What a service passes over by a look at the bytes is never a message that it would have acted on."""

from __future__ import annotations

import pytest

from schemas.registry import full
from schemas.topics import FULFILLMENT_EVENTS, INVENTORY_EVENTS
from services.chassis.heard import reader
from services.inventory import needs
from services.inventory.consume import ROUTES as INVENTORY
from services.inventory.heard import DomainOrderStateChanged
from services.order.consume import ROUTES as ORDER
from tests.scenarios import SCENARIOS, Scenario
from tests.service.test_world import played
from tests.world import World

STEP, STATE = full("domain-order.state-changed"), full("instance.state-changed")


def _bodies(world: World, topic: str, type_: str) -> list[bytes]:
    return [
        record.value
        for (name, _), records in world.log.items()
        if name == topic
        for record in records
        if dict(record.headers)["ce_type"] == type_.encode()
    ]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_nothing_that_is_acted_on_is_passed_over(scenario: Scenario) -> None:
    world = played(scenario, None)
    looks = INVENTORY[STEP].concerns, ORDER[STATE].concerns
    assert looks[0] is not None
    assert looks[1] is not None
    for body in _bodies(world, FULFILLMENT_EVENTS, STEP):
        acted_on = needs.concerns_instances(reader(DomainOrderStateChanged)(body))
        assert looks[0](body) or not acted_on
    for body in _bodies(world, INVENTORY_EVENTS, STATE):
        assert looks[1](body) or b"inactive" not in body


def test_a_look_spares_reading_what_changes_nothing() -> None:
    started = b'{"domainOrderId":"O.1","action":"change","state":"in_progress","previousState":"draft"}'
    suspended = b'{"instanceId":"I","state":"suspended","previousState":"active"}'
    looks = INVENTORY[STEP].concerns, ORDER[STATE].concerns
    assert [
        look is not None and look(body) for look, body in zip(looks, (started, suspended), strict=True)
    ] == [
        False,
        False,
    ]
