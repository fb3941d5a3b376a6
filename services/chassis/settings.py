"""The installation, from the environment: where its bus and its stores are.

AFTERSALE_DATA         embedded mode's directory (default ./.aftersale)
AFTERSALE_BUS          embedded (default), or kafka://host:port[,host:port]
AFTERSALE_STORE        embedded (default), or a PostgreSQL DSN (TLS by its sslmode and sslrootcert)
AFTERSALE_PARTITIONS   partitions of every topic but the catalog; fixed by the first start
AFTERSALE_CLOCK        real (default), or adjustable; embedded mode always is
AFTERSALE_LOG          debug, info (default), warning, error
AFTERSALE_HEARTBEAT    a file that a service touches while it takes what comes, for a health check
AFTERSALE_AUDIT        the auditor's folder: checkpoints, public keys, leaf hashes (default DATA/audit)
AFTERSALE_AUDIT_KEY    its private key, PEM, made when missing (default DATA/keys/audit.pem)
AFTERSALE_AUDIT_SECONDS  how often it signs what was appended (default 1)
AFTERSALE_KAFKA_*      SECURITY_PROTOCOL SASL_MECHANISM USER PASSWORD CA_FILE CERT_FILE KEY_FILE
                       REPLICATION_FACTOR INSTANCE SESSION_MS HEARTBEAT_MS
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.chassis.embedded import EmbeddedBus
from services.chassis.kafka_wire import KafkaSettings, SaslMechanism, SecurityProtocol
from services.chassis.keys import open_postgres_keys, open_sqlite_keys
from services.chassis.ports import Bus, Keys, Store
from services.chassis.store import open_postgres, open_sqlite

EMBEDDED = "embedded"
SERVICES = ("order", "inventory", "fulfillment")
PARTITIONS = "partitions"
"""The name under which a store keeps the count that its first start settled."""


class WrongPartitions(Exception):
    """The store was made with another partition count than the installation asks for now."""


class KafkaEnvironment(BaseSettings):
    """What the brokers ask for, by `AFTERSALE_KAFKA_*`."""

    model_config = SettingsConfigDict(env_prefix="AFTERSALE_KAFKA_")

    security_protocol: SecurityProtocol = "PLAINTEXT"
    sasl_mechanism: SaslMechanism = "SCRAM-SHA-512"
    user: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    replication_factor: int | None = None
    instance: str | None = None
    session_ms: int = 6_000
    heartbeat_ms: int = 500

    def settings(self, bootstrap: str) -> KafkaSettings:
        """With the address, which stands in `AFTERSALE_BUS`."""
        fields = self.model_dump(exclude={"password"})
        password = None if self.password is None else self.password.get_secret_value()
        return KafkaSettings(bootstrap=bootstrap, password=password, **fields)


class Settings(BaseSettings):
    """One installation."""

    model_config = SettingsConfigDict(env_prefix="AFTERSALE_")

    data: Path = Path(".aftersale")
    bus: str = EMBEDDED
    store: str = EMBEDDED
    partitions: int = Field(default=12, ge=1, le=1000)
    clock: Literal["real", "adjustable"] = "real"
    log: Literal["debug", "info", "warning", "error"] = "info"
    heartbeat: Path | None = None
    audit: Path | None = None
    audit_key: Path | None = None
    audit_seconds: float = Field(default=1.0, gt=0)

    @field_validator("bus")
    @classmethod
    def _bus_is_known(cls, bus: str) -> str:
        if bus != EMBEDDED and not bus.startswith("kafka://"):
            raise ValueError(f"AFTERSALE_BUS is {bus!r}: write 'embedded' or 'kafka://host:port'")
        return bus

    @field_validator("store")
    @classmethod
    def _store_is_known(cls, store: str) -> str:
        if store != EMBEDDED and not store.startswith(("postgresql://", "postgres://")):
            raise ValueError(f"AFTERSALE_STORE is {store!r}: write 'embedded' or 'postgresql://...'")
        return store

    @property
    def embedded(self) -> bool:
        """True when nothing but this machine's files is used."""
        return self.bus == EMBEDDED and self.store == EMBEDDED

    @property
    def adjustable(self) -> bool:
        """True when the clock may be set ahead."""
        return self.embedded or self.clock == "adjustable"

    @property
    def audit_folder(self) -> Path:
        """Where the auditor keeps its checkpoints: outside the databases that it watches."""
        return self.audit or self.data / "audit"

    @property
    def audit_key_file(self) -> Path:
        """The private key that signs checkpoints; not in the folder, which may be given away."""
        return self.audit_key or self.data / "keys" / "audit.pem"

    def open_bus(self) -> Bus:
        if self.bus == EMBEDDED:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            return EmbeddedBus(self.data / "bus.db")
        from services.chassis.kafka import KafkaBus  # a third of a second, for nothing in embedded mode

        return KafkaBus(KafkaEnvironment().settings(self.bus.removeprefix("kafka://")))

    def open_store(self, service: str) -> Store:
        """Makes what is missing. Raises `Unavailable`."""
        if self.store == EMBEDDED:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            return open_sqlite(self.data / f"{service}.db")
        return open_postgres(self.store, f"aftersale_{service}")

    def open_keys(self) -> Keys:
        if self.store == EMBEDDED:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            return open_sqlite_keys(self.data / "keys.db")
        return open_postgres_keys(self.store, "aftersale_keys")


def described(error: ValidationError) -> list[str]:
    """What is wrong with the settings, a sentence for each."""
    return [
        problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "value_error"
        else f"AFTERSALE_{'_'.join(map(str, problem['loc'])).upper()}: {problem['msg']}"
        for problem in error.errors(include_url=False)
    ]


def record_partitions(store: Store, partitions: int) -> None:
    """The first start settles the count. Raises `WrongPartitions` when it was settled differently."""
    settled = store.setting(PARTITIONS, str(partitions))
    if settled != str(partitions):
        raise WrongPartitions(
            f"this installation has {settled} partitions and was started with {partitions}: "
            f"set AFTERSALE_PARTITIONS={settled} (where an account lies follows from the count, so it stays)"
        )
