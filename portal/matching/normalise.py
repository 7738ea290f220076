"""One value, one spelling: what is compared across counties, brought into a form in which all spellings agree.

Pure functions; each is idempotent. '' = not usable: too short to be compared, or no such value at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from portal.campaigns.matching import MatchKind
from portal.core.text import written

MINIMUM: dict[MatchKind, int] = {
    MatchKind.PHONE: 7,
    MatchKind.ACCOUNT: 8,
    MatchKind.COMPANY_CODE: 9,
    MatchKind.NAME: 4,
    MatchKind.URL: 4,
    MatchKind.SERIAL_PREFIX: 6,
}
"""Characters that a value must have: what is shorter could be found by trying."""
MOST_VALUES = 100
"""Of one entry; the rest of them is not compared."""
LONGEST = 200

_SPLIT = re.compile(r"[\n\r\t;；、,，|]+")
_SUFFIXES = tuple(
    written(
        "股份有限公司|有限责任公司|有限公司|集团公司|合伙企业有限合伙|有限合伙|合伙企业|"
        "个人独资企业|个体工商户|分公司|总公司|公司|集团"
    ).split("|")
)
_MASKED = re.compile("[*\u00d7\u203b\u25cf\u25cb\u25a1\u2715\u2573]|[xX]{2}|\\.{3}")
"""Part of the value was hidden or is not known: what is left of it would match what it is not."""
_NOT_ASCII = re.compile(r"[^0-9A-Z]+")


def split(text: str) -> list[str]:
    """The values of a field, in the order typed."""
    return [part for part in (p.strip() for p in _SPLIT.split(text)) if part]


def normalise(kind: MatchKind, text: str) -> str:
    """The one spelling of a value; '' where it cannot be compared."""
    text = unicodedata.normalize("NFKC", text.strip())[: LONGEST * 2]
    if kind not in (MatchKind.URL, MatchKind.SERIAL_PREFIX) and _MASKED.search(text):
        return ""
    found = _OF[kind](text)
    return found[:LONGEST] if len(found) >= MINIMUM[kind] else ""


def values_of(kind: MatchKind, text: str) -> list[str]:
    """The usable values of a field, each once."""
    found = (normalise(kind, part) for part in split(text))
    return list(dict.fromkeys(value for value in found if value))[:MOST_VALUES]


def end_of(kind: MatchKind, value: str) -> str:
    """What of a normalised value may stand in the trail and on the city's pages: its end, never more than half."""
    shown = {MatchKind.NAME: 2, MatchKind.SERIAL_PREFIX: 2}.get(kind, 4)
    return value[-shown:] if len(value) >= 2 * shown else value[-2:] if len(value) >= 4 else ""


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(c)) for c in text if unicodedata.digit(c, None) is not None)


def _phone(text: str) -> str:
    digits = _digits(text)
    if text.startswith("+86") or digits.startswith("0086"):
        digits = digits.removeprefix("00").removeprefix("86")
        if digits[:1] not in ("0", "1"):  # an area code loses its 0 behind +86
            digits = f"0{digits}"
    elif re.fullmatch(r"861[3-9]\d{9}", digits):
        digits = digits[2:]
    return digits[1:] if re.fullmatch(r"01[3-9]\d{9}", digits) else digits


def _account(text: str) -> str:
    """Digits of a card; letters stay, since a wallet's address has them."""
    return _NOT_ASCII.sub("", text.upper())


def _company_code(text: str) -> str:
    """The code has neither O nor I: who writes them means 0 and 1 (GB 32100)."""
    return _NOT_ASCII.sub("", text.upper()).replace("O", "0").replace("I", "1")[:18]


def _name(text: str) -> str:
    while True:
        plain = "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())
        for suffix in _SUFFIXES:
            if plain.endswith(suffix) and len(plain) > len(suffix):
                plain = plain.removesuffix(suffix)
                break
        if plain == text:
            return plain
        text = plain


def _url(text: str) -> str:
    text = re.sub(r"\s+", "", text.replace("\\", "/"))
    text = re.sub(r"[\[(（【]\.[\])）】]", ".", text).replace(written("。"), ".")
    text = re.sub(r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)?/+", "", text)
    host, slash, path = re.split(r"[?#]", text, maxsplit=1)[0].partition("/")
    host = _host(host.rpartition("@")[2])
    if "." not in host:
        return ""
    path = re.sub(r"/+", "/", f"{slash}{path}").rstrip("/")
    return f"{host}{path}"


def _host(text: str) -> str:
    host = re.sub(r":(?:80|443)?$", "", text.lower()).strip(".")
    while host.startswith("www.") and "." in host[4:]:
        host = host[4:]
    name, colon, port = host.partition(":")
    try:
        return name.encode("idna").decode() + colon + port
    except UnicodeError:
        return host


def _serial_prefix(text: str) -> str:
    """The first six characters; an asterisk among them says that they are not known."""
    found = re.sub(r"[^0-9A-Z*]", "", text.upper())[:6]
    return "" if "*" in found else found


_OF: dict[MatchKind, Callable[[str], str]] = {
    MatchKind.PHONE: _phone,
    MatchKind.ACCOUNT: _account,
    MatchKind.COMPANY_CODE: _company_code,
    MatchKind.NAME: _name,
    MatchKind.URL: _url,
    MatchKind.SERIAL_PREFIX: _serial_prefix,
}
