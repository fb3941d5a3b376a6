"""The two proofs as files: all that a third party needs, and how it is checked with nothing else."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from schemas.audit import Checkpoint, Hash
from schemas.vocabulary import Part
from services.audit.checkpoint import genuine, log_of
from services.audit.leaf import leaf
from services.audit.merkle import consistent, included, leaf_hash


class ProvenEvent(Part):
    """Everything that is stored of an event: its leaf is made of this, and of nothing else."""

    model_config = ConfigDict(extra="forbid")

    sequence: int
    stream: str
    version: int
    name: str
    state: str


class InclusionProof(Part):
    """That the event is the one at `index` (from 0) of the log that the checkpoint signs.

    It says nothing else: what is not proven has no place in it.
    """

    model_config = ConfigDict(extra="forbid")

    proof: Literal["aftersale.audit.inclusion.v1"] = "aftersale.audit.inclusion.v1"
    event: ProvenEvent
    index: int
    path: tuple[Hash, ...]
    checkpoint: Checkpoint


class ConsistencyProof(Part):
    """That what the second checkpoint signs begins with what the first one signs."""

    model_config = ConfigDict(extra="forbid")

    proof: Literal["aftersale.audit.consistency.v1"] = "aftersale.audit.consistency.v1"
    first: Checkpoint
    second: Checkpoint
    path: tuple[Hash, ...]


Proof: TypeAlias = InclusionProof | ConsistencyProof
_READER: TypeAdapter[Proof] = TypeAdapter(Annotated[Proof, Field(discriminator="proof")])


class NoProof(Exception):
    """What was given does not say what a proof says. The message says what is missing."""


def read(text: str | bytes) -> Proof:
    """Raises `NoProof`."""
    try:
        return _READER.validate_json(text)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        field = ".".join(map(str, problem["loc"])) or "it"
        raise NoProof(f"{field}: {problem['msg']}; write it with 'aftersale audit prove'") from error


def checkpoints_of(proof: Proof) -> tuple[Checkpoint, ...]:
    return (proof.checkpoint,) if isinstance(proof, InclusionProof) else (proof.first, proof.second)


def wrong(proof: Proof) -> list[str]:
    """Everything that does not hold; nothing, when the proof is one."""
    found = [
        f"the checkpoint of {one.time} is not as it was signed by {one.key}"
        for one in checkpoints_of(proof)
        if not genuine(one)
    ]
    holds = _included(proof) if isinstance(proof, InclusionProof) else _consistent(proof)
    return found + ([] if holds is None else [holds])


def _included(proof: InclusionProof) -> str | None:
    event, last = proof.event, proof.checkpoint
    try:
        row = (event.sequence, event.stream, event.version, event.name, event.state.encode())
        hash_ = leaf_hash(leaf(row))
    except ValueError as error:
        return str(error)
    if included(hash_, proof.index, last.size, _path(proof), bytes.fromhex(last.root)):
        return None
    return f"{event.stream}@{event.version} as it stands here is not in the log that was signed"


def _consistent(proof: ConsistencyProof) -> str | None:
    first, second = proof.first, proof.second
    if log_of(first) != log_of(second):
        return f"the two checkpoints are of different logs: {first.log_id} and {second.log_id}"
    trees = [(one.size, bytes.fromhex(one.root)) for one in (first, second)]
    if consistent(trees[0], trees[1], _path(proof)):
        return None
    return (
        f"the log over {second.size:,} events does not begin with that over {first.size:,}: it was rewritten"
    )


def _path(proof: Proof) -> list[bytes]:
    return [bytes.fromhex(node) for node in proof.path]
