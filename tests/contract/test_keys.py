"""What every key store promises, and what sealing with its keys does."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.chassis import personal as sealing
from services.chassis.keys import CachedKeys, MemoryKeys, open_postgres_keys, open_sqlite_keys
from services.chassis.personal import (
    is_sealed,
    seal,
    seal_value,
    seal_where,
    unseal,
    unseal_all,
    unseal_value,
)
from services.chassis.ports import Keys

Opener = Callable[[], Keys]
KEY = bytes(range(32))


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the same keys once more, as another process would."""
    opened: list[Keys] = []

    def remembered() -> Keys:
        opened.append(opener())
        return opened[-1]

    opener = _opener(request, tmp_path)
    yield remembered
    for keys in opened:
        keys.close()


def _opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    match request.param:
        case "memory":
            memory = MemoryKeys()
            return lambda: memory
        case "sqlite":
            return lambda: open_sqlite_keys(tmp_path / "keys.db")
        case _:
            dsn, schema = request.getfixturevalue("postgres_schema")
            return lambda: open_postgres_keys(dsn, schema)


@pytest.fixture
def keys(reopen: Opener) -> Keys:
    return reopen()


def test_every_account_has_one_key_of_32_bytes_and_keeps_it(keys: Keys, reopen: Opener) -> None:
    made = keys.get(["A", "B"])
    assert {len(key) for key in made.values()} == {32}
    assert made["A"] != made["B"]
    assert keys.get(["A"]) == {"A": made["A"]}
    assert reopen().get(["B", "A"]) == made


def test_a_key_is_made_only_when_asked_for(keys: Keys) -> None:
    assert keys.get(["A"], make=False) == {}
    made = keys.get(["A"])
    assert keys.get(["A", "B"], make=False) == made
    assert keys.get([]) == {}


def test_a_forgotten_key_never_comes_back(keys: Keys, reopen: Opener) -> None:
    kept = keys.get(["A", "B"])
    assert keys.forget("A")
    assert not keys.forget("A")
    assert keys.get(["A", "B"]) == {"B": kept["B"]}
    assert reopen().get(["A"]) == {}


def test_an_account_forgotten_before_it_had_a_key_gets_none(keys: Keys, reopen: Opener) -> None:
    assert not keys.forget("A")
    assert keys.get(["A"]) == {}
    assert reopen().get(["A"]) == {}


@pytest.mark.usefixtures("passing_time")
def test_another_process_stops_using_a_forgotten_key(keys: Keys, reopen: Opener) -> None:
    other = reopen()
    assert other.get(["A"]) == keys.get(["A"])
    keys.forget("A")
    assert other.get(["A"]) == {}


@pytest.fixture
def passing_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look at the clock finds it a second later."""
    seconds = iter(range(1_000_000))
    monkeypatch.setattr("services.chassis.keys.time.monotonic", lambda: float(next(seconds)))


def test_processes_that_make_the_same_keys_agree_on_them(reopen: Opener) -> None:
    accounts = [str(number) for number in range(50)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda keys: keys.get(accounts), [reopen() for _ in range(4)]))
    assert found[1:] == found[:-1]
    assert found[0].keys() == set(accounts)


def test_nothing_of_a_forgotten_key_is_left_in_the_files(tmp_path: Path) -> None:
    keys = open_sqlite_keys(tmp_path / "keys.db")
    key = keys.get(["A"])["A"]
    assert _found_in_files(tmp_path, key)
    keys.forget("A")
    assert not _found_in_files(tmp_path, key)
    keys.close()


def _found_in_files(directory: Path, wanted: bytes) -> bool:
    return any(wanted in file.read_bytes() for file in directory.iterdir())


def test_more_accounts_than_are_cached_all_get_their_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.chassis.keys._CACHED", 3)
    keys: CachedKeys = open_sqlite_keys(tmp_path / "keys.db")
    accounts = [str(number) for number in range(10)]
    assert keys.get(accounts) == keys.get(accounts)
    assert len(keys.get(accounts)) == 10
    keys.close()


def test_keys_of_memory_may_be_the_same_in_every_run() -> None:
    def make(account: str) -> bytes:
        return hashlib.sha256(account.encode()).digest()

    assert MemoryKeys(make).get(["A"]) == MemoryKeys(make).get(["A"]) == {"A": make("A")}


# ------------------------------------------------------------------------------------------ sealing


@pytest.mark.parametrize("text", ["", "Ada", "x" * 1000, "zero \0 and \u20ac", "\0\0"])
def test_a_sealed_text_is_read_with_its_key_alone(text: str) -> None:
    token = seal(KEY, text)
    assert is_sealed(token)
    assert token.startswith("sealed:v1:")
    assert unseal(KEY, token) == text
    assert unseal(None, token) is None
    assert unseal(KEY[::-1], token) is None


def test_equal_texts_give_equal_tokens_within_one_account_only() -> None:
    assert seal(KEY, "Ada") == seal(KEY, "Ada") != seal(KEY, "Eve")
    assert seal(KEY, "Ada") != seal(KEY[::-1], "Ada")


def test_a_token_hides_the_length_of_a_short_text() -> None:
    assert len({len(seal(KEY, "x" * length)) for length in range(16)}) == 1


@pytest.mark.parametrize("text", ["plain", "sealed:v1:", "sealed:v1:AAAA", "sealed:v1:\u00e9", "sealed:v1:a"])
def test_what_is_no_token_is_not_read(text: str) -> None:
    assert unseal(KEY, text) is None


@pytest.mark.parametrize("value", ["5", 5, 5.5, True, False, ["a", 1], {"b": None}])
def test_a_value_comes_back_with_its_type(value: object) -> None:
    back = unseal_value(KEY, seal_value(KEY, value))
    assert (back, type(back)) == (value, type(value))


def test_only_what_is_personal_is_sealed_and_all_of_it_comes_back() -> None:
    def personal(path: sealing.Path) -> bool:
        return path[-1:] == ("name",) or path == ("lines", 1)

    value = {"name": "Ada", "state": "active", "lines": [{"name": {"first": "A"}}, 7, None], "none": None}
    sealed = seal_where(KEY, value, personal)
    assert is_sealed(sealed["name"])
    assert is_sealed(sealed["lines"][1])
    assert (sealed["state"], sealed["none"]) == ("active", None)
    assert unseal_all(KEY, sealed) == value
    assert unseal_all(None, sealed) == {
        "name": None,
        "state": "active",
        "lines": [{"name": None}, None, None],
        "none": None,
    }


def test_nobody_but_the_owner_may_read_the_keys(tmp_path: Path) -> None:
    keys = open_sqlite_keys(tmp_path / "data" / "keys.db")
    keys.get(["A-1"])
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    assert [file.name for file in (tmp_path / "data").iterdir() if file.stat().st_mode & 0o077] == []
    keys.close()
