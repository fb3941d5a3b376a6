"""A proof holds with nothing but itself, and nothing in it can be said differently."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from schemas.audit import Checkpoint
from services.audit.leaf import leaf
from services.audit.leaves import path_of
from services.audit.proofs import NoProof, Proof, read, wrong
from services.audit.prove import Unproven, holding, named, of_size, prove_consistency, prove_inclusion
from services.chassis.memory import MemoryStore
from services.chassis.ports import StoredEvent
from tests.audited import EVENTS, Audited, audited, event


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Audited]:
    made = audited(MemoryStore(), tmp_path)
    yield made
    made.close()


def signed(here: Audited) -> list[Checkpoint]:
    return here.signed().by_log[here.log]


def inclusion(here: Audited, stored: StoredEvent, size: int | None = None) -> Proof:
    with closing(here.leaves()) as leaves:
        return prove_inclusion(stored, leaves, of_size(here.log, signed(here), size))


def consistency(here: Audited, first: int, second: int) -> Proof:
    own = signed(here)
    with closing(here.leaves()) as leaves:
        return prove_consistency(leaves, of_size(here.log, own, first), of_size(here.log, own, second))


def written(proof: Proof) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(proof.model_dump_json(by_alias=True))
    return body


def holds(body: dict[str, Any]) -> bool:
    try:
        return not wrong(read(json.dumps(body)))
    except NoProof:
        return False


def said_differently(body: Any) -> Iterator[Any]:
    """The same JSON with one value changed, or one member of a list gone."""
    match body:
        case dict():
            for name, value in body.items():
                yield from ({**body, name: other} for other in said_differently(value))
        case list():
            for at, value in enumerate(body):
                yield from ([*body[:at], other, *body[at + 1 :]] for other in said_differently(value))
                yield [*body[:at], *body[at + 1 :]]
        case int():
            yield body + 1
            yield body - 1
        case str():
            yield ("1" if body[0] != "1" else "2") + body[1:]
            yield body[:-1] + ("1" if body[-1] != "1" else "2")


def test_every_event_is_proven_against_every_checkpoint_that_covers_it(here: Audited) -> None:
    for stored in here.store.log(0, EVENTS):
        for one in signed(here):
            if stored.sequence <= one.sequence:
                assert holds(written(inclusion(here, stored, one.size)))


def test_every_checkpoint_is_shown_to_be_the_beginning_of_every_later_one(here: Audited) -> None:
    own = signed(here)
    for index, first in enumerate(own):
        assert all(holds(written(consistency(here, first.size, second.size))) for second in own[index:])


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_nothing_in_a_proof_can_be_said_differently(here: Audited, kind: str) -> None:
    stored = here.store.log(40, 1)[0]
    body = written(inclusion(here, stored) if kind == "inclusion" else consistency(here, 36, 81))
    assert holds(body)
    others = list(said_differently(body))
    assert len(others) > 30
    assert not any(map(holds, others))


def test_a_proof_of_one_log_is_none_of_another(here: Audited, tmp_path: Path) -> None:
    other = audited(MemoryStore(), tmp_path / "other")
    mine, theirs = written(consistency(here, 36, 81)), written(consistency(other, 36, 81))
    assert holds(mine)
    assert holds(theirs)
    assert not holds({**mine, "second": theirs["second"]})
    assert not holds({**mine, "second": mine["first"], "first": mine["second"]})
    other.close()


def test_an_event_is_known_by_its_stream_and_by_the_id_of_its_message(here: Audited) -> None:
    assert named("order-O-1@3") == named("order-O-1@3+") == ("order-O-1", 3)
    assert list(holding({"order": here.store}, named("order-3@2"))) == ["order"]
    assert holding({"order": here.store}, named("order-3@2000")) == {}
    for text in ("order-3", "@3", "order-3@", "order-3@x"):
        with pytest.raises(Unproven, match="STREAM@VERSION"):
            named(text)


def test_what_was_not_signed_yet_is_not_proven(here: Audited) -> None:
    here.append(1)
    with pytest.raises(Unproven, match="came after the last checkpoint"):
        inclusion(here, here.store.log(EVENTS, 1)[0])
    with pytest.raises(Unproven, match="came after"):
        inclusion(here, here.store.log(60, 1)[0], size=9)


def test_what_is_not_what_was_signed_is_not_proven(here: Audited) -> None:
    stored = here.store.log(40, 1)[0]
    for other in (stored._replace(state=b"{}\n{}"), stored._replace(sequence=-1)):
        with pytest.raises(Unproven, match="audit verify"):
            inclusion(here, other)
    path = path_of(here.folder, here.log)
    path.write_bytes(bytes(len(path.read_bytes())))
    with pytest.raises(Unproven, match="does not lead"):
        inclusion(here, stored)


def test_a_checkpoint_that_there_is_none_of_is_told_with_the_nearest(here: Audited) -> None:
    with pytest.raises(Unproven, match="the nearest covers 36"):
        consistency(here, 37, 81)
    with pytest.raises(Unproven, match="is the witness running"):
        of_size(here.log, [], None)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"proof": "another"}', "no json"])
def test_what_is_no_proof_is_not_read_as_one(text: str) -> None:
    with pytest.raises(NoProof, match="audit prove"):
        read(text)


def test_a_proof_says_nothing_beside_what_it_proves(here: Audited) -> None:
    (stored,) = here.store.log(0, 1)
    for body in (written(inclusion(here, stored)), written(consistency(here, 36, 81))):
        assert holds(body)
        assert not holds({**body, "accountId": "ACME"})
        if "event" in body:
            assert not holds({**body, "event": {**body["event"], "recorded": "2020-01-01"}})


def test_the_leaf_of_an_event_is_fixed_for_ever() -> None:
    stored = (7, *event(0))
    assert leaf(stored).hex() == (
        "01"
        "0000000000000007"
        "0000000000000001"
        "00000007"
        "0000000f" + b"order-0".hex() + b"order.step-0.v1".hex() + event(0).state.hex()
    )
