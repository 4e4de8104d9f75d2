"""Content encrypted at rest: AES-256-GCM with keys that are not in the database, told apart by their names.

A sealed content is ``HHS1``, the key's name (8 signs), a fresh nonce and the cipher text; the name of the column is
authenticated with it. Keys come from the secrets of the machine (``app/settings.py``) and are given to every process
once, by :func:`use_keys`. What was written before there was sealing is read as it is, until it is sealed.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Final

from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

MAGIC: Final = b"HHS1"
HEAD: Final = len(MAGIC) + 8
_NONCE: Final = 12
_RING: dict[bytes, bytes] = {}  # by name; the last one given is the one that seals


class SealingError(Exception):
    """There is no key for this content, or it was tampered with."""


def key_name(key: bytes) -> bytes:
    """Return the name of a key: 8 hexadecimal digits that say nothing about it."""
    return hashlib.sha256(b"hourhand key name" + key).hexdigest()[:8].encode()


def derived_key(secret: str) -> bytes:
    """Return a key for files made from another long secret, for houses that have no key of their own for them."""
    return hashlib.sha256(b"hourhand files\0" + secret.encode()).digest()


def use_keys(*keys: bytes) -> None:
    """Give this process its keys of 32 bytes, oldest first: all of them open, the last one seals."""
    if not keys or any(len(key) != 32 for key in keys):
        raise SealingError("A key for files has 32 bytes.")
    _RING.clear()
    _RING.update({key_name(key): key for key in keys})


def newest_head() -> bytes:
    """Return how content begins that is sealed with the newest key."""
    if not _RING:
        raise SealingError("This process was given no key for files.")
    return MAGIC + list(_RING)[-1]


def seal(content: bytes, context: str) -> bytes:
    """Return the content encrypted with the newest key."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    head, nonce = newest_head(), secrets.token_bytes(_NONCE)
    key = _RING[head[len(MAGIC) :]]
    return head + nonce + AESGCM(key).encrypt(nonce, content, head + context.encode())


def unseal(sealed: bytes, context: str, keys: Mapping[bytes, bytes] = _RING) -> bytes:
    """Return what was sealed; ``SealingError`` without its key, or when it was changed or moved elsewhere."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not sealed.startswith(MAGIC):
        return sealed
    head, nonce = sealed[:HEAD], sealed[HEAD : HEAD + _NONCE]
    key = keys.get(head[len(MAGIC) :])
    if key is None:
        raise SealingError("The key of this content is not among the secrets of this machine.")
    try:
        return AESGCM(key).decrypt(nonce, sealed[HEAD + _NONCE :], head + context.encode())
    except InvalidTag as error:
        raise SealingError("This content was changed, or comes from elsewhere.") from error


class Sealed(TypeDecorator[bytes]):
    """Bytes that lie sealed in the database. ``context`` names the column: content cannot be moved to another."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Seal on the way in."""
        return None if value is None else seal(value, self.context)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Open on the way out."""
        return None if value is None else unseal(bytes(value), self.context)
