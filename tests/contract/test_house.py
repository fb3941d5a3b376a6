"""Each import contract holds, and each was seen to fail: an import that breaks it is planted in a copy."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")


class Plant(NamedTuple):
    """An import that the contract must not let through."""

    contract: str
    module: str
    line: str


PLANTS = (
    Plant("language", "schemas/topics.py", "import services.chassis.ports"),
    Plant("language", "schemas/order.py", "from services.order.domain import order as theirs"),
    Plant("services", "services/order/handlers.py", "import services.inventory.domain.instance"),
    Plant("services", "services/inventory/publish.py", "import services.fulfillment.stored"),
    Plant("services", "services/fulfillment/domain/plan.py", "import services.order.domain.order"),
    Plant("services", "services/chassis/relay.py", "import services.order.service"),
    Plant("services", "services/chassis/host.py", "import services.cli"),
    Plant("services", "services/order/service.py", "import services.cli"),
    Plant("services", "services/audit/merkle.py", "import services.order.service"),
    Plant("services", "services/chassis/host.py", "import services.audit"),
    Plant("services", "services/gateway.py", "import services.chassis.ports"),
    Plant("service", "services/order/domain/order.py", "import services.order.handlers"),
    Plant("service", "services/inventory/stored.py", "import services.inventory.handlers"),
    Plant("service", "services/inventory/handlers.py", "import services.inventory.consume"),
    Plant("service", "services/fulfillment/publish.py", "import services.fulfillment.views"),
    Plant("service", "services/fulfillment/views.py", "import services.fulfillment.service"),
    Plant("service", "services/order/service.py", "import services.order.__main__"),
    Plant("service", "services/order/helpers.py", "import services.order.domain"),
    Plant("domain", "services/order/domain/order.py", "import pydantic"),
    Plant("domain", "services/inventory/domain/instance.py", "import schemas.vocabulary"),
    Plant("domain", "services/fulfillment/domain/plan.py", "import services.chassis.service"),
    Plant("domain", "services/fulfillment/domain/plan.py", "import services.order.domain.order"),
    Plant("store", "services/order/handlers.py", "import eventsourcing.domain"),
    Plant("store", "services/chassis/sqlite_store.py", "from eventsourcing.sqlite import SQLiteDatastore"),
    Plant("kafka", "services/chassis/relay.py", "import aiokafka"),
    Plant("kafka", "services/chassis/kafka_wire.py", "from aiokafka.errors import KafkaError"),
    Plant("cycles", "schemas/topics.py", "import schemas.registry"),
    Plant("cycles", "services/chassis/ports.py", "import services.chassis.store"),
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the linter reads, to be broken at will."""
    copied = tmp_path_factory.mktemp("house")
    without_caches = shutil.ignore_patterns("__pycache__", "examples", "published")
    for name in ("schemas", "services"):
        shutil.copytree(ROOT / name, copied / name, ignore=without_caches)
    for name in ("tests/__init__.py", "tests/contract/__init__.py", "tests/contract/imports.py"):
        (copied / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copied / name)
    shutil.copy(ROOT / "pyproject.toml", copied)
    return copied


@pytest.fixture
def planted(copy: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    plant: Plant = request.param
    path = copy / plant.module
    before = path.read_text() if path.exists() else None
    path.write_text(f"{before or ''}\n{plant.line}\n")
    yield copy
    if before is None:
        path.unlink()
    else:
        path.write_text(before)


def lint(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(LINTER), "--no-cache", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def contracts() -> dict[str, str]:
    """Id and name of each contract."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {one["id"]: one["name"] for one in project["tool"]["importlinter"]["contracts"]}


def kept_and_broken(said: str) -> tuple[str, str]:
    found = re.search(r"Contracts: (\d+) kept, (\d+) broken", said)
    assert found, said
    return found[1], found[2]


def test_all_contracts_are_kept(copy: Path) -> None:
    done = lint(copy)
    assert kept_and_broken(done.stdout) == (str(len(contracts())), "0"), done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("planted", "plant"),
    [pytest.param(plant, plant, id=f"{plant.contract}: {plant.module} {plant.line}") for plant in PLANTS],
    indirect=["planted"],
)
def test_an_import_against_the_contract_breaks_it(planted: Path, plant: Plant) -> None:
    done = lint(planted, "--contract", plant.contract)
    assert kept_and_broken(done.stdout) == ("0", "1"), done.stdout
    assert done.returncode == 1


def test_every_contract_was_seen_to_fail() -> None:
    assert {plant.contract for plant in PLANTS} == set(contracts())
