"""Throw-away certificates for tests of TLS: an authority, a server on localhost, a client."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificates:
    """PEM files; a store is a key with its certificate in one file."""

    authority: Path
    server_store: Path
    client_certificate: Path
    client_key: Path


def make_certificates(folder: Path) -> Certificates:
    folder.mkdir(parents=True, exist_ok=True)
    authority_key = _key()
    authority = _certificate("Aftersale test authority", authority_key, None, authority_key)
    server_key, client_key = _key(), _key()
    server = _certificate("localhost", server_key, authority, authority_key)
    client = _certificate("aftersale", client_key, authority, authority_key)
    made = Certificates(
        authority=folder / "authority.pem",
        server_store=folder / "server.pem",
        client_certificate=folder / "client.pem",
        client_key=folder / "client.key",
    )
    made.authority.write_bytes(_pem(authority))
    made.server_store.write_bytes(_private(server_key) + _pem(server))
    made.client_certificate.write_bytes(_pem(client))
    made.client_key.write_bytes(_private(client_key))
    made.client_key.chmod(0o600)
    return made


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _certificate(
    name: str, key: rsa.RSAPrivateKey, issuer: x509.Certificate | None, issuer_key: rsa.RSAPrivateKey
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
