"""Files in one .zip, written one after the other; names in UTF-8, none twice."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from portal.core.clock import SHANGHAI


def write_zip(stream: BinaryIO, files: Iterable[tuple[str, bytes]], now: datetime) -> None:
    """A name that comes again gets a number before its ending."""
    seen: Counter[str] = Counter()
    at = now.astimezone(SHANGHAI).timetuple()[:6]
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:  # a .docx is deflated already
        for name, content in files:
            seen[name] += 1
            stem, dot, suffix = name.rpartition(".")
            given = name if seen[name] == 1 else f"{stem} ({seen[name]}){dot}{suffix}"
            archive.writestr(zipfile.ZipInfo(given, at), content)
