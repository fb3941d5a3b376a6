"""Signatures by Ed25519: the auditor's private key, and whose signature a text carries."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_pem_public_key,
)


class WrongKey(Exception):
    """What was given is no key of Ed25519. The message says what would be one."""


class Signer:
    """Signs with a private key. `public` is the key that others check with, in hexadecimal."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes_raw().hex()

    def sign(self, text: bytes) -> str:
        return self._key.sign(text).hex()


def load_signer(path: Path) -> Signer:
    """The key in this PEM file, which is made when it is missing. Raises `WrongKey`."""
    if not path.exists():
        _make(path)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise WrongKey(f"{path} is no private key in PEM that can be read here: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise WrongKey(f"{path} holds another kind of key: 'openssl genpkey -algorithm ed25519' makes one")
    return Signer(key)


def signed(key: str, text: bytes, signature: str) -> bool:
    """Whether the signature of this text is by the private half of the key; both in hexadecimal."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), text)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_keys(given: str) -> list[str]:
    """A key in hexadecimal, or a file with one a line, or with one in PEM. Raises `WrongKey`."""
    try:
        text = given if _is_key(given) else Path(given).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongKey(f"'{given}' is neither a key of 64 hexadecimal digits nor a file with one") from error
    keys = [_pem(text)] if text.lstrip().startswith("-----BEGIN") else text.split()
    if not keys or not all(map(_is_key, keys)):
        raise WrongKey(f"{given} holds no public key: write 64 hexadecimal digits a line, or PEM")
    return [key.lower() for key in keys]


def _pem(text: str) -> str:
    try:
        key = load_pem_public_key(text.encode())
    except ValueError:
        return ""
    return key.public_bytes_raw().hex() if isinstance(key, Ed25519PublicKey) else ""


def _is_key(text: str) -> bool:
    return len(text) == 64 and not set(text.lower()) - set("0123456789abcdef")


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    # Whole or not at all, and never readable by anybody else: first beside it, then under its name.
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
