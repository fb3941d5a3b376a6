"""What the auditor says: the checkpoints that it signs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.vocabulary import Part

Word = Annotated[str, StringConstraints(pattern=r"^\S+$")]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""32 bytes: a hash, or a public key of Ed25519."""
Signature = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]


class Checkpoint(Part):
    """`audit.checkpoint`: the log of a service held exactly this when the auditor read it.

    `root` is the root hash (RFC 6962, SHA-256) of the tree over the first `size` events; `sequence` is the
    position of the last of them. `signature` is Ed25519, by `key`, over the UTF-8 text of six lines, each
    with a line feed: `aftersale audit checkpoint v1`, `<service> <logId>`, size, sequence, root, time.
    Hashes, keys and signatures are lower-case hexadecimal.
    """

    service: Word
    log_id: Word
    size: int = Field(ge=1)
    sequence: int
    root: Hash
    time: Word
    key: Hash
    signature: Signature
