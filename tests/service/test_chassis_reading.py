"""Promise 1: what is missing is looked for from the beginning, and nothing behind it is committed."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.ports import Bounds, Record, TopicPartition
from services.chassis.reading import Reading
from services.chassis.taken import Handled

HERE = TopicPartition("order.events", 0)
PLACE = {"order.events/0/log": 1}


class Log:
    """A bus and a consumer of one partition in one."""

    def __init__(self, end: int) -> None:
        self.end = end
        self.begin = 0
        self.position = 0
        self.there = True

    async def bounds(self, _: object) -> dict[TopicPartition, Bounds]:
        return {HERE: Bounds(self.begin, self.end)} if self.there else {}

    async def records_at(self, places: Mapping[TopicPartition, int]) -> dict[TopicPartition, Record]:
        return {partition: record(offset) for partition, offset in places.items()}

    def seek(self, _: object, offset: int) -> None:
        self.position = offset


def record(offset: int) -> Record:
    return Record("order.events", 0, offset, 0, b"", b"", (("ce_id", str(offset).encode()),))


class Consuming:
    """Hands out what is in the log from the position on, and says where the gap is."""

    def __init__(self, end: int) -> None:
        self.log = Log(end)
        self.reading = Reading(self.log)  # type: ignore[arg-type]

    def take(self, gap: int | None = None, places: Mapping[str, int] | None = None) -> None:
        records = [record(offset) for offset in range(self.log.position, self.log.end)]
        handled = Handled(gaps={} if gap is None else {HERE: gap}, places=places or {})
        self.reading.handled({HERE: records}, handled)
        self.log.position = self.log.end

    async def again(self) -> None:
        await self.reading.reread(self.log)  # type: ignore[arg-type]

    @property
    def committed(self) -> int:
        offsets = self.reading.offsets()
        self.reading.committed(offsets)
        return self.reading._committed[HERE]


async def test_a_gap_is_read_again_at_once_and_ends_when_nothing_is_missing() -> None:
    one = Consuming(10)
    one.take(gap=4)
    assert (one.committed, len(one.reading.gaps)) == (4, 1)
    await one.again()
    assert one.log.position == 0
    one.take()
    await one.again()
    assert (one.committed, len(one.reading.gaps)) == (10, 0)


async def test_while_it_is_read_again_nothing_is_committed_beyond_the_gap() -> None:
    one = Consuming(10)
    one.take(gap=4)
    await one.again()
    assert one.committed == 4
    one.take(gap=6)
    assert one.committed == 4
    await one.again()
    assert one.committed == 6


async def test_still_missing_it_waits_and_starts_over_when_the_partition_has_grown() -> None:
    one = Consuming(10)
    one.take(gap=4)
    await one.again()
    one.take(gap=4)
    await one.again()
    await one.again()
    assert one.log.position == 10
    assert one.reading.gaps
    one.log.end = 11
    await one.again()
    assert one.log.position == 0


async def test_what_took_effect_on_the_way_may_let_fit_what_did_not_so_it_is_read_once_more() -> None:
    one = Consuming(10)
    one.take(gap=0)
    await one.again()
    one.take(gap=0, places=PLACE)
    await one.again()
    await one.again()
    assert one.log.position == 0
    one.take()
    await one.again()
    assert not one.reading.gaps


async def test_what_comes_behind_an_open_gap_is_waited_with() -> None:
    one = Consuming(10)
    one.take(gap=9)
    await one.again()
    one.take(gap=9)
    await one.again()
    one.log.end = 12
    one.take(gap=10)
    assert one.committed == 9


async def test_a_partition_that_is_not_there_now_is_looked_at_later() -> None:
    one = Consuming(10)
    one.take(gap=4)
    one.log.there = False
    await one.again()
    await one.reading.wiped(one.log)  # type: ignore[arg-type]
    one.log.there = True
    await one.again()
    assert one.log.position == 0


async def test_a_wiped_partition_is_read_from_its_beginning_and_an_expired_one_is_not() -> None:
    one = Consuming(10)
    one.take()
    one.log.begin = 10
    await one.reading.wiped(one.log)  # type: ignore[arg-type]
    assert one.log.position == 10
    one.log.begin, one.log.end = 0, 3
    await one.reading.wiped(one.log)  # type: ignore[arg-type]
    assert one.log.position == 0


async def test_another_record_where_the_last_one_stood_is_a_wipe() -> None:
    one = Consuming(10)
    one.take()
    await one.reading.wiped(one.log)  # type: ignore[arg-type]
    assert one.log.position == 10

    async def other(*_: object) -> dict[TopicPartition, Record]:
        return {HERE: record(9)._replace(headers=())}

    one.log.records_at = other  # type: ignore[method-assign, assignment]
    await one.reading.wiped(one.log)  # type: ignore[arg-type]
    assert one.log.position == 0
