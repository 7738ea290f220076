"""What is typed to propose a step, to decide on it and to keep a talk."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from wtforms import HiddenField, IntegerField, SelectField, TextAreaField
from wtforms.validators import Optional, StopValidation

from portal.assessment.ladder import LINE, LINES, OBJECT_DAYS, REASON, Draft
from portal.core.errors import Invalid
from portal.core.i18n import translate
from portal.core.text import Message, Text, _
from portal.web.forms import PlainForm, key_field
from portal.web.inputs import CleanString, Unusable, _l, clean_text, local_path, parse_date, row_id

_ADDRESS = re.compile(r"(?:https?://[^/\s]+)?(/[0-9]{6}/[!-~]{1,180})$")
"""The address of a page of this portal, pasted at the end of a line."""


def read_lines(text: str, most: int = LINES, length: int = LINE) -> list[str]:
    """One a line, blank lines dropped. ``Unusable`` names the first bad line."""
    found = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        try:
            cleaned = clean_text(line, length)
        except Unusable as error:
            raise Unusable(Message(_("第 %(n)s 行：%(problem)s"), n=number, problem=error.message)) from None
        if cleaned:
            found.append(cleaned)
    if len(found) > most:
        raise Unusable(Message(_("共 %(n)s 行，最多 %(max)s 行。"), n=len(found), max=most))
    return found


def read_evidence(text: str) -> tuple[tuple[str, str], ...]:
    """(words, path of the record inside the portal or '') of each line."""
    found = []
    for line in read_lines(text, length=LINE + 200):
        match = _ADDRESS.search(line)
        path = local_path(match[1]) if match else ""
        words = line[: match.start()].strip() if match and path else line
        found.append((clean_text(words, LINE) or path, path))
    return tuple(found)


class EvidenceField(TextAreaField):
    """Lines; ``given`` once valid."""

    given: tuple[tuple[str, str], ...] = ()

    def pre_validate(self, form: Any) -> None:
        try:
            self.given = read_evidence(self.data or "")
        except Unusable as error:
            raise StopValidation(str(translate(error.message))) from error


class ProposeForm(PlainForm):
    """Choices are checked by the service. ``derived``: unit and mark of the row that the portal proposed."""

    unit = SelectField(_l("单位"), coerce=row_id, validate_choice=False)
    rung = SelectField(_l("措施"), validate_choice=False)
    trigger = SelectField(_l("情形"), validate_choice=False)
    reason = TextAreaField(_l("事由"), [CleanString(REASON, lines=True)])
    evidence = EvidenceField(_l("依据"))
    skipped_why = TextAreaField(_l("越级理由"), [CleanString(300)])
    days = IntegerField(_l("申辩期限"), [Optional()])
    derived = HiddenField()
    request_key = key_field()

    def draft(self) -> Draft:
        return Draft(
            unit_id=self.unit.data or 0, rung=self.rung.data or "", trigger=self.trigger.data or "",
            reason=self.reason.data or "", evidence=self.evidence.given, skipped_why=self.skipped_why.data or "",
            days=self.days.data if self.days.data is not None else OBJECT_DAYS,
        )  # fmt: skip


class Typed:
    """Plain fields of a short form; ``check`` raises what was wrong with them, all at once."""

    def __init__(self, form: Any) -> None:
        self.form, self.problems = form, dict[str, Message | Text]()

    def text(self, name: str, length: int, *, lines: bool = False) -> str:
        try:
            return clean_text(self.form.get(name, ""), length, lines=lines)
        except Unusable as error:
            self.problems[name] = error.message
            return ""

    def day(self, name: str) -> date | None:
        given = self.form.get(name, "").strip()
        try:
            return parse_date(given) if given else None
        except Unusable as error:
            self.problems[name] = error.message
            return None

    def rows(self, name: str, most: int, length: int) -> list[str]:
        try:
            return read_lines(self.form.get(name, ""), most, length)
        except Unusable as error:
            self.problems[name] = error.message
            return []

    def check(self) -> None:
        if self.problems:
            raise Invalid(self.problems)
