"""The editor's page: from its inputs to the content of a draft, and back as it was typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.campaigns.forms import Form
from portal.core.i18n import translate
from portal.core.text import Message, Text, _
from portal.reporting.design.admission import Known
from portal.reporting.design.local_content import (
    DEFINITION_LENGTH,
    LABEL_LENGTH,
    NAME_LENGTH,
    REASON_LENGTH,
    UNIT_LENGTH,
    Column,
    Content,
)
from portal.web.inputs import Unusable, clean_text, parse_date

Problems = dict[str, Message | Text]
_ROW = re.compile(r"c(\d{1,4})-kind\Z")
_DOCUMENT_LENGTH = 200


@dataclass(frozen=True)
class Inputs:
    """What stands in the inputs of the page; ``columns`` as typed, one per row."""

    texts: Mapping[str, str]
    columns: tuple[Column, ...]
    hidden: tuple[str, ...]
    members: tuple[str, ...]


def element_names(known: Sequence[Known]) -> dict[str, str]:
    """What the list of known figures shows -> element; the first of equal names counts."""
    names: dict[str, str] = {}
    for k in known:
        names.setdefault(str(translate(k.name)), k.element)
    return names


def shown(content: Content, form: Form | None, names: Mapping[str, str]) -> Inputs:
    """A stored draft as its inputs."""
    by_element = {element: name for name, element in reversed(list(names.items()))}
    texts = {
        "label": content.label,
        "period": content.period,
        "once": content.once.isoformat() if content.once else "",
        "rule": content.rule,
        "shift": content.shift,
        "days-earlier": str(content.days_earlier),
        "basis": content.basis,
        "readers": content.readers,
        "ends-on": content.ends_on.isoformat() if content.ends_on else "",
        "reason": content.reason,
    }
    for f in form.fields if form else ():
        texts[f"label-{f.key}"] = content.labels.get(f.key, str(f.label))
        texts[f"define-{f.key}"] = content.definitions.get(f.key, str(f.definition or ""))
    for n, column in enumerate(content.columns):
        texts[f"c{n}-element"] = by_element.get(column.element, column.element)
    return Inputs(texts, content.columns, content.hidden, content.members)


def read(
    posted: MultiDict[str, str], form: Form | None, names: Mapping[str, str]
) -> tuple[Content, Inputs, Problems]:
    """The content, the inputs as typed, and what could not be read. Inputs that the page does not have are ignored."""
    problems: Problems = {}

    def text(name: str, longest: int) -> str:
        try:
            return clean_text(posted.get(name, ""), longest)
        except Unusable as error:
            problems[name] = error.message
            return posted.get(name, "")

    def day(name: str) -> date | None:
        given = posted.get(name, "").strip()
        try:
            return parse_date(given) if given else None
        except Unusable as error:
            problems[name] = error.message
            return None

    columns, texts = [], {k: v for k, v in posted.items() if not k.startswith("c")}
    for n, place in enumerate(sorted(int(m[1]) for m in map(_ROW.match, posted) if m)):
        given = posted.get(f"c{place}-element", "").strip()
        row_problems = len(problems)
        column = Column(
            key=posted.get(f"c{place}-key", "")[:48],
            label=text(f"c{place}-label", LABEL_LENGTH),
            kind=posted.get(f"c{place}-kind", ""),
            unit=text(f"c{place}-unit", UNIT_LENGTH),
            definition=text(f"c{place}-definition", DEFINITION_LENGTH),
            owners=tuple(dict.fromkeys(posted.getlist(f"c{place}-owners"))),
            required=bool(posted.get(f"c{place}-required")),
            element=names.get(given, ""),
            keep=text(f"c{place}-keep", REASON_LENGTH),
        )
        if given and not column.element:
            problems[f"c{place}-element"] = _("没有这个数据项，请从列表中选择，或留空。")
        for name in list(problems)[row_problems:]:  # rows are counted anew
            problems[name.replace(f"c{place}-", f"c{n}-", 1)] = problems.pop(name)
        texts[f"c{n}-element"] = given
        columns.append(column)
    earlier = posted.get("days-earlier", "").strip() or "0"
    if not (earlier.isascii() and earlier.isdigit() and len(earlier) < 4):
        problems["days-earlier"] = _("请填整数天数，例如 3。")
        earlier = "0"
    keys = [f.key for f in form.fields] if form else []
    content = Content(
        columns=tuple(columns),
        labels={k: text(f"label-{k}", LABEL_LENGTH) for k in keys if f"label-{k}" in posted},
        definitions={k: text(f"define-{k}", DEFINITION_LENGTH) for k in keys if f"define-{k}" in posted},
        hidden=tuple(k for k in keys if posted.get(f"hide-{k}")),
        days_earlier=int(earlier),
        basis=text("basis", _DOCUMENT_LENGTH),
        readers=text("readers", _DOCUMENT_LENGTH),
        ends_on=day("ends-on"),
        reason=text("reason", REASON_LENGTH),
        label=text("label", NAME_LENGTH),
        period=posted.get("period", ""),
        once=day("once"),
        rule=posted.get("rule", ""),
        shift=posted.get("shift", ""),
        members=tuple(dict.fromkeys(posted.getlist("members"))),
    )
    return content, Inputs(texts, content.columns, content.hidden, content.members), problems


def without_blank(content: Content) -> Content:
    """Rows in which nothing was typed are no columns."""
    kept = [c for c in content.columns if c.label or c.definition or c.element or c.key or c.unit]
    return _with(content, kept)


def changed(content: Content, action: str, elements: Mapping[int, str]) -> Content | None:
    """One more row, one row less, or a row linked to the known figure; None for any other action.

    ``elements``: row -> the known figure's element.
    """
    columns = list(content.columns)
    what, _dash, place = action.partition("-")
    if action == "add":
        return _with(content, [*columns, Column()])
    if not (place.isascii() and place.isdigit() and len(place) < 5 and int(place) < len(columns)):
        return None
    n = int(place)
    if what == "remove":
        return _with(content, columns[:n] + columns[n + 1 :])
    if what == "link" and n in elements:
        linked = Column(**vars(columns[n]) | {"element": elements[n]})
        return _with(content, [*columns[:n], linked, *columns[n + 1 :]])
    return None


def _with(content: Content, columns: Sequence[Column]) -> Content:
    given: dict[str, Any] = vars(content) | {"columns": tuple(columns)}
    return Content(**given)
