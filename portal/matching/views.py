"""Pages of matching: 查重, a county's own hints and joint matters, the city's pairs. Further pages at the end."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, request

from portal.campaigns.matching import MatchKind
from portal.core.errors import NotFound
from portal.core.posts import Right
from portal.core.reader import Desk
from portal.core.text import Text, _
from portal.ledger.access import own_units, readable_by
from portal.ledger.following import register_follower, register_panel
from portal.ledger.models import Record
from portal.matching import asking, entries, limits, listing, panel
from portal.matching.joints import get_twin
from portal.matching.linking import split_words
from portal.matching.models import JointTwin, MatchHint, PairState
from portal.matching.words import (
    EVENTS,
    JOINT_LABELS,
    JOINT_LIGHTS,
    KIND_LABELS,
    PAIR_LABELS,
    PAIR_LIGHTS,
    PART_LABELS,
    ROLE_LABELS,
    say_kinds,
)
from portal.tenants.models import Level
from portal.web.access import logged_in, now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import Unusable, clean_text, row_id

blueprint = Blueprint("matching", __name__, template_folder="templates")
register_follower(entries.follow)
register_panel(panel.PANEL)


def at() -> dict[str, Any]:
    desk = the_desk()
    return {"tenant": desk.tenant_code, "campaign": desk.campaign}


def is_city(desk: Desk) -> bool:
    """Reads both sides: office and convenors of a city."""
    return desk.tenant_level == Level.CITY and Right.RECORD_READ_ALL in desk.rights


def the_city() -> Desk:
    desk = the_desk()
    if not is_city(desk):
        raise NotFound
    return desk


def page_number() -> int:
    return min(max(row_id(request.args.get("page", "")), 1), 1000)


def typed_text(name: str, most: int) -> str:
    """Of the form; ``Unusable`` says what is wrong with it."""
    return clean_text(request.form.get(name, ""), most, lines=True)


def kinds_here() -> dict[MatchKind, Text]:
    """Kinds that the campaign's ledgers compare."""
    used = {f.match for x in the_campaign().ledgers for f in x.matched}
    return {kind: label for kind, label in KIND_LABELS.items() if kind in used}


@blueprint.context_processor
def _helpers() -> dict[str, Any]:
    return {
        "split_words": split_words, "say_kinds": say_kinds, "kind_labels": KIND_LABELS, "pair_labels": PAIR_LABELS,
        "pair_lights": PAIR_LIGHTS, "joint_labels": JOINT_LABELS, "joint_lights": JOINT_LIGHTS, "role_labels": ROLE_LABELS,
        "part_labels": PART_LABELS, "match_events": EVENTS, "is_city": is_city, "waiting_counts": _waiting_counts,
    }  # fmt: skip


def _waiting_counts() -> dict[str, int]:
    return listing.count_waiting(the_session(), the_desk().campaign)


@blueprint.get("/<tenant>/<campaign>/matching")
@logged_in
def index() -> Any:
    desk = the_desk()
    return _pairs_page() if is_city(desk) else _own_page(desk)


def _pairs_page() -> str:
    args = request.args
    filters = listing.Filters(
        kind=args.get("kind", "") if args.get("kind", "") in list(MatchKind) else "",
        state=args.get("state", "") if args.get("state", "") in list(PairState) else "",
        page=page_number(),
    )
    rows, more = listing.list_pairs(the_session(), the_desk().campaign, filters)
    given = {k: v for k, v in (("kind", filters.kind), ("state", filters.state)) if v}
    return render_template(
        "matching/pairs.html", at=at(), campaign=the_campaign(), rows=rows, more=more, filters=filters, args=given,
        kinds=kinds_here(),
    )  # fmt: skip


def _own_page(desk: Desk) -> str:
    """What the county may know: its entries with the hint, and the joint matters it is asked into."""
    session, page = the_session(), page_number()
    units = own_units(desk)
    hinted = sa.select(MatchHint.record_id).where(MatchHint.others > 0)
    query = (
        sa.select(Record.id, Record.number, Record.title, Record.known_at)
        .where(Record.campaign == desk.campaign, Record.id.in_(hinted))
        .order_by(Record.known_at.desc(), Record.id.desc())
    )
    twins = (
        sa.select(
            JointTwin.id, JointTwin.number, JointTwin.joint_state, JointTwin.role, JointTwin.state, JointTwin.host,
            JointTwin.asked_at, JointTwin.record_id, Record.number.label("entry"), Record.title,
        )
        .join(Record, sa.and_(Record.tenant_id == JointTwin.tenant_id, Record.id == JointTwin.record_id))
        .where(JointTwin.campaign == desk.campaign)
        .order_by(JointTwin.asked_at.desc(), JointTwin.id)
        .limit(listing.PAGE)
    )  # fmt: skip
    if units is not None:
        query, twins = query.where(readable_by(units)), twins.where(readable_by(units))
    rows = session.execute(query.limit(listing.PAGE + 1).offset((page - 1) * listing.PAGE)).all()
    hints = panel.read_hints(session, [r.id for r in rows[: listing.PAGE]])
    return render_template(
        "matching/own.html", at=at(), campaign=the_campaign(), rows=rows[: listing.PAGE], more=len(rows) > listing.PAGE,
        page=page, hints=hints, twins=session.execute(twins).all(), may_ask=Right.MATCH_ASK in desk.rights,
        kinds=kinds_here(),
    )  # fmt: skip


@blueprint.get("/<tenant>/<campaign>/matching/ask")
@require(Right.MATCH_ASK)
def ask_page() -> Any:
    return _ask_page(None, "")


@blueprint.post("/<tenant>/<campaign>/matching/ask")
@require(Right.MATCH_ASK)
def ask() -> Any:
    """Answers 200 also where it refuses: every question stays in the trail."""
    desk, kinds = the_desk(), kinds_here()
    chosen, typed = request.form.get("kind", ""), request.form.get("value", "")
    kind = next((k for k in kinds if k.value == chosen), None)
    if kind is None:
        return _ask_page(_("请选择要素种类。"), typed), 422
    try:
        value = clean_text(typed, 400, lines=True)
    except Unusable as error:
        return _ask_page(error.message, typed, kind), 422
    reply = asking.ask(
        the_session(),
        the_actor(),
        now(),
        desk=desk,
        campaign=the_campaign(),
        kind=kind,
        typed=value,
    )
    return _ask_page(None if reply.answered else reply.text, typed, kind, reply)


def _ask_page(
    problem: Any, typed: str, kind: MatchKind | None = None, reply: asking.Reply | None = None
) -> str:
    use = limits.read_use(the_session(), the_actor(), now(), limits.Way.ASK)
    return render_template(
        "matching/ask.html", at=at(), campaign=the_campaign(), kinds=kinds_here(), problem=problem, typed=typed,
        chosen=kind, reply=reply, use=use, most=limits.LIMITS[limits.Way.ASK],
    )  # fmt: skip


def readable_twin(twin_id: int) -> tuple[JointTwin, Record]:
    """Of an entry that the desk reads."""
    desk, session = the_desk(), the_session()
    units = own_units(desk)
    twin = get_twin(session, desk.campaign, twin_id)
    query = sa.select(Record).where(Record.tenant_id == twin.tenant_id, Record.id == twin.record_id)
    found = session.scalars(query if units is None else query.where(readable_by(units))).one_or_none()
    if found is None:
        raise NotFound
    return twin, found


from portal.matching import city_pages, joint_pages, totals_pages  # noqa: E402

__all__ = ["blueprint", "city_pages", "joint_pages", "totals_pages"]
