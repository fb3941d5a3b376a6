"""What was stopped by DOM-04, for an auditor: made again, decided again, told, and shown as it was then."""

from __future__ import annotations

import json

import pytest

from schemas.envelope import Envelope
from schemas.registry import full
from services.audit.asof import When, as_of
from services.audit.replay import replay
from services.audit.source import source
from services.audit.timeline import timeline
from services.audit.whatif import what_if
from services.audit.whatif_catalog import Entry, catalogs
from services.chassis.memory import MemoryStore
from services.chassis.stored import micros
from tests.history import keep, live, lived, sources
from tests.related import CATALOG as RELATED
from tests.related import STOPPED
from tests.scenarios import CATALOG as USUAL
from tests.scenarios import Sent


def entries(catalog: list[Sent]) -> list[Entry]:
    """What an auditor is given to decide with instead."""
    return [
        Entry(
            Envelope(id=f"e-{at}", source="/test", type=full(name)),
            data["specificationId"],
            json.dumps(data).encode(),
        )
        for at, (name, data) in enumerate((*USUAL, *catalog))
    ]


@pytest.mark.rule("DOM-04")
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_an_auditor_makes_it_again_decides_it_again_and_tells_of_it(seed: int | None) -> None:
    world = lived(*STOPPED.before, *STOPPED.stages, seed=seed)
    assert what_if(sources(world), world.keys, None).different == []
    stores = keep(world, lambda _: MemoryStore())
    read = {name: source(world.readers[name].service, store) for name, store in stores.items()}
    assert replay(read).differences == []
    told = [one for one in timeline(sources(world), world.keys, "order", "O1") if "DOM-04" in one.rules]
    assert {one.name for one in told} >= {"fallout.opened.v1"}


@pytest.mark.rule("DOM-04")
def test_what_another_catalog_would_not_have_stopped_is_found() -> None:
    world = lived(*STOPPED.before, *STOPPED.stages)
    plain = [(name, {**data, "compatibility": []}) for name, data in RELATED]
    found = what_if(sources(world), world.keys, catalogs(sources(world), world.keys, entries(plain)))
    assert ("fulfillment", "plan-O1") in {(one.service, one.stream) for one in found.different}


@pytest.mark.rule("DOM-04")
def test_what_was_stopped_then_is_shown_as_it_was_then() -> None:
    world = lived(*STOPPED.before, *STOPPED.stages[:1])
    at = micros(world.clock.at)
    for stage in STOPPED.stages[1:]:
        live(world, stage)
    then = as_of(sources(world), world.keys, When(at), ("plan", "O1"))
    now = as_of(sources(world), world.keys, When(micros(world.clock.at)), ("plan", "O1"))
    assert then is not None
    assert now is not None
    assert [one["rule"] for one in then["fallouts"]] == ["DOM-04"]
    assert (then["domainOrders"][0]["state"], now["fallouts"]) == ("on_hold", [])
