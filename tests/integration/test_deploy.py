"""The image and the compose file: their tools accept them, and what needs no engine is carried out."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from services.chassis.settings import SERVICES, KafkaEnvironment, Settings
from tests.npm import installed

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = DEPLOY / "compose.yaml"
DOCKERFILE = DEPLOY / "Dockerfile"
NOBODY = 65534


def ran(command: Sequence[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
    said = {"capture_output": True, "text": True, "timeout": 300, "check": False}
    return subprocess.run([str(part) for part in command], **(said | options))


# ------------------------------------------------------------------------------------ the formats


def linted(dockerfile: Path) -> subprocess.CompletedProcess[str]:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint is not in this environment")
    return ran([hadolint, "--no-color", dockerfile])


def test_hadolint_has_nothing_to_say_about_the_dockerfile() -> None:
    done = linted(DOCKERFILE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_hadolint_speaks_up_when_the_base_floats(tmp_path: Path) -> None:
    floating = tmp_path / "Dockerfile"
    floating.write_text(DOCKERFILE.read_text().replace("python:3.12-slim", "python:latest"))
    assert "DL3007" in linted(floating).stdout


@pytest.fixture(scope="module")
def compose_linter() -> Path:
    return installed(Path(__file__).parent / "compose") / "node_modules" / ".bin" / "dclint"


def broken_rules(linter: Path, compose: Path) -> list[str]:
    """What breaks the schema or the sense of the Compose specification; questions of style left out."""
    reports = json.loads(ran([linter, "--quiet", "--formatter", "json", compose]).stdout)
    return [message["message"] for report in reports for message in report["messages"]]


def test_the_compose_file_keeps_the_schema(compose_linter: Path) -> None:
    assert broken_rules(compose_linter, COMPOSE) == []


def test_the_schema_refuses_a_broken_compose_file(compose_linter: Path, tmp_path: Path) -> None:
    broken = tmp_path / "compose.yaml"
    broken.write_text(COMPOSE.read_text().replace("healthcheck:", "health:"))
    assert broken_rules(compose_linter, broken)


def test_docker_compose_reads_the_compose_file() -> None:
    docker = shutil.which("docker")
    if docker is None or ran([docker, "compose", "version"]).returncode:
        pytest.skip("no docker compose here")
    done = ran([docker, "compose", "--file", COMPOSE, "--profile", "*", "config", "--quiet"])
    assert done.returncode == 0, done.stderr


# ------------------------------------------------------------------------- the sense of the compose file


@pytest.fixture(scope="module")
def containers() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())["services"]
    return services


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_runs_twice_with_a_health_check_once_the_topics_are_there(
    containers: dict[str, Any], name: str
) -> None:
    container = containers[name]
    assert container["command"] == ["run", name]
    assert container["deploy"]["replicas"] == 2
    assert container["restart"] == "unless-stopped"
    assert container["environment"]["AFTERSALE_HEARTBEAT"] in container["healthcheck"]["test"][1]
    assert container["depends_on"] == {
        "topics": {"condition": "service_completed_successfully"},
        "postgres": {"condition": "service_healthy"},
    }


def test_one_witness_keeps_what_it_signs_in_a_volume_of_its_own(containers: dict[str, Any]) -> None:
    witness = containers["audit"]
    assert witness["command"] == ["audit", "witness"]
    assert witness["deploy"]["replicas"] == 1
    assert witness["volumes"] == ["audit:/data"]
    assert witness["healthcheck"] == containers["order"]["healthcheck"]


def test_the_topics_are_made_when_the_broker_is_healthy(containers: dict[str, Any]) -> None:
    assert containers["topics"]["command"] == ["topics", "apply"]
    assert containers["topics"]["depends_on"] == {"kafka": {"condition": "service_healthy"}}


def test_the_containers_are_configured_by_settings_that_exist(
    containers: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {f"AFTERSALE_{name.upper()}" for name in Settings.model_fields}
    known |= {f"AFTERSALE_KAFKA_{name.upper()}" for name in KafkaEnvironment.model_fields}
    for name in (*SERVICES, "audit", "topics", "provisioning", "send"):
        environment = {
            key: re.sub(r"\$\{\w+:-(.*)\}", r"\1", value)
            for key, value in containers[name]["environment"].items()
        }
        assert {key for key in environment if key.startswith("AFTERSALE_")} <= known
        for key, value in environment.items():
            monkeypatch.setenv(key, value)
        settings = Settings()
        assert not settings.embedded
        assert settings.bus == "kafka://kafka:19092"


def test_every_container_calls_a_command_that_exists(containers: dict[str, Any]) -> None:
    for container in containers.values():
        if container["image"] == "aftersale":
            words = [word for word in container["command"] if word != "-"]
            done = ran([sys.executable, "-m", "services.cli", *words, "--help"], cwd=ROOT)
            assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("age", [0, 60])
def test_the_health_check_looks_at_the_age_of_the_heartbeat(
    containers: dict[str, Any], tmp_path: Path, age: int
) -> None:
    heartbeat = tmp_path / "heartbeat"
    shell, command = containers["order"]["healthcheck"]["test"]
    assert shell == "CMD-SHELL"
    check = command.replace("$$", "$").replace("/tmp/heartbeat", str(heartbeat))
    assert ran(["sh", "-c", check]).returncode == 1, "healthy before the first beat"
    heartbeat.touch()
    os.utime(heartbeat, times=(time.time() - age,) * 2)
    assert (ran(["sh", "-c", check]).returncode == 0) == (age == 0)


def test_a_service_touches_its_heartbeat_while_it_runs(tmp_path: Path) -> None:
    heartbeat = tmp_path / "heartbeat"
    environment = os.environ | {"AFTERSALE_DATA": str(tmp_path), "AFTERSALE_HEARTBEAT": str(heartbeat)}
    command = [sys.executable, "-m", "services.order"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as service:
        try:
            first = beat_after(heartbeat, 0.0)
            assert beat_after(heartbeat, first) > first
        finally:
            service.terminate()


def beat_after(heartbeat: Path, moment: float, seconds: float = 20.0) -> float:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if heartbeat.exists() and (beat := heartbeat.stat().st_mtime) > moment:
            return beat
        time.sleep(0.05)
    raise AssertionError("no beat in time")


# --------------------------------------------------------------------------------- the Dockerfile's steps


class Step(NamedTuple):
    """One instruction of a Dockerfile."""

    verb: str
    words: str


def stages() -> list[list[Step]]:
    """The instructions of each stage, lines joined, comments gone."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    steps = [Step(*line.split(maxsplit=1)) for line in text.splitlines() if line.strip()]
    starts = [at for at, step in enumerate(steps) if step.verb == "FROM"]
    return [steps[start:end] for start, end in zip(starts, [*starts[1:], len(steps)], strict=True)]


