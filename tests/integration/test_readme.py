"""The README's way from a clone to a first order of one's own, really walked, in a copy."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
LEFT_BEHIND = (".git", ".venv", ".cache", ".aftersale", ".*_cache", ".hypothesis", "__pycache__")
MINUTES = 60.0
LINES = 10


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def environment() -> dict[str, str]:
    """Nothing of this installation: a newcomer has set nothing."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AFTERSALE_")}
    return kept


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("newcomer") / "aftersale"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
    return folder


@pytest.fixture(scope="module")
def demo(clone: Path) -> Iterator[Path]:
    """`make demo` in one terminal, running on; the file with what it has printed."""
    said = clone / "demo.out"
    with said.open("w") as out:
        running = subprocess.Popen(
            ["make", "demo"], cwd=clone, env=environment(), stdout=out, stderr=out, start_new_session=True
        )
    try:
        deadline = time.monotonic() + 5 * MINUTES
        while "It runs on" not in said.read_text():
            assert running.poll() is None, said.read_text()
            assert time.monotonic() < deadline, said.read_text()
            time.sleep(0.2)
        yield said
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGINT)
        running.wait(timeout=MINUTES)


def test_the_demo_ends_as_the_sample_says(demo: Path) -> None:
    assert ", 0 did not" in demo.read_text()


@pytest.mark.usefixtures("demo")
def test_a_first_order_is_sent_and_seen(clone: Path) -> None:
    (block,) = blocks("sh")
    done = subprocess.run(
        ["bash", "-e", "-c", block],
        cwd=clone,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=2 * MINUTES,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "sent 1 message" in done.stdout
    assert re.search(r"state\s+completed", done.stdout), done.stdout
    assert "Plan of order MINE-1" in done.stdout


def test_what_the_demo_says_to_try_next_works(demo: Path, clone: Path) -> None:
    tries = re.findall(r"^  aftersale (show \w+ \S+)", demo.read_text(), flags=re.MULTILINE)
    assert tries
    for words in tries:
        command = [str(clone / ".venv/bin/aftersale"), *words.split()]
        done = subprocess.run(
            command,
            cwd=clone,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=MINUTES,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_the_way_takes_less_than_ten_lines() -> None:
    (block,) = blocks("sh")
    clone_and_demo = 2
    assert clone_and_demo + len(block.splitlines()) < LINES


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:services|schemas|deploy|tests)/[\w./-]*)`", README)))
)
def test_what_the_readme_names_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_setting_is_in_the_readme() -> None:
    from services.chassis.settings import KafkaEnvironment, Settings

    table = "\n".join(line for line in README.splitlines() if line.startswith("| `AFTERSALE_"))
    for name in Settings.model_fields:
        assert f"`AFTERSALE_{name.upper()}`" in table
    for name in KafkaEnvironment.model_fields:
        assert re.search(rf"`(AFTERSALE_KAFKA)?_{name.upper()}`", table), name


def test_every_target_of_make_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"^\$ make ([\w-]+)", README, flags=re.MULTILINE)) <= targets
