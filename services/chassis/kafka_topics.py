"""Topics as Apache Kafka is told of them, and what it tells of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiokafka.admin import NewTopic
from aiokafka.errors import for_code

from schemas.envelope import MAX_OUT_BYTES
from services.chassis.ports import Kept, TopicConfig, Unavailable

MAX_MESSAGE_BYTES = MAX_OUT_BYTES + 64 * 1024
"""What Kafka counts is a batch, with its own heads."""
REPLICAS = 3
_DELETE_MS = 15 * 60 * 1000
"""Brokers look for what has expired every five minutes, and remove its file a minute later."""


def new_topic(topic: TopicConfig, replicas: int) -> NewTopic:
    settings = {
        "cleanup.policy": "delete",
        "retention.ms": str(-1 if topic.retention_ms is None else topic.retention_ms),
        "max.message.bytes": str(MAX_MESSAGE_BYTES),
    }
    if replicas >= REPLICAS:
        settings["min.insync.replicas"] = "2"
    return NewTopic(topic.name, topic.partitions, replicas, topic_configs=settings)


def kept(topic: str, code: int, entries: Iterable[Sequence[Any]]) -> Kept:
    if code:
        raise Unavailable(f"how long {topic} is kept is not told: {for_code(code).description}")
    said = {entry[0]: entry[1] for entry in entries}
    retention = int(said["retention.ms"])
    for_ever = retention < 0 or "delete" not in said["cleanup.policy"]
    return Kept(None if for_ever else retention, int(said["segment.ms"]) + _DELETE_MS)


def refuse_other_counts(wanted: Mapping[str, TopicConfig], counts: Mapping[str, int]) -> None:
    for name, topic in wanted.items():
        found = counts.get(name, topic.partitions)
        if found != topic.partitions:
            raise ValueError(
                f"topic {name} has {found} partitions, not {topic.partitions}:"
                " the count is settled when a topic is made"
            )