class Image:
    """Carries out RUN, COPY and ENV below a folder that stands for the root of the image."""

    def __init__(self, root: Path, python: Path) -> None:
        self.root = root
        self.environment = {"PATH": f"{python.parent}:/usr/bin:/bin", "HOME": str(root)}
        self.folder = root
        self.user = ""
        self.entrypoint: list[str] = []

    def inside(self, words: str) -> str:
        return re.sub(r"(?<![\w.*])/(opt|data|build)\b", rf"{self.root}/\1", words)

    def take(self, step: Step, others: dict[str, Image]) -> None:
        match step.verb:
            case "WORKDIR":
                self.folder = Path(self.inside(step.words))
                self.folder.mkdir(parents=True, exist_ok=True)
            case "RUN":
                done = ran(
                    ["bash", "-ec", self.inside(step.words)], cwd=self.folder, env=self.environment | pip()
                )
                assert done.returncode == 0, done.stdout + done.stderr
            case "COPY":
                self._copy(shlex.split(step.words), others)
            case "ENV":
                for pair in shlex.split(step.words):
                    name, _, value = pair.partition("=")
                    value = self.inside(value).replace("$PATH", self.environment["PATH"])
                    self.environment[name] = value
            case "USER":
                self.user = step.words
            case "ENTRYPOINT":
                self.entrypoint = json.loads(step.words)
            case verb:
                assert verb in ("FROM", "CMD"), f"{verb} is not carried out by this test"

    def _copy(self, words: list[str], others: dict[str, Image]) -> None:
        options = dict(word[2:].split("=") for word in words if word.startswith("--"))
        *sources, target = [word for word in words if not word.startswith("--")]
        origin = others[options["from"]] if "from" in options else None
        to = Path(self.inside(target)) if target.startswith("/") else self.folder / target
        for source in sources:
            path = Path(origin.inside(source)) if origin else ROOT / source
            if path.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(path, to, symlinks=True, dirs_exist_ok=True, ignore=ignored)
            else:
                to.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, to)


def pip() -> dict[str, str]:
    """Where this machine's pip looks is this machine's business."""
    return {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}


def python_of_the_base(folder: Path) -> Path:
    """A `python` with pip that another user may run too, as the base image has one."""
    for name in ("/usr/bin/python3", sys.executable):
        python = Path(name).resolve()
        reachable = all(parent.stat().st_mode & 0o005 == 0o005 for parent in python.parents)
        if python.exists() and reachable and ran([python, "-m", "venv", folder]).returncode == 0:
            return folder / "bin" / "python"
    pytest.skip("no Python with venv that another user may run")


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """The final stage, built from the Dockerfile's own instructions."""
    with tempfile.TemporaryDirectory(prefix="aftersale-image-") as folder:
        Path(folder).chmod(0o755)
        python = python_of_the_base(Path(folder) / "base")
        built: dict[str, Image] = {}
        for number, steps in enumerate(stages()):
            root = Path(folder) / str(number)
            root.mkdir()
            name = steps[0].words.partition(" AS ")[2] or "final"
            stage = built[name] = Image(root, python)
            for step in steps:
                stage.take(step, built)
        yield built["final"]


def as_nobody(image: Image, *words: str) -> subprocess.CompletedProcess[str]:
    user: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    command = [*image.entrypoint, *words]
    return ran(["env", *command], env=image.environment, cwd=image.folder, **user)


def test_what_the_dockerfile_builds_runs_as_nobody(image: Image) -> None:
    done = as_nobody(image, "--help")
    assert done.returncode == 0, done.stderr
    assert "simulate" in done.stdout


def test_the_image_runs_as_a_number_that_is_not_root(image: Image) -> None:
    user, group = image.user.split(":")
    assert int(user) > 0
    assert int(group) > 0


def test_what_is_built_stands_on_its_own(image: Image) -> None:
    """No pip, no build tools, no tests; the sample is there."""
    site = next((image.root / "opt/aftersale/lib").glob("python3*/site-packages"))
    there = {path.name for path in site.iterdir()}
    assert {"schemas", "services"} <= there
    assert not {name for name in there if re.match(r"(pip|setuptools|hatchling|pytest|mypy|ruff)\b", name)}
    assert (site / "schemas/examples/orders.jsonl").exists()
