"""The papers of a reward: written from the application as they are, and as the origin of an official notice."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import FieldKind
from portal.campaigns.papers import DocumentTemplate
from portal.core.clock import SHANGHAI
from portal.core.errors import NotFound
from portal.core.i18n import in_source_language, join_words, translate
from portal.core.reader import Desk
from portal.documents.official import Context
from portal.papers.composing import compose, propose_body, propose_title
from portal.papers.origins import Origin, Prepared, register_origin
from portal.papers.rendering import write_paper
from portal.papers.templates import find_template
from portal.rewards.access import Hand, Opened, open_application
from portal.rewards.flow import last_step, scheme_in_force
from portal.rewards.handling import clock_of, notify_unit
from portal.rewards.models import RewardStep
from portal.rewards.sheet import fen_of, said, tier_of
from portal.rewards.states import DECIDED, WITH_UNIT, Kind, State
from portal.web.access import now, the_actor, the_campaign, the_desk
from portal.web.declared import show_value

APPLICATION, APPROVAL, NOTICE = "application", "approval", "notice"


def offered(opened: Opened) -> list[str]:
    """Which papers there is something to write into, for this reader."""
    state, scheme = State(opened.found.state), opened.scheme
    known = scheme.documents if scheme is not None and scheme.documents else {}
    wanted = [APPLICATION] if opened.mine or opened.found.sent_at else []
    if opened.hands and state not in (*WITH_UNIT, State.SENT):
        wanted.append(APPROVAL)
    if state in DECIDED:
        wanted.append(NOTICE)
    return [k for k in wanted if k in known]


def write_form(
    session: Session, opened: Opened, campaign: Campaign, kind: str, day: date,
    drawn: tuple[dict[str, Any], dict[str, Any]] | None = None,
) -> tuple[str, bytes]:  # fmt: skip
    """Title and .docx; ``drawn``: facts and sheet of a draft, which has none of its own yet. ``NotFound`` for one that is
    not offered."""
    if kind not in offered(opened):
        raise NotFound
    scheme = scheme_in_force(opened)
    assert scheme.documents is not None
    template = find_template(campaign, scheme.documents[kind])
    found = opened.found
    with in_source_language():
        values = known_values(session, opened, campaign, template, *(drawn or (found.facts, found.sheet)))
        title = propose_title(template, values)
        notice = last_step(session, found, Kind.NOTIFIED)
        issuer = found.unit_name if kind == APPLICATION else found.payer_office
        when = date.fromisoformat(notice.facts["day"]) if notice and kind == NOTICE else None
        context = Context(
            body=issuer, issuers=(issuer,), year=day.year, number=str(notice.facts["number"]) if notice and kind == NOTICE else "",
            addressees=(found.unit_name,) if kind == NOTICE else (), day=when,
        )  # fmt: skip
        paper = compose(template, values, title, propose_body(template, values), context)
    return title, write_paper(paper)


def known_values(
    session: Session, opened: Opened, campaign: Campaign, template: DocumentTemplate, given: dict[str, Any],
    sheet: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """What is known, for whichever of it the template has a field."""
    found, scheme = opened.found, scheme_in_force(opened)
    ledger = campaign.ledger(scheme.ledger)
    fields = {f.key: f for f in (ledger.fields if ledger else ())}
    facts: dict[str, Any] = {k: v for k, v in given.items() if v is not None}
    value = sheet.get("value", {})
    tier = tier_of(scheme, str(value.get("tier", "")))
    notes = {k: _note(last_step(session, found, *k)) for k in _NOTED}
    decided = last_step(session, found, Kind.APPROVED, Kind.DECIDED)
    labels = {m.key: m.label for m in scheme.materials}
    known: dict[str, Any] = facts | {
        "unit": found.unit_name, "case": found.title, "case_number": found.record_number,
        "filing_number": found.case_number,
        "kind": next((show_value(f, facts[k], campaign) for k, f in fields.items() if k in facts and f.kind is FieldKind.CHOICE), ""),
        "face": fen_of(str(value["face"])) if "face" in value else None,
        "reward": sheet.get("fen"), "base": fen_of(value["base"]) if value else None,
        "addition": fen_of(value["addition"]) if value else None,
        "steps": "\n".join(str(translate(m)) for m in said(sheet.get("steps", []))),
        "tier": str(translate(tier.label)) if tier else "",
        "materials": join_words(labels[k] for k in found.materials or labels if k in labels),
        "opinion": notes[Kind.PREPARED,], "review": notes[Kind.REVIEWED,],
        "decision": notes[Kind.APPROVED, Kind.DECIDED],
        "approver": str(decided.facts.get("authority", "")) if decided else "",
        "approved_on": found.approved_on.isoformat() if found.approved_on else None,
    }  # fmt: skip
    return {f.key: known[f.key] for f in template.fields if known.get(f.key) not in (None, "")}


_NOTED: tuple[tuple[Kind, ...], ...] = ((Kind.PREPARED,), (Kind.REVIEWED,), (Kind.APPROVED, Kind.DECIDED))


def _note(step: RewardStep | None) -> str:
    """Its words with who and when; of a superior's decision the number too."""
    if step is None:
        return ""
    number = str(step.facts.get("number", ""))
    at = step.at.astimezone(SHANGHAI).date().isoformat()
    return " ".join(part for part in (step.note, number, step.by, at) if part)


# ------------------------------------------------------------------------------------- the official notice
def _prepare(session: Session, desk: Desk, application_id: int, _template: str, _now: datetime) -> Prepared:
    opened = open_application(session, desk, the_campaign(), application_id)
    scheme, found = scheme_in_force(opened), opened.found
    if Hand.PREPARE not in opened.hands or State(found.state) is not State.APPROVED:
        raise NotFound
    key = (scheme.documents or {}).get(NOTICE, "")
    wanted = find_template(the_campaign(), key)
    inside = found.tenant_id == desk.tenant_id
    return Prepared(
        template=key, values=known_values(session, opened, the_campaign(), wanted, found.facts, found.sheet),
        unit_ids=(found.unit_id,) if inside else (), main_text="" if inside else found.unit_name,
    )  # fmt: skip


def _issued(session: Session, application_id: int, number: str) -> None:
    """The notice is out: the unit is told and the clock stops; late, the office gives the reason on the page itself."""
    try:
        opened = open_application(session, the_desk(), the_campaign(), application_id)
    except NotFound:
        return
    clock = clock_of(session, opened)
    if (
        Hand.PREPARE in opened.hands
        and opened.found.state == State.APPROVED
        and (clock is None or now() <= clock.due_at)
    ):
        notify_unit(session, the_actor(), now(), opened=opened, number=number)


register_origin(
    "reward", Origin(_prepare, ("rewards.application", "application_id"), ("reward_notice",), _issued)
)
