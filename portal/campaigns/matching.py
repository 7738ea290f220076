"""What may be compared across counties without being shown (串并): kinds of identifying values."""

from __future__ import annotations

from enum import StrEnum


class MatchKind(StrEnum):
    """As ``Field.match``. A field may hold several values, separated by 、 ； , or a line break."""

    PHONE = "phone"
    ACCOUNT = "account"
    COMPANY_CODE = "company_code"
    NAME = "name"
    """Of a company, a shop, a product or an app; never of a person."""
    URL = "url"
    SERIAL_PREFIX = "serial_prefix"
