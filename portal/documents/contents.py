"""Contents of attachments in the instance folder: ``files/<tenant>/<first two>/<sha256 of the clear content>``.

Each is sealed with a data key and bound to its tenant and hash: mark, key id, nonce, sealed content. One that
was stored before keys existed lies open and is read as it is until the next rotation. Either way the hash is checked.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from portal.core.crypto import Damaged, Ring
from portal.documents.models import Attachment

HALF = ".new-"
"""Begins the name of a content that is still being written."""
MARK = b"\x89LIANXI1"
"""No kind of file that is taken in begins like this."""
KEY_ID = 8
PURPOSE = "files"


def path_of(folder: Path, attachment: Attachment) -> Path:
    return place_of(folder, attachment.tenant_id, attachment.sha256)


def place_of(folder: Path, tenant_id: int, digest: str) -> Path:
    return folder / str(tenant_id) / digest[:2] / digest


def store(folder: Path, tenant_id: int, content: bytes, ring: Ring) -> tuple[str, str]:
    """(hash, id of the key); when this returns the sealed content is on the disk."""
    digest = hashlib.sha256(content).hexdigest()
    key_id, sealed = ring.seal(PURPOSE, _context(tenant_id, digest), content)
    _write(place_of(folder, tenant_id, digest), MARK + key_id.encode() + sealed)
    return digest, key_id


def read(folder: Path, tenant_id: int, digest: str, ring: Ring) -> bytes:
    """The clear content. ``FileNotFoundError``; ``Damaged`` when it is not what was stored."""
    raw = place_of(folder, tenant_id, digest).read_bytes()
    key_id = _key_of(raw)
    if key_id:
        raw = ring.open(PURPOSE, _context(tenant_id, digest), key_id, raw[len(MARK) + KEY_ID :])
    if hashlib.sha256(raw).hexdigest() != digest:
        raise Damaged
    return raw


def key_of(folder: Path, tenant_id: int, digest: str) -> str:
    """Id of the key that the content is sealed with, '' when it lies open. ``FileNotFoundError``."""
    with place_of(folder, tenant_id, digest).open("rb") as file:
        return _key_of(file.read(len(MARK) + KEY_ID))


def _key_of(raw: bytes) -> str:
    if not raw.startswith(MARK):
        return ""
    try:
        return raw[len(MARK) : len(MARK) + KEY_ID].decode("ascii")
    except UnicodeDecodeError as error:
        raise Damaged from error


def _context(tenant_id: int, digest: str) -> bytes:
    return f"{tenant_id}|{digest}".encode()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=HALF)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    # a new name is only on the disk when its folder is
    for made in (path.parent, path.parent.parent, path.parent.parent.parent):
        flags = os.open(made, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(flags)
        finally:
            os.close(flags)
