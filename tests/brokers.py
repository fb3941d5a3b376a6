"""A real Apache Kafka on this machine, from its Maven artifacts: it can be stopped, killed and wiped.

Needs Java and, the first time, Maven. Knows nothing of pytest: the benchmark and the journeys use it too.
"""

from __future__ import annotations

import fcntl
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from tests.certificates import Certificates, make_certificates

VERSION = "4.3.0"
CACHE = Path(__file__).parent.parent / ".cache" / "kafka"
START_SECONDS = 60.0
STOP_SECONDS = 15.0

_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>aftersale</groupId><artifactId>broker</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{version}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
"""
_QUICK_START = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class NoKafka(Exception):
    """This kind of Kafka cannot be had here, and why."""


@dataclass(frozen=True)
class Login:
    """What a client of the TLS listeners needs."""

    bootstrap: str
    user: str
    password: str
    certificates: Certificates


class LocalKafka:
    """One broker in KRaft mode on free ports that stay the same over its restarts.

    `bootstrap` is the plain listener; `sasl_ssl` wants TLS and a login (PLAIN, SCRAM-SHA-256 or -512),
    `ssl` wants a certificate of the client. `tuned` leaves out what starts fast and runs slower.
    """

    def __init__(self, folder: Path, *, tuned: bool = False) -> None:
        self.folder = folder
        self._libraries = libraries()
        self._options = () if tuned else _QUICK_START
        self._ports = free_ports(4)
        self._process: subprocess.Popen[bytes] | None = None
        self.bootstrap = f"127.0.0.1:{self._ports[0]}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._certificates = make_certificates(folder / "tls")
        user, password = "aftersale", uuid4().hex
        self.sasl_ssl = Login(f"localhost:{self._ports[2]}", user, password, self._certificates)
        self.ssl = Login(f"localhost:{self._ports[3]}", user, password, self._certificates)
        (folder / "server.properties").write_text(self._properties())
        self._format()

    def _properties(self) -> str:
        plain, controller, sasl, tls = self._ports
        jaas = "org.apache.kafka.common.security"
        login = (
            f'{jaas}.plain.PlainLoginModule required user_{self.sasl_ssl.user}="{self.sasl_ssl.password}";'
        )
        scram = f"{jaas}.scram.ScramLoginModule required;"
        settings = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "listeners": f"PLAINTEXT://127.0.0.1:{plain},CONTROLLER://127.0.0.1:{controller},"
            f"SASL_SSL://localhost:{sasl},SSL://localhost:{tls}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{plain},"
            f"SASL_SSL://localhost:{sasl},SSL://localhost:{tls}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,"
            "SASL_SSL:SASL_SSL,SSL:SSL",
            "inter.broker.listener.name": "PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
            "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller}",
            "log.dirs": str(self.folder / "log"),
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": "0",
            "offsets.topic.num.partitions": "4",
            "broker.session.timeout.ms": "2000",
            "broker.heartbeat.interval.ms": "500",
            "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
            "listener.name.sasl_ssl.plain.sasl.jaas.config": login,
            "listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config": scram,
            "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": scram,
            "listener.name.ssl.ssl.client.auth": "required",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self._certificates.server_store),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self._certificates.authority),
        }
        for topic in ("offsets.topic", "transaction.state.log", "share.coordinator.state.topic"):
            settings[f"{topic}.replication.factor"] = "1"
        for topic in ("transaction.state.log", "share.coordinator.state.topic"):
            settings[f"{topic}.min.isr"] = "1"
        return "".join(f"{name}={value}\n" for name, value in settings.items())

    def _format(self) -> None:
        login = f"name={self.sasl_ssl.user},password={self.sasl_ssl.password}"
        scram = [f"SCRAM-SHA-256=[{login}]", f"SCRAM-SHA-512=[{login}]"]
        command = ["kafka.tools.StorageTool", "format", "--standalone", "-t", "MkU3OEVBNTcwNTJENDM2Qk"]
        command += ["-c", "server.properties", *(part for user in scram for part in ("--add-scram", user))]
        done = subprocess.run(
            self._java(command), cwd=self.folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NoKafka(f"the log cannot be formatted: {done.stderr[-400:]}")

    def _java(self, command: Sequence[str], options: Sequence[str] = ()) -> list[str]:
        return ["java", *options, "-cp", f"{self._libraries}/*", *command]

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Returns when partitions have leaders again, after `kill` some seconds. May be repeated."""
        if self._process is not None and self._process.poll() is None:
            return
        options = ["-Xms256m", "-Xmx512m", *self._options, f"-Daftersale.folder={self.folder}"]
        with (self.folder / "kafka.out").open("ab") as output:
            self._process = subprocess.Popen(
                self._java(["kafka.Kafka", "server.properties"], options),
                cwd=self.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._wait_until_ready(output.tell())

    def _wait_until_ready(self, begin: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while "Kafka Server started" not in (said := self._said(begin)):
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise NoKafka(f"the broker did not start: {said[-400:]}")
            time.sleep(0.05)

    def _said(self, begin: int) -> str:
        with (self.folder / "kafka.out").open("rb") as output:
            output.seek(begin)
            return output.read().decode(errors="replace")

    def stop(self) -> None:
        """A clean stop."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL: the broker has no chance to say that it goes."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def wipe(self) -> None:
        """Topics, records and offsets are gone; the same address answers again."""
        self.kill()
        shutil.rmtree(self.folder / "log")
        self._format()
        self.start()


def libraries() -> Path:
    """The folder of Kafka's jars, downloaded the first time."""
    if shutil.which("java") is None:
        raise NoKafka("no Java to run Apache Kafka with")
    CACHE.mkdir(parents=True, exist_ok=True)
    found = CACHE / f"libs-{VERSION}"
    with _locked(CACHE / "lock"):
        if not found.exists():
            _download(found)
    return found


def _download(found: Path) -> None:
    if shutil.which("mvn") is None:
        raise NoKafka("no Maven to download Apache Kafka with")
    partial = found.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    (CACHE / "pom.xml").write_text(_POM.format(version=VERSION))
    command = ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={partial}"]
    done = subprocess.run(command, cwd=CACHE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoKafka(f"Maven cannot download Apache Kafka {VERSION}: {done.stdout[-300:]}")
    partial.rename(found)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
