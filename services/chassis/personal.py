"""Personal values, sealed with the key of their account, and read again while that key lasts.

Sealing is deterministic (AES-SIV, RFC 5297): the same value of the same account gives the same token, so that
code without the key can still tell whether a value changed. What that reveals is this and no more: that two
values of one account are equal, and the length of a value to the next sixteen bytes.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

Json: TypeAlias = Any
"""A value as `json.loads` gives it."""

Path: TypeAlias = tuple[str | int, ...]
"""Names and positions that lead to a value, from the outside in."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
_PREFIX = "sealed:v1:"
TOKEN = _PREFIX.encode()
"""With which a token begins: JSON without it has nothing to unseal."""


def seal(key: bytes, text: str) -> str:
    """The token that stands for the text: `sealed:v1:` and base64url without padding."""
    sealed = AESSIV(key).encrypt(_pad(text.encode()), None)
    return _PREFIX + urlsafe_b64encode(sealed).rstrip(b"=").decode()


def unseal(key: bytes | None, token: str) -> str | None:
    """The text again; None when the key is gone, or is not the one that the token was made with."""
    if key is None or not is_sealed(token):
        return None
    sealed = token[len(_PREFIX) :]
    try:
        padded = AESSIV(key).decrypt(urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4)), None)
        return padded.rstrip(b"\0")[:-1].decode()
    except (InvalidTag, Error, ValueError):
        return None


def is_sealed(value: object) -> bool:
    return isinstance(value, str) and value.startswith(_PREFIX)


def seal_value(key: bytes, value: Json) -> str:
    """A token for any JSON value: `5` and `"5"` come back as what they were."""
    return seal(key, encode_basestring(value) if type(value) is str else _ENCODER.encode(value))


def unseal_value(key: bytes | None, token: str) -> Json:
    """The value again, None when it cannot be read any more.

    A text that was sealed as it is, like a parked message, is that text where it is no JSON.
    """
    text = unseal(key, token)
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return text


def seal_where(key: bytes, value: Json, personal: Callable[[Path], bool], path: Path = ()) -> Json:
    """The value with every personal one in it sealed, `personal` being asked with the path of each.

    What is personal is sealed whole, also a list or an object; None tells nothing and stays.
    Never seal twice: call it once, where a value comes in from outside.
    """
    if value is None:
        return None
    if personal(path):
        return seal_value(key, value)
    match value:
        case dict():
            return {name: seal_where(key, inner, personal, (*path, name)) for name, inner in value.items()}
        case list():
            return [seal_where(key, inner, personal, (*path, index)) for index, inner in enumerate(value)]
        case _:
            return value


def unseal_all(key: bytes | None, value: Json) -> Json:
    """The value with every token in it read again; one that cannot be read any more becomes None."""
    match value:
        case dict():
            return {name: unseal_all(key, inner) for name, inner in value.items()}
        case list():
            return [unseal_all(key, inner) for inner in value]
        case str() if is_sealed(value):
            return unseal_value(key, value)
        case _:
            return value


def _pad(text: bytes) -> bytes:
    marked = text + b"\x80"
    return marked + bytes(-len(marked) % 16)
