"""What is typed of minutes: the texts, who was there, the resolutions; read from a form or a draft, and checked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from portal.core.errors import Invalid
from portal.core.text import Message, Text, _
from portal.documents.marks import refuse_marks
from portal.web.inputs import Unusable, clean_text, parse_date, row_id

TITLE, TEXT, PART, LINE, PERSON, WHY = 120, 20_000, 8_000, 1_000, 60, 300
"""Characters that are taken."""
DRAFTED = 200_000
"""Of one field of a draft, which is kept as it was typed."""
MOST, MOST_SUPPORTING, MOST_DAYS = 60, 60, 250
Problems = dict[str, Message | Text]


@dataclass(frozen=True)
class Line:
    """A resolution as typed. ``id`` 0 = new, ``lead`` 0 = none yet; ``due`` and ``days``: one of the two."""

    id: int = 0
    text: str = ""
    lead: int = 0
    supporting: tuple[int, ...] = ()
    person: str = ""
    due: str = ""
    days: str = ""
    item: int = 0
    """Agenda item, 0 = none."""

    @property
    def empty(self) -> bool:
        return not (
            self.text.strip() or self.lead or self.supporting or self.person.strip() or self.due or self.days
        )


@dataclass(frozen=True)
class Content:
    """``parts``: agenda item id -> text; ``attendance``: lines as typed (出席：…); ``why``: of a correction."""

    title: str = ""
    text: str = ""
    parts: Mapping[int, str] = field(default_factory=dict)
    undecided: str = ""
    attendance: str = ""
    lines: tuple[Line, ...] = ()
    orders: bool = True
    why: str = ""

    def stored(self) -> dict[str, Any]:
        """For a draft."""
        rows = [vars(line) | {"supporting": list(line.supporting)} for line in self.lines]
        plain = {
            name: getattr(self, name)
            for name in ("title", "text", "undecided", "attendance", "orders", "why")
        }
        return plain | {"parts": {str(k): v for k, v in self.parts.items()}, "lines": rows}


def from_draft(stored: Mapping[str, Any]) -> Content:
    lines = tuple(Line(**(row | {"supporting": tuple(row["supporting"])})) for row in stored["lines"])
    return Content(
        **(dict(stored) | {"parts": {int(k): v for k, v in stored["parts"].items()}, "lines": lines})
    )


def from_form(form: Any) -> Content:
    """As typed, nothing checked; ``form`` is a ``MultiDict``. Rows come in the order of their ``row`` fields."""

    def typed(name: str) -> str:
        return str(form.get(name, "")).replace("\0", "").replace("\r\n", "\n")[:DRAFTED]

    keys = [k for k in dict.fromkeys(form.getlist("row")) if k.isascii() and k.isalnum() and len(k) < 20][
        :MOST
    ]
    lines = tuple(
        Line(
            row_id(form.get(f"id-{k}", "")), typed(f"text-{k}"), row_id(form.get(f"lead-{k}", "")),
            tuple(row_id(u) for u in form.getlist(f"supporting-{k}")[:MOST_SUPPORTING]), typed(f"person-{k}"),
            typed(f"due-{k}")[:20], typed(f"days-{k}")[:20], row_id(form.get(f"item-{k}", "")),
        )
        for k in keys
    )  # fmt: skip
    parts = {row_id(name[5:]): typed(name) for name in form if name.startswith("part-") and row_id(name[5:])}
    return Content(
        title=typed("title"), text=typed("text"), parts=parts, undecided=typed("undecided"),
        attendance=typed("attendance"), lines=lines, orders="orders" in form, why=typed("why"),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------- rows
def move(content: Content, place: int, by: int) -> Content:
    """``by`` 0 takes the row out."""
    lines = list(content.lines)
    if 0 <= place < len(lines):
        line = lines.pop(place)
        if by:
            lines.insert(max(0, place + by), line)
    return replace(content, lines=tuple(lines))


def put_off(content: Content, place: int) -> Content:
    """The row is no decision: its words go to what stayed undecided."""
    if not 0 <= place < len(content.lines):
        return content
    words = content.lines[place].text.strip().replace("\n", " ")
    undecided = "\n".join(t for t in (content.undecided.rstrip(), words) if t)
    return replace(move(content, place, 0), undecided=undecided)


def with_attendance(content: Content, text: str) -> Content:
    return replace(content, attendance=text)


def add_line(content: Content) -> Content:
    return replace(content, lines=(*content.lines, Line())[:MOST])


# ------------------------------------------------------------------------------------------------ checks
def clean(content: Content) -> Content:
    """The same with clean texts and without empty rows; ``Invalid`` names the field, ``text-2`` that of a row."""
    refuse_secrets(content)
    problems: Problems = {}

    def take(key: str, text: str, most: int, *, lines: bool = False) -> str:
        try:
            text = clean_text(text, most, lines=lines)
        except Unusable as error:
            problems[key] = error.message
        return text

    found = Content(
        title=take("title", content.title, TITLE),
        text=take("text", content.text, TEXT, lines=True),
        parts={k: take(f"part-{k}", v, PART, lines=True) for k, v in content.parts.items()},
        undecided=take("undecided", content.undecided, PART, lines=True),
        attendance=take("attendance", content.attendance, PART, lines=True),
        lines=tuple(
            replace(line, text=take(f"text-{n}", line.text, LINE, lines=True), person=take(f"person-{n}", line.person, PERSON))
            for n, line in enumerate(content.lines)
        ),
        orders=content.orders,
        why=take("why", content.why, WHY),
    )  # fmt: skip
    for n, line in enumerate(found.lines):
        if said := _due_problem(line):
            problems[f"due-{n}"] = said
    if not found.title:
        problems["title"] = _("请写纪要标题。")
    if problems:
        raise Invalid(problems)
    return replace(found, lines=tuple(line for line in found.lines if not line.empty))


def refuse_secrets(content: Content) -> None:
    """``SecretText`` at the first field that bears a mark of secrecy; not even a draft may hold one."""
    texts = {"title": content.title, "text": content.text, "undecided": content.undecided}
    texts |= {"attendance": content.attendance, "why": content.why}
    texts |= {f"part-{k}": v for k, v in content.parts.items()}
    texts |= {f"text-{n}": line.text for n, line in enumerate(content.lines)}
    refuse_marks(texts | {f"person-{n}": line.person for n, line in enumerate(content.lines)})


def _due_problem(line: Line) -> Message | Text | None:
    """Of what cannot be read; that it is missing is another matter."""
    if line.due.strip():
        try:
            parse_date(line.due)
        except Unusable as error:
            return error.message
    if line.days.strip() and days_of(line) is None:
        return Message(_("工作日数请填 1 至 %(n)s 的整数。"), n=MOST_DAYS)
    if line.due.strip() and line.days.strip():
        return _("日期和工作日数只填一种。")
    return None


def day_of(line: Line) -> date | None:
    return parse_date(line.due) if line.due.strip() else None


def days_of(line: Line) -> int | None:
    number = row_id(line.days.strip())
    return number if 0 < number <= MOST_DAYS else None


def find_gaps(
    lines: Sequence[Line],
    *,
    members: Collection[int],
    names: Mapping[int, str],
    since: date,
    settled: Collection[int] = (),
) -> Problems:
    """What keeps minutes from being finished (M-18), each at its row. ``names``: of every unit that is named; ``since``:
    no limit lies before this day; ``settled``: rows that are orders already, whose units and limit follow the order."""
    gaps: Problems = {}
    for n, line in enumerate(lines):
        if not line.text.strip():
            gaps[f"text-{n}"] = _("请写明议定的事项；不需要的请删除这一行。")
        if not line.person.strip():
            gaps[f"person-{n}"] = _("请写责任人的岗位，例如“分管领导”“业务科科长”，不必写姓名。")
        day = day_of(line)
        if not line.lead:
            gaps[f"lead-{n}"] = _("请选牵头单位，一项只有一个。")
        if day is None and days_of(line) is None:
            gaps[f"due-{n}"] = _("请写完成时限：选日期，或填几个工作日。")
        if line.id and line.id in settled:
            continue
        if line.lead and line.lead not in members:
            gaps[f"lead-{n}"] = Message(
                _(
                    "%(unit)s已退出本机制，不能牵头。请改选现成员单位；确由该单位承担的，先把它重新列为成员单位。"
                ),
                unit=names.get(line.lead) or _("该单位"),
            )
        gone = [names.get(u, "") for u in line.supporting if u not in members]
        if gone:
            text = _("%(units)s已退出本机制，不能配合，请取消勾选。")
            gaps[f"supporting-{n}"] = Message(text, units="、".join(x for x in gone if x) or _("其中的单位"))
        if day is not None and day < since:
            gaps[f"due-{n}"] = Message(
                _("时限 %(day)s 已经过去，请改为 %(since)s 或以后。"),
                day=day.isoformat(),
                since=since.isoformat(),
            )
    return gaps


def attendance_of(text: str) -> list[list[str]]:
    """出席：甲、乙 → [出席, 甲、乙]; a line without a colon goes on with the one before."""
    found: list[list[str]] = []
    for line in text.split("\n"):
        label, colon, who = line.strip().partition("\uff1a")
        if colon and len(label) <= 12:
            found.append([label, who.strip()])
        elif line.strip():
            if not found:
                found.append([str(_("出席")), ""])
            found[-1][1] = "".join((found[-1][1], line.strip()))
    return found
