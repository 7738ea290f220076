"""Keys of the instance: one secret file, from which every purpose derives its own key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.core.errors import PortalError
from portal.core.text import Message, _

MINIMUM = 32


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
