"""What the auditor says: the checkpoints that it signs."""

from __future__ import annotations

from schemas.vocabulary import Part


class Checkpoint(Part):
    """`audit.checkpoint`: the log of a service held exactly this when the auditor read it.

    `root` is the root hash (RFC 6962, SHA-256) of the tree over the first `size` events; `sequence` is the
    position of the last of them. `signature` is Ed25519, by `key`, over the UTF-8 text of six lines, each
    with a line feed: `aftersale audit checkpoint v1`, `<service> <logId>`, size, sequence, root, time.
    Hashes, keys and signatures are lower-case hexadecimal.
    """

    service: str
    log_id: str
    size: int
    sequence: int
    root: str
    time: str
    key: str
    signature: str
