"""The form of a paper: what was typed into it, read and written. The page's own inputs begin with ``paper-``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import FieldKind
from portal.campaigns.papers import DocumentTemplate
from portal.core.text import Message, _, written
from portal.papers import texts
from portal.papers.origins import Prepared
from portal.papers.writing import BODY, MOST_COPIES, OFFICE, Content, Problems, Terms
from portal.web.declared import Typed, input_texts, read_values
from portal.web.inputs import Unusable, clean_text, row_id

MOST_FILES = 20
ATTENDANCE = ("present", "leave", "observing")
_ATTENDANCE = dict(zip(ATTENDANCE, (written("出席"), written("请假"), written("列席")), strict=True))
_LINES = {"main-text": texts.LINE, "copy-text": texts.LINE, "insist": texts.WHY, "why-long": texts.WHY}
LONGEST = {"title": texts.TITLE, "body": texts.BODY, **_LINES}
_KEPT = 80_000
"""Characters of one input that an autosave keeps."""


@dataclass
class Sheet:
    """A form that was sent. ``content`` holds only if there are no ``problems``; ``missing``: required fields without
    an answer, which a draft may lack. ``cleaned``: how many unseen characters went."""

    content: Content
    typed: Typed
    problems: Problems
    missing: Problems
    cleaned: int


def read_sheet(
    posted: MultiDict[str, str], template: DocumentTemplate, campaign: Campaign, units: Collection[int]
) -> Sheet:
    """``units``: ids that may be chosen; others are not heard."""
    cleaned = 0
    problems: Problems = {}

    def text(name: str, most: int, *, lines: bool = False) -> str:
        nonlocal cleaned
        given, gone = texts.tidy(posted.get(f"paper-{name}", ""))
        cleaned += gone
        try:
            return clean_text(given, most, lines=lines)
        except Unusable as error:
            problems[name] = error.message
            return given[:most]

    fields = tuple(f for f in template.fields if f.kind is not FieldKind.FILES)
    tidied: MultiDict[str, str] = MultiDict()
    for name, value in posted.items(multi=True):
        tidied.add(name, texts.tidy(value)[0])
    values, typed, wrong = read_values(fields, tidied, campaign)
    missing = {k: m for k, m in wrong.items() if typed.get(k) in ("", [], None)}
    problems |= {k: m for k, m in wrong.items() if k not in missing}
    lines = {name: text(name, most) for name, most in _LINES.items()}
    files = _list_of(text("files", texts.TITLE * MOST_FILES, lines=True))
    if len(files) > MOST_FILES or any(len(f) > texts.TITLE for f in files):
        problems["files"] = Message(
            _("附件最多 %(n)s 个，每个名称不超过 %(most)s 字，一行一个。"), n=MOST_FILES, most=texts.TITLE
        )
    present = tuple((_ATTENDANCE[k], text(k, 1000)) for k in ATTENDANCE)
    terms = Terms(
        everyone=posted.get("paper-whom") != "some",
        main=_ids(posted, "paper-main", units),
        main_text=lines["main-text"],
        copy=_ids(posted, "paper-copy", units),
        copy_text=lines["copy-text"],
        issuer=BODY if posted.get("paper-issuer") == BODY else OFFICE,
        public=bool(posted.get("paper-public")),
        proxy=bool(posted.get("paper-proxy")),
        copies=_copies(posted.get("paper-copies", ""), problems),
        files=tuple(files),
        attendance=tuple((label, who) for label, who in present if who),
        insist=lines["insist"],
        why_long=lines["why-long"],
    )
    content = Content(
        template=template, title=text("title", texts.TITLE), body=text("body", texts.BODY, lines=True), values=values,
        terms=terms,
    )  # fmt: skip
    return Sheet(content, typed, problems, missing, cleaned)


def _list_of(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _ids(posted: MultiDict[str, str], name: str, units: Collection[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(i for i in map(row_id, posted.getlist(name)) if i in units))


def _copies(text: str, problems: Problems) -> int:
    text = text.strip()
    if not text:
        return 0
    if text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= MOST_COPIES:
        return int(text)
    problems["copies"] = Message(_("请填份数，0 到 %(n)s；不印纸质的留空。"), n=MOST_COPIES)
    return 0


def form_of(content: Content, campaign: Campaign) -> MultiDict[str, str]:
    """What stands in the inputs when ``content`` is opened; ``read_sheet`` reads it back."""
    terms, found = content.terms, MultiDict[str, str]()
    for key, value in input_texts(content.template.fields, content.values).items():
        for one in value if isinstance(value, list) else [value]:
            found.add(key, one)
    plain: dict[str, Any] = {
        "title": content.title, "body": content.body, "whom": "all" if terms.everyone else "some",
        "main-text": terms.main_text, "copy-text": terms.copy_text, "issuer": terms.issuer,
        "public": "1" if terms.public else "", "proxy": "1" if terms.proxy else "",
        "copies": str(terms.copies or ""), "files": "\n".join(terms.files), "insist": terms.insist,
        "why-long": terms.why_long,
    }  # fmt: skip
    labels = {label: key for key, label in _ATTENDANCE.items()}
    plain |= {labels[label]: who for label, who in terms.attendance if label in labels}
    for name, value in plain.items():
        found.add(f"paper-{name}", value)
    for name, ids in (("main", terms.main), ("copy", terms.copy)):
        for unit_id in ids:
            found.add(f"paper-{name}", str(unit_id))
    return found


def terms_of(prepared: Prepared, *, proxy: bool, body: bool) -> Terms:
    """What an origin knows already. ``body``: the body itself issues it (纪要)."""
    return Terms(
        everyone=not (prepared.unit_ids or prepared.main_text), main=tuple(prepared.unit_ids),
        main_text=prepared.main_text, copy=tuple(prepared.copy_ids), proxy=proxy,
        files=tuple(prepared.files), attendance=tuple(prepared.attendance), issuer=BODY if body else OFFICE,
    )  # fmt: skip


def kept(posted: MultiDict[str, str]) -> dict[str, list[str]]:
    """For an autosaved draft: everything as typed, bounded."""
    own = ("csrf_token", "version", "request_key", "action")
    names = [n for n in posted if n not in own][:500]
    return {n: [v.replace("\0", "")[:_KEPT] for v in posted.getlist(n)[:500]] for n in names}


def kept_form(content: Mapping[str, Any]) -> MultiDict[str, str]:
    """An autosaved draft as a form again."""
    found: MultiDict[str, str] = MultiDict()
    for name, values in content.get("form", {}).items():
        for value in values:
            found.add(name, value)
    return found
