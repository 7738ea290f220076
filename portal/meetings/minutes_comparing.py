"""What one edition of minutes says differently from another, in words that can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from portal.core.text import Message, Text, _
from portal.documents.differences import difference
from portal.meetings.minutes_content import Content
from portal.meetings.models import MinutesEdition
from portal.meetings.resolutions import day_on_paper, due_text
from portal.meetings.services import unit_names


@dataclass(frozen=True)
class Change:
    """One part that differs: runs of (``same``, ``del`` or ``ins``, words)."""

    label: Text | Message
    runs: Sequence[tuple[str, str]]


Parts = list[tuple[Text | Message, str]]


def _decision_line(lead: str, supporting: Sequence[str], person: str, due: str, text: str) -> str:
    said = Message(
        _("%(text)s\n牵头：%(lead)s；配合：%(supporting)s；责任人：%(person)s；时限：%(due)s"),
        text=text, lead=lead or "—", supporting="、".join(supporting) or "—", person=person or "—", due=due or "—",
    )  # fmt: skip
    return str(said)


def parts_of_edition(e: MinutesEdition) -> Parts:
    found: Parts = [
        (_("标题"), e.title),
        (_("出席情况"), "\n".join("：".join(x) for x in e.attendance)),
        (_("会议情况"), e.text),
    ]
    found += [(Message(_("议题：%(title)s"), title=title), text) for title, text in e.parts]
    found += [
        (
            Message(_("议定事项第 %(n)s 项"), n=n),
            _decision_line(
                d["lead"], d["supporting"], d["person"], str(due_text(d | {"due": ""})), d["text"]
            ),
        )
        for n, d in enumerate(e.decisions, 1)
    ]
    return [*found, (_("未议决事项"), e.undecided)]


def parts_of_content(c: Content, agenda: Mapping[int, str], names: Mapping[int, str]) -> Parts:
    found: Parts = [(_("标题"), c.title), (_("出席情况"), c.attendance), (_("会议情况"), c.text)]
    found += [(Message(_("议题：%(title)s"), title=title), c.parts.get(i, "")) for i, title in agenda.items()]
    for n, x in enumerate((x for x in c.lines if not x.empty), 1):
        due = (
            day_on_paper(x.due)
            if x.due
            else Message(_("签发后 %(n)s 个工作日"), n=x.days)
            if x.days
            else Text("")
        )
        supporting = [name for u, name in names.items() if u in x.supporting]
        line = _decision_line(names.get(x.lead, ""), supporting, x.person, str(due), x.text)
        found.append((Message(_("议定事项第 %(n)s 项"), n=n), line))
    return [*found, (_("未议决事项"), c.undecided)]


def differ(old: Parts, new: Parts) -> list[Change]:
    """Part by part, in the order of the newer; what fell away comes last."""
    before, after = _keyed(old), _keyed(new)
    keys = [*after, *(k for k in before if k not in after)]
    changes = [
        ((after.get(k) or before[k])[0], before.get(k, _NONE)[1], after.get(k, _NONE)[1]) for k in keys
    ]
    return [Change(label, difference(a, b)) for label, a, b in changes if a.strip() != b.strip()]


_NONE = (Text(""), "")


def _keyed(parts: Parts) -> dict[tuple[str, int], tuple[Text | Message, str]]:
    """Two items of an agenda may bear the same title."""
    found: dict[tuple[str, int], tuple[Text | Message, str]] = {}
    for label, text in parts:
        n = 0
        while (str(label), n) in found:
            n += 1
        found[str(label), n] = label, text
    return found


def compare(
    theirs: Content, mine: Content, agenda: Mapping[int, str], session: Session, tenant_id: int
) -> list[Change]:
    """What is saved (``del``) and what is being written (``ins``)."""
    ids = {u for c in (theirs, mine) for x in c.lines for u in (x.lead, *x.supporting) if u}
    names: dict[int, Any] = unit_names(session, tenant_id, ids) if ids else {}
    return differ(parts_of_content(theirs, agenda, names), parts_of_content(mine, agenda, names))


def compare_editions(old: MinutesEdition, new: MinutesEdition) -> list[Change]:
    return differ(parts_of_edition(old), parts_of_edition(new))
