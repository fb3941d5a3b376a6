"""How to reach a Kafka, and what the bus needs of the client library."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaSettings:
    """Where the brokers are and how they know us. Times are in milliseconds, but `timeout` in seconds."""

    bootstrap: str
    """`host:port`, several with commas."""
    client_id: str = "aftersale"
    security_protocol: SecurityProtocol = "PLAINTEXT"
    sasl_mechanism: SaslMechanism = "SCRAM-SHA-512"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    """Who signed the brokers' certificates; None for the authorities that the system trusts."""
    cert_file: Path | None = None
    key_file: Path | None = None
    replication_factor: int | None = None
    """Of topics made by `apply`; None: one per broker, three at most."""
    instance: str | None = None
    """Static membership: a name that only this process has and keeps over its restarts."""
    session_ms: int = 6_000
    heartbeat_ms: int = 500
    fetch_wait_ms: int = 50
    """The longest that a fetch waits at the broker, which a record may have to wait for."""
    timeout: float = 10.0
    """Seconds after which the broker counts as away."""

    def __post_init__(self) -> None:
        if self.security_protocol.startswith("SASL") and (self.user is None or self.password is None):
            raise ValueError(f"{self.security_protocol} needs a user and a password")
        if (self.cert_file is None) != (self.key_file is None):
            raise ValueError("a client certificate needs its key, and a key its certificate")


Rebalance = Callable[[Collection[Any]], Awaitable[None]]


class Wire(Protocol):
    """Makes the clients of the library, and turns its errors into `Unavailable`."""

    @property
    def settings(self) -> KafkaSettings: ...

    def producer(self) -> Any: ...

    def consumer(self, group: str, topics: Collection[str], revoked: Rebalance, assigned: Rebalance) -> Any:
        """A member of the group, not started yet; told when a rebalance begins and when it has ended."""
        ...

    def faults(self, doing: str) -> AbstractContextManager[None]:
        """What the library raises inside is `Unavailable`, saying what was being done."""
        ...

    async def start(self, client: Any) -> None:
        """Connects a client; what is raised says why it cannot."""
        ...

    async def position(self, member: Any, place: Any) -> int | None:
        """What a member reads next of a partition; None when a rebalance has taken the partition from it."""
        ...

    def connections(self, client: Any) -> dict[Any, Any]:
        """The connection that leads to each broker, of those that are open."""
        ...

    async def let_go(self, client: Any) -> None:
        """Ends a client, whatever state it is in, within seconds and without an error."""
        ...
