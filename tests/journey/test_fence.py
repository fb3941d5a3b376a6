"""What the fence is for: a replica that was paused must not commit what it decides from its old copy.

The same situation with the fence and without, on two replicas of the order service over one PostgreSQL. What
the stale replica decides touches no stream that the other one changed, so no expected version can catch it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from schemas.topics import CATALOG as CATALOG_TOPIC
from schemas.topics import CRM_ORDERS, FULFILLMENT_EVENTS, INVENTORY_EVENTS
from services.chassis.cache import Cache
from services.chassis.host import setup
from services.chassis.inbox import Inbox
from services.chassis.pages import Shelf
from services.chassis.ports import Commit, Committed, Fence, Fenced, Record, Store
from services.chassis.store import open_postgres
from services.order.service import SERVICE as ORDER
from tests.journey.worlds import forked, play
from tests.postgres import PostgresSchema
from tests.reader import PARTITIONS, FakeClock
from tests.scenarios import place
from tests.world import World

pytestmark = pytest.mark.postgres

FIRST = place("O1", "disconnect", "VOICE")
SECOND = place("O2", "suspend", "VOICE")


class Unfenced:
    """A store without the check of the fence; everything else it does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def commit(self, commit: Commit) -> Committed:
        return self._store.commit(replace(commit, fences=[]))


class Replica:
    """A replica of the order service that owns every partition, from the moment it is made."""

    def __init__(self, store: Store, world: World) -> None:
        self.store = store
        self.inbox = Inbox(ORDER, setup(ORDER, store, world.keys, PARTITIONS), Cache(), FakeClock())
        self.fences = [Fence(*claimed) for claimed in store.claim(range(PARTITIONS)).items()]

    def take(self, records: list[Record]) -> None:
        assert not self.inbox.handle(records, self.fences).gaps

    def without_the_fence(self) -> None:
        self.inbox.setup = self.inbox.setup._replace(store=Unfenced(self.store))  # type: ignore[arg-type]


class Case:
    """The paused replica has heard of everything but the end of VOICE; the other one of that as well."""

    def __init__(self, stores: tuple[Store, Store]) -> None:
        world = play(forked(None), ((FIRST,), (SECOND,)))
        orders = records(world, CRM_ORDERS)
        before = forked(None)
        self.placed = orders[1:]
        self.paused = Replica(stores[0], world)
        self.paused.take(records(before, CATALOG_TOPIC))
        self.paused.take(records(before, INVENTORY_EVENTS))
        self.paused.take(orders[:1])
        self.news = records(world, INVENTORY_EVENTS)[len(records(before, INVENTORY_EVENTS)) :]
        self.other = Replica(stores[1], world)
        self.other.take([*self.news, *records(world, FULFILLMENT_EVENTS)])

    def order(self, id: str) -> str | None:
        """Its state, as it stands in the store."""
        page = Shelf(ORDER, self.other.store).document("order", id)
        return None if page is None else page.body.decode().partition('"state":"')[2].partition('"')[0]


def records(world: World, topic: str) -> list[Record]:
    return [record for (name, _), log in sorted(world.log.items()) if name == topic for record in log]


@pytest.fixture
def case(postgres_schema: PostgresSchema) -> Iterator[Case]:
    with opened(postgres_schema) as one, opened(postgres_schema) as other:
        yield Case((one, other))


@contextmanager
def opened(schema: PostgresSchema) -> Iterator[Store]:
    with closing(open_postgres(*schema)) as store:
        yield store


def test_the_one_who_has_the_partition_rejects_an_order_for_what_has_ended(case: Case) -> None:
    assert case.order("O1") == "completed"
    case.other.take(case.placed)
    assert case.order("O2") == "rejected"


def test_a_replica_that_lost_its_partition_cannot_commit_what_it_decides_by_its_old_copy(case: Case) -> None:
    with pytest.raises(Fenced):
        case.paused.take(case.placed)
    assert case.order("O2") is None
    case.other.take(case.placed)
    assert case.order("O2") == "rejected"


def test_without_the_fence_it_commits_a_wrong_decision_and_that_stands(case: Case) -> None:
    case.paused.without_the_fence()
    case.paused.take(case.placed)
    assert case.order("O2") == "acknowledged"
    case.other.take(case.placed)
    assert case.order("O2") == "acknowledged"


def test_what_both_were_handed_takes_effect_once_even_without_the_fence_as_its_place_is_taken(
    case: Case,
) -> None:
    case.paused.without_the_fence()
    head = case.other.store.head()
    case.paused.take(case.news)
    assert case.other.store.head() == head
