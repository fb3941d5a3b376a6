"""A real Apache Kafka for the tests.

The first that can be had: the brokers that `AFTERSALE_TEST_KAFKA` names (`host:port`), a container, Apache
Kafka's Maven artifacts on Java. Without any the tests that need one are skipped with the reason, or fail when
`CI=true`.
"""

from __future__ import annotations

import gc
import os
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest

from tests.brokers import VERSION, LocalKafka, NoKafka
from tests.emptied import empty

IMAGE = "confluentinc/cp-kafka:7.9.0"

_used = pytest.StashKey[str]()


class Kafka(NamedTuple):
    """The brokers that the session uses; `own` where they may be stopped, killed and wiped."""

    bootstrap: str
    name: str
    own: LocalKafka | None

    def empty(self) -> None:
        """As clean as new. Whoever gives an address gives it to be emptied."""
        if self.own is not None:
            self.own.wipe()
        else:
            empty(self.bootstrap)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if used := config.stash.get(_used, None):
        terminalreporter.write_line(f"Kafka: {used}")


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest) -> Iterator[Kafka]:
    """The brokers that the whole session uses; topics of a test have names of their own."""
    with ExitStack() as cleanup:
        refusals = []
        for provide in (_given, _container, _maven):
            try:
                found = provide(cleanup)
            except NoKafka as reason:
                refusals.append(str(reason))
                continue
            passed_over = f" (as {'; '.join(refusals)})" if refusals else ""
            request.config.stash[_used] = f"{found.name} at {found.bootstrap}{passed_over}"
            yield found
            return
        _missing(request, "; ".join(refusals))


@pytest.fixture
def clean_kafka(kafka: Kafka) -> Kafka:
    """For a test that needs the topics of the contract for itself, and does nothing to the brokers."""
    kafka.empty()
    return kafka


@pytest.fixture(scope="session")
def kafka_of_ours(kafka: Kafka) -> Iterator[LocalKafka]:
    """One on this machine, for the whole session; for a single test ask for `own_kafka`.

    Where there are brokers, and none that may be stopped, what does that to them is skipped: also when
    `CI=true`.
    """
    if kafka.own:
        yield kafka.own
        return
    with ExitStack() as cleanup:
        try:
            found = _maven(cleanup)
        except NoKafka as reason:
            pytest.skip(f"no Kafka that may be stopped, killed and wiped: {kafka.name} may not, and {reason}")
        assert found.own
        yield found.own


@pytest.fixture
def own_kafka(kafka_of_ours: LocalKafka) -> Iterator[LocalKafka]:
    """A broker on this machine that the test may stop, kill and wipe; it runs again when the test ends."""
    kafka_of_ours.start()
    yield kafka_of_ours
    kafka_of_ours.start()


def _missing(request: pytest.FixtureRequest, reasons: str) -> NoReturn:
    reason = f"no Kafka: {reasons}"
    request.config.stash[_used] = f"none ({reason})"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} (compulsory, since CI=true)")
    pytest.skip(reason)


def _given(_: ExitStack) -> Kafka:
    bootstrap = os.environ.get("AFTERSALE_TEST_KAFKA")
    if not bootstrap:
        raise NoKafka("AFTERSALE_TEST_KAFKA is not set")
    return Kafka(bootstrap, "the brokers of AFTERSALE_TEST_KAFKA", None)


def _container(cleanup: ExitStack) -> Kafka:
    # The library warns, and leaves sockets to the collector when it fails. A daemon may also answer and be
    # unable to pull: whatever goes wrong, the next kind of broker is tried.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = _started_container(cleanup)
        gc.collect()
    if isinstance(found, str):
        raise NoKafka(f"no container ({found})")
    return found


def _started_container(cleanup: ExitStack) -> Kafka | str:
    """The container, or why there is none."""
    try:
        from testcontainers.community.kafka import KafkaContainer
        from testcontainers.core.docker_client import DockerClient

        DockerClient().client.ping()
        container = KafkaContainer(IMAGE).with_kraft().with_env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
        cleanup.enter_context(container)
        return Kafka(container.get_bootstrap_server(), f"container {IMAGE}", None)
    except Exception as error:
        return re.sub(r"\s+", " ", f"{type(error).__name__}: {error}")[:160]


def _maven(cleanup: ExitStack) -> Kafka:
    folder = cleanup.enter_context(tempfile.TemporaryDirectory(prefix="aftersale-kafka-"))
    broker = LocalKafka(Path(folder))
    cleanup.callback(broker.stop)
    broker.start()
    return Kafka(broker.bootstrap, f"Apache Kafka {VERSION} from Maven on Java", broker)
