"""Headers in one piece say what they say as pairs."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.envelope import binary, of_own
from schemas.headers import Headers, Packed, glance, own, pack, shared, unpack

COMMON = shared("log-1", ("ce_specversion", "ce_time"), ("1.0", "2026-01-05T09:00:00+00:00"))
OWN: Headers = (
    ("ce_id", b"order-O-1@3"),
    ("ce_type", b"aftersale.order.created.v1"),
    ("ce_subject", "Zoë".encode()),
    ("ce_sequence", b"17"),
    ("ce_previous", b"12"),
    ("ce_logid", b"log-1"),
    ("ce_specversion", b"1.0"),
    ("ce_time", b"2026-01-05T09:00:00+00:00"),
)


def mine(subject: str = "Zoë") -> Headers:
    return own(("order-O-1@3", "aftersale.order.created.v1", subject), (17, 12), COMMON)


@given(st.lists(st.tuples(st.text(alphabet="ab\0\1é"), st.binary())))
def test_any_headers_survive_packing(headers: list[tuple[str, bytes]]) -> None:
    assert unpack(pack(headers)) == tuple(headers)
    assert Packed(pack(headers)) == tuple(headers)


def test_headers_in_one_piece_are_the_pairs_they_hold() -> None:
    headers = mine()
    assert isinstance(headers, Packed)
    assert tuple(headers) == OWN
    assert headers == OWN
    assert hash(headers) == hash(OWN)
    assert (len(headers), headers[1]) == (len(OWN), OWN[1])
    assert headers == Packed(pack(OWN))
    assert headers != OWN[1:]
    assert pack(headers) is headers.packed


def test_a_value_with_a_separator_in_it_is_not_cut() -> None:
    assert dict(mine(subject="a\0b"))["ce_subject"] == b"a\0b"
    assert tuple(mine(subject="a\0b"))[3:] == OWN[3:]


@pytest.mark.parametrize(
    "headers", [mine(), OWN, list(OWN), tuple(reversed(OWN))], ids=["packed", "pairs", "list", "reversed"]
)
def test_a_glance_sees_type_and_place_however_the_headers_come(headers: Headers) -> None:
    assert glance(headers) == (b"aftersale.order.created.v1", b"17", b"12", b"log-1")


@pytest.mark.parametrize(
    "headers", [(), (("ce_type", b"t"),), Packed(pack((("ce_type", b"t"),)))], ids=["none", "pairs", "packed"]
)
def test_a_glance_at_headers_without_a_place_sees_none(headers: Sequence[tuple[str, bytes]]) -> None:
    type_ = b"t" if headers else b""
    assert glance(headers) == (type_, None, None, None)


@pytest.mark.parametrize(
    "headers",
    [mine(), mine(subject="a\0b"), OWN, Packed(pack(OWN[:4])), Packed(pack((*OWN, OWN[0])))],
    ids=str,
)
def test_an_envelope_is_the_same_but_for_its_place_however_its_headers_come(headers: Headers) -> None:
    assert of_own(headers) == binary(dict(headers))._replace(sequence=None, previous=None)


def test_a_separator_in_what_a_cause_shares_is_not_cut_either() -> None:
    common = shared("log-1", ("ce_actor",), ("a\0b",))
    headers = own(("order-O-1@3", "aftersale.order.created.v1", "O-1"), (17, 12), common)
    assert dict(headers)["ce_actor"] == b"a\0b"
    assert glance(headers) == (b"aftersale.order.created.v1", b"17", b"12", b"log-1")
