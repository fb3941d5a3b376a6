"""Other processes for tests: a program given as text, what it prints, and its certain end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent


@contextmanager
def process(program: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A process with this program, which is gone when the block ends."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        try:
            yield other
        finally:
            other.kill()


def says(other: subprocess.Popen[str]) -> str:
    """The next line that it prints; waits for it, so never call this on an event loop."""
    assert other.stdout
    return other.stdout.readline().strip()
