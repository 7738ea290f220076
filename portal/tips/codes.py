"""Receipt codes, tokens of the public forms, and hashes: everything that is keyed with the instance's secret.

A receipt code is computed from the form's token, never stored: whoever presses the button twice is shown the same code,
and only its keyed hash is kept. A token is signed, expires, and is good for one tip: the hash of its nonce is the tip's
``request_key``. No cookie is needed for it; that a foreign page sends it is refused at the door (``web/gate.py``).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

LETTERS = "ABCDEFGHJKMNPRSTVWXYZ"
"""Without I, L, O, Q, U, which are taken for others."""
GROUPS, GROUP = 4, 4
"""Some 70 bits: guessing is hopeless, the brakes only keep it from being a burden."""
LIVES = timedelta(hours=4)
"""How long a form may stay open. What was typed is kept and sent again with the next token."""
_FORM, _PASS, _CODE, _ONCE, _MARK, _SOURCE, _WORD = "form", "pass", "code", "once", "mark", "source", "word"


@dataclass(frozen=True)
class Token:
    """``about``: '' of a new tip, else the tip's id. ``nonce`` is stored nowhere."""

    about: str
    nonce: str
    fresh: bool


@dataclass(frozen=True)
class Keyring:
    """The key of tips in one tenant and campaign."""

    key: bytes
    place: str
    """``<tenant id>/<campaign>``: what is made for one place is worth nothing in another."""

    def _mac(self, purpose: str, *parts: str) -> bytes:
        text = "|".join((purpose, self.place, *parts))
        return hmac.digest(self.key, text.encode(), hashlib.sha256)

    # ------------------------------------------------------------------------------------------- tokens
    def make_token(self, now: datetime, about: str = "") -> str:
        body = f"{about}.{int(now.timestamp())}.{secrets.token_hex(16)}"
        return f"{body}.{self._mac(_PASS if about else _FORM, body).hex()[:32]}"

    def read_token(self, token: str, now: datetime) -> Token | None:
        """None for one that was not made here."""
        about, stamp, nonce, mac = (token.split(".") + [""] * 4)[:4]
        body = f"{about}.{stamp}.{nonce}"
        made = self._mac(_PASS if about else _FORM, body).hex()[:32]
        if token.count(".") != 3 or not hmac.compare_digest(mac.encode(), made.encode()):
            return None
        age = int(now.timestamp()) - int(stamp)
        return Token(about, nonce, -60 <= age <= LIVES.total_seconds())

    def once(self, nonce: str) -> str:
        """The ``request_key`` of a token."""
        return self._mac(_ONCE, nonce).hex()[:40]

    # ------------------------------------------------------------------------------------------ receipts
    def receipt_of(self, nonce: str) -> str:
        """Four times four letters."""
        number = int.from_bytes(self._mac("receipt", nonce))
        letters = ""
        for _place in range(GROUPS * GROUP):
            number, rest = divmod(number, len(LETTERS))
            letters += LETTERS[rest]
        return "-".join(letters[i : i + GROUP] for i in range(0, len(letters), GROUP))

    def hash_code(self, typed: str) -> str:
        """Of a receipt code however it was typed: small letters, blanks, full width. '' for what cannot be one."""
        plain = unicodedata.normalize("NFKC", typed[:100]).upper()
        letters = "".join(x for x in plain if x in LETTERS)
        return self._mac(_CODE, letters).hex() if len(letters) == GROUPS * GROUP else ""

    # -------------------------------------------------------------------------------------------- others
    def hash_mark(self, kind: str, value: str) -> str:
        return self._mac(_MARK, kind, value).hex()[:40]

    def hash_source(self, source: str, now: datetime) -> str:
        """Of a network address or an account, another one each day."""
        return self._mac(_SOURCE, now.date().isoformat(), source).hex()[:32]

    def hash_word(self, tip_id: int, word: str) -> str:
        """Of the word with which a nameless reward is fetched."""
        return self._mac(_WORD, str(tip_id), unicodedata.normalize("NFKC", word).strip()).hex()
