"""Headers in one piece say what they say as pairs."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
