"""How far a group is behind, from what it has committed and where the log stands."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.ports import Bounds, TopicPartition


def lag(
    bounds: Mapping[TopicPartition, Bounds], committed: Mapping[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """Records not committed yet, per partition where there are any.

    A committed offset past the end is of a log that was wiped: nothing of this one is handled.
    """
    behind = {}
    for partition, (begin, end) in bounds.items():
        offset = committed.get(partition, begin)
        start = max(offset, begin) if offset <= end else begin
        if start < end:
            behind[partition] = end - start
    return behind
