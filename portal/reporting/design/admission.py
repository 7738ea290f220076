"""Form admission (报表准入): which columns of a new form are known already, and what its rules need.

Nobody is asked twice for one figure: a column that some form of the tenant has already is linked to it,
taken out, or kept with a written reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Field, FieldKind, Form, Grade
from portal.core.text import Message, Text, _, written
from portal.reporting.catalogue import LOCAL_PREFIX, element_of, ended, forms_with
from portal.reporting.models import LocalForm

_ALIKE = (
    frozenset({FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.CHOICE, FieldKind.CHOICES}),
    frozenset({FieldKind.DATE, FieldKind.MOMENT}),
)
_COUNTERS = written("件起人名次期户条家个场份张笔批处台枚")
_SAME_COUNTER = str.maketrans(written("起名次期"), written("件人场场"))
"""Cases and occurrences, persons and names, times and terms and sessions are counted alike."""
_TIMES = written("次")
_PERSON_TIMES = written("人次")
"""Persons counted each time: not the same as persons."""
_OF_WHICH = re.compile(written("^(?:其中|含)[:：]?"))
_UNIT_IN_BRACKETS = re.compile(r"\((?:[" + _COUNTERS + written("]|万?元|人次)") + r"\)")
_MARKS = re.compile(written(r"[\s()\[\]{}<>【】《》“”\"'、,.:;·\-]+"))
_NUMBER = written("(?:总数|数量|数)")
_COUNTED = re.compile(
    rf"(?:(?P<times>{_PERSON_TIMES}|[{_COUNTERS}]{_TIMES}){_NUMBER}?|(?P<counter>[{_COUNTERS}])?{_NUMBER})$"
)


@dataclass(frozen=True)
class Name:
    """What a label may stand for. ``stems``: its readings, the plain text first; ``counter``: what it counts, '' =
    unknown.
    """

    stems: tuple[str, ...]
    counter: str

    def means(self, other: Name) -> bool:
        """Whether both may name one column: a reading in common, and nothing said of different things counted."""
        if self.counter and other.counter and self.counter != other.counter:
            return False
        return not set(self.stems).isdisjoint(other.stems)


@lru_cache(4096)
def name_of(label: str, unit: str = "") -> Name:
    """NFKC without blanks, marks, a leading "of which", a unit in brackets; and without the plural counter."""
    text = unicodedata.normalize("NFKC", label)
    text = _UNIT_IN_BRACKETS.sub("", re.sub(r"\s+", "", text))
    text = _MARKS.sub("", _OF_WHICH.sub("", text)).casefold()
    found = _COUNTED.search(text)
    counter = (found["times"] or found["counter"] or "") if found else ""
    stems = [text]
    if found:  # the counter may belong to the word or to the number
        stems += [text[: found.start()] + counter, text[: found.start()]]
    kept = tuple(dict.fromkeys(s for s in stems if s))
    return Name(kept, _counter(counter) or _counter(unit))


def _counter(text: str) -> str:
    """The one letter that stands for a counter; '' for what is none."""
    if text == _PERSON_TIMES:
        return text
    text = text[:-1] if len(text) == 2 and text.endswith(_TIMES) else text
    return text.translate(_SAME_COUNTER) if len(text) == 1 and text in _COUNTERS else ""


def field_name(field: Field) -> Name:
    return name_of(str(field.label), str(field.unit or ""))


def alike(one: FieldKind, other: FieldKind) -> bool:
    """Whether columns of these kinds may hold the same thing."""
    return one is other or any(one in kinds and other in kinds for kinds in _ALIKE)


@dataclass(frozen=True)
class Known:
    """A column that some form of the tenant has."""

    element: str
    field: Field
    form: str
    """Label of the form."""
    place: tuple[str, str]
    """Campaign and form it stands in."""

    @property
    def name(self) -> Message:
        return Message(_("%(label)s（%(form)s）"), label=self.field.label, form=Text(self.form))

    def means(self, field: Field) -> bool:
        if field.element:
            return field.element == self.element
        if not alike(field.kind, self.field.kind):
            return False
        return field_name(field).means(field_name(self.field))

    def fills(self, field: Field) -> bool:
        """Whether the known figure may stand in a column of that kind."""
        return field.kind is self.field.kind


def list_known(
    session: Session, tenant_id: int, campaigns: Sequence[Campaign], *, but: tuple[str, str], on: Any
) -> list[Known]:
    """The columns of every form of these campaigns and of the tenant's own forms; one statement.

    ``but``: campaign and form whose own additions are left out: they are what is being looked at.
    """
    newest: dict[str, dict[str, LocalForm]] = {}
    for row in session.scalars(
        sa.select(LocalForm)
        .where(LocalForm.tenant_id == tenant_id, LocalForm.released_at.is_not(None))
        .order_by(LocalForm.number)
    ):
        newest.setdefault(row.campaign, {})[row.form] = row
    found = []
    for campaign in campaigns:
        rows = {k: row for k, row in newest.get(campaign.key, {}).items() if not ended(row, on)}
        for form in forms_with(campaign, rows):
            place = (campaign.key, form.key)
            for field in form.fields:
                if place != but or not field.key.startswith(LOCAL_PREFIX):
                    element = element_of(campaign.key, form.key, field)
                    found.append(Known(element, field, str(form.label), place))
    return found


def find_known(field: Field, known: Iterable[Known]) -> list[Known]:
    """The known columns that mean the same, those with an element of their own first."""
    return sorted((k for k in known if k.means(field)), key=lambda k: not k.field.element)


class _Watched(dict[str, Any]):
    """Values that remember which keys a rule has read."""

    def __init__(self, values: Mapping[str, Any], seen: set[str]) -> None:
        super().__init__(values)
        self._seen = seen

    def get(self, key: str, default: Any = None) -> Any:
        self._seen.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self._seen.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._seen.add(str(key))
        return super().__contains__(key)


def needed_by(form: Form) -> dict[str, Message | Text]:
    """Field key -> the rule that reads it; such a column cannot be hidden."""
    labels = {f.key: f.label for f in form.fields}
    found: dict[str, Message | Text] = {}
    for keys, reason in _needs(form, labels):
        for key in keys:
            found.setdefault(key, reason)
    return {key: reason for key, reason in found.items() if key in labels}


def _needs(form: Form, labels: Mapping[str, Text]) -> Iterator[tuple[Iterable[str], Message | Text]]:
    trials = [form.example, {}, dict.fromkeys(labels, 1), dict.fromkeys(labels, 10**8)]
    for check in form.checks:
        seen = set(check.fields)
        for values in trials:
            with suppress(Exception):
                check.find(_Watched(values, seen))
        named = [labels[k] for k in check.fields if k in labels]
        if len(named) > 2:
            yield seen, Message(_("校验“%(field)s”等 %(n)s 栏要用"), field=named[0], n=len(named))
        else:
            yield seen, Message(_("校验“%(fields)s”要用"), fields="、".join(named))
    for comparison in form.comparisons:
        seen = set(comparison.fields)
        for values in trials:
            with suppress(Exception):
                comparison.find(_Watched(values, seen), _Watched(values, seen))
        yield seen, _("与上期比较要用")
    for metric in form.metrics:
        seen = set()
        for values in trials:
            with suppress(Exception):
                metric.evaluate(_Watched(values, seen))
        yield seen, Message(_("指标“%(label)s”要用"), label=metric.label)
    yield form.headline, _("统计页的主要指标要用")
    for field in form.fields:
        if field.carries:
            yield (field.carries, field.key), Message(_("“%(label)s”承接上期要用"), label=field.label)


def example_fails(form: Form, hidden: Iterable[str]) -> Message | None:
    """What an error check says of the form's example without the hidden columns."""
    left = {key: value for key, value in form.example.items() if key not in set(hidden)}
    for check in form.checks:
        if check.grade is Grade.ERROR:
            with suppress(Exception):
                said = check.find(left)
                if said is not None:
                    return said
    return None
