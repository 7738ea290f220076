"""Keys of the instance: one secret file, from which every purpose derives its own key; and the ring of data keys,
which seal sensitive fields and attachments and can be changed (``portal keys rotate``)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.core.clock import SHANGHAI
from portal.core.errors import PortalError
from portal.core.text import Message, _

MINIMUM = 32
NONCE = 12


def create_secret(folder: Path) -> None:
    """Write ``secret.key`` (mode 0600) unless the folder has one."""
    path = folder / "secret.key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))


@dataclass(frozen=True)
class Keys:
    """Derives one key per purpose from the instance's secret. The secret itself is never used directly."""

    secret: str

    @classmethod
    def load(cls, folder: Path) -> Keys:
        path = folder / "secret.key"
        if not path.exists():
            raise PortalError(
                Message(_("实例目录 %(folder)s 尚未初始化，请先运行 portal init。"), folder=folder)
            )
        secret = path.read_text().strip()
        if len(secret) < MINIMUM:
            raise PortalError(Message(_("%(path)s 少于 %(n)s 个字符，不能使用。"), path=path, n=MINIMUM))
        return cls(secret)

    def derive(self, purpose: str) -> bytes:
        """32 bytes for this purpose."""
        return hmac.digest(self.secret.encode(), b"lianxi/" + purpose.encode(), hashlib.sha256)

    def seal(self, purpose: str, text: str) -> str:
        """Encrypt ``text`` (AES-256-GCM, random nonce); printable."""
        nonce = secrets.token_bytes(12)
        sealed = AESGCM(self.derive(purpose)).encrypt(nonce, text.encode(), None)
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, purpose: str, sealed: str) -> str:
        """Reverse of ``seal``; ``PortalError`` when it was sealed with another key."""
        raw = base64.urlsafe_b64decode(sealed)
        try:
            return AESGCM(self.derive(purpose)).decrypt(raw[:12], raw[12:], None).decode()
        except InvalidTag as error:
            raise PortalError(_("密钥与数据不匹配，无法解密。")) from error


class Damaged(PortalError):
    """What is sealed cannot be opened: changed, moved to another place, or sealed with a key that is not there."""

    def __init__(self, subject: str = "") -> None:
        self.subject = subject
        super().__init__(_("加密内容无法解开：已被改动，或缺少当时的数据密钥。请联系系统管理员从备份恢复。"))


@dataclass(frozen=True)
class DataKey:
    id: str
    made_at: str
    """ISO instant."""
    secret: bytes = field(repr=False)
    _ciphers: dict[str, AESGCM] = field(default_factory=dict, repr=False, compare=False)

    def cipher(self, purpose: str) -> AESGCM:
        found = self._ciphers.get(purpose)
        if found is None:
            derived = hmac.digest(self.secret, b"lianxi/" + purpose.encode(), hashlib.sha256)
            found = self._ciphers[purpose] = AESGCM(derived)
        return found


class Ring:
    """The data keys of an instance: ``data.keys`` (mode 0600), a line each: id, instant, key. The first seals, the
    others only open. A server that runs while a key is added takes it up at the next sealing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int] = (0, 0)
        self._keys: dict[str, DataKey] = {}

    @classmethod
    def load(cls, folder: Path) -> Ring:
        """The folder's ring; a folder that has none gets one."""
        ring = cls(folder / "data.keys")
        if not ring.path.exists():
            temporary = ring._write([_new_key(datetime.now(SHANGHAI))])
            with suppress(FileExistsError):  # another process was faster
                os.link(temporary, ring.path)
            temporary.unlink()
        ring._read()
        return ring

    @property
    def keys(self) -> tuple[DataKey, ...]:
        """The current one first."""
        self._read()
        return tuple(self._keys.values())

    @property
    def current(self) -> DataKey:
        return self.keys[0]

    def get(self, key_id: str) -> DataKey:
        """``Damaged`` when the ring has no such key."""
        found = self._keys.get(key_id)
        if found is None:
            self._read()
            found = self._keys.get(key_id)
        if found is None:
            raise Damaged
        return found

    def add(self, now: datetime) -> DataKey:
        """From here on this new key seals."""
        made = _new_key(now)
        self._write([made, *self.keys]).replace(self.path)
        return made

    def drop(self, key_id: str) -> None:
        """Forget a key. Whether anything needs it is the caller's business."""
        self._write([k for k in self.keys if k.id != key_id]).replace(self.path)

    def seal(self, purpose: str, context: bytes, content: bytes) -> tuple[str, bytes]:
        """(key id, nonce and sealed content), AES-256-GCM; opens only in the same ``context``."""
        key, nonce = self.current, secrets.token_bytes(NONCE)
        return key.id, nonce + key.cipher(purpose).encrypt(nonce, content, context)

    def open(self, purpose: str, context: bytes, key_id: str, sealed: bytes) -> bytes:
        """Reverse of ``seal``. ``Damaged`` when anything is not as it was."""
        try:
            return self.get(key_id).cipher(purpose).decrypt(sealed[:NONCE], sealed[NONCE:], context)
        except (InvalidTag, ValueError) as error:
            raise Damaged from error

    def _read(self) -> None:
        status = self.path.stat()
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp == self._stamp:
            return
        found = {}
        for line in self.path.read_text().splitlines():
            key_id, made_at, secret = line.split(" ")
            known = self._keys.get(key_id)
            found[key_id] = known or DataKey(key_id, made_at, base64.urlsafe_b64decode(secret))
        if not found:
            raise PortalError(Message(_("%(path)s 是空的，请从备份恢复。"), path=self.path))
        self._keys, self._stamp = found, stamp

    def _write(self, keys: list[DataKey]) -> Path:
        """A complete file beside the real one, on the disk."""
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".data.keys-")
        with os.fdopen(handle, "w") as file:
            for key in keys:
                file.write(f"{key.id} {key.made_at} {base64.urlsafe_b64encode(key.secret).decode()}\n")
            file.flush()
            os.fsync(file.fileno())
        return Path(name)


def _new_key(now: datetime) -> DataKey:
    return DataKey(secrets.token_hex(4), now.isoformat(timespec="seconds"), secrets.token_bytes(32))
