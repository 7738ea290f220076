"""``portal deadlines``: the engine on the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import IO, Any, NoReturn

import click
from sqlalchemy.exc import DBAPIError

from portal.core.errors import Invalid, PortalError
from portal.core.operator import operator
from portal.core.settings import Settings
from portal.core.text import Message, _
from portal.core.workdays import WorkCalendar
from portal.deadlines.lines import compute
from portal.tenants.calendar import load_calendar

LONGEST = 10_000
"""Characters of a line; an object that means something has a hundred."""


@click.group()
def deadlines() -> None:
    """When something is due, and why then."""


@deadlines.command("compute")
@click.argument("file", type=click.File("rb"), default="-")
def compute_lines(file: IO[bytes]) -> None:
    """Read JSON objects, one a line, from FILE or standard input; print one JSON object for each.

    With an instance its imported calendar counts, else the packaged one. Exit code 1 when a line made no sense.
    """
    failed = False
    for answer in answer_lines(_calendar(), file):
        failed = failed or "error" in answer
        click.echo(json.dumps(answer, ensure_ascii=False).encode("utf-8", "backslashreplace"))
    if failed:
        sys.exit(1)


def _calendar() -> WorkCalendar:
    """Of the instance, where one has been set up."""
    settings = Settings()
    if not settings["DATABASE_URL"] and not (settings.instance / "portal.sqlite").exists():
        return WorkCalendar()
    try:
        with operator() as op:
            return load_calendar(op.session)
    except (PortalError, DBAPIError) as error:
        why = str(getattr(error, "orig", None) or error).splitlines()[0]
        text = _("没有读到本机导入的工作日历，按随包日历计算：%(why)s")
        click.echo(f"portal: {Message(text, why=why)}", err=True)
        return WorkCalendar()


def answer_lines(calendar: WorkCalendar, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """One answer for each line that is not blank; a bad line never stops the next one."""
    for line in lines:
        if line.strip():
            yield _answer(calendar, line)


def _answer(calendar: WorkCalendar, line: bytes) -> dict[str, Any]:
    if len(line) > LONGEST:
        return {"error": str(Message(_("一行最多 %(n)s 个字符。"), n=LONGEST))}
    try:
        given = json.loads(line.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return {"error": str(Message(_("不是有效的 JSON：%(why)s"), why=str(error)[:200]))}
    try:
        return compute(given, calendar)
    except (ValueError, Invalid) as error:
        return {"error": str(error)}


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
