"""Time-based one-time codes (RFC 6238): six digits, 30 seconds, one step of tolerance, each accepted once."""

from __future__ import annotations

import hmac
import io
from datetime import datetime

import pyotp
import segno

_SECONDS = 30
ISSUER = "Lianxi"  # an ASCII name: some authenticators garble others
PURPOSE = "totp"
"""Under which the secret is sealed."""


def new_secret() -> str:
    return pyotp.random_base32()


def find_step(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """The step whose code was given, from one before now to one after; None = wrong, or used before."""
    code = "".join(code.split())
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // _SECONDS
    for step in (current - 1, current, current + 1):
        if step > last_step and hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None


def draw_qr(secret: str, username: str) -> str:
    """The enrolment code as an SVG element, without styles or scripts."""
    address = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)
    out = io.BytesIO()
    segno.make(address, error="m").save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=False,
        scale=4,
        border=2,
        dark="#1f2328",
        light="#ffffff",
        omitsize=False,
    )
    return out.getvalue().decode()
