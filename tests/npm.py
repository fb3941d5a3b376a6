"""Validators that come from npm, each at the version that its lock names, installed once into `.cache`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

CACHE = Path(__file__).parents[1] / ".cache"
INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def installed(tool: Path) -> Path:
    """The folder with the files of `tool` and its packages.

    Where it cannot be had the test is skipped with the reason, or fails when `CI=true`.
    """
    if not (shutil.which("node") and shutil.which("npm")):
        _missing(f"{tool.name}: no node or npm here")
    folder = CACHE / tool.name
    shutil.copytree(tool, folder, dirs_exist_ok=True)
    lock = (tool / "package-lock.json").read_text()
    stamp = folder / "installed"
    if stamp.exists() and stamp.read_text() == lock:
        return folder
    done = subprocess.run(INSTALL, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        _missing(f"{tool.name} cannot be installed: {done.stderr[-300:]}")
    stamp.write_text(lock)
    return folder


def _missing(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason} (compulsory, since CI=true)")
    pytest.skip(reason)
