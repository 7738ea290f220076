"""The score sheet of a year: begun from what the campaign declares, changed by the office, published, closed.

A published version never changes; a later one has a reason and its difference. Closing (定档) is the convenor's, with a
document number, once the year is over and no objection is open; the results of that day are kept as they stood.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.assessment.models import ScoreEvent, ScoreObjection, ScoreResult, ScoreSheet, ScoreVersion
from portal.assessment.scores_counting import Addition, Line, as_kept, from_declared, read_lines, show_points
from portal.campaigns.declarations import Campaign
from portal.campaigns.oversight import HUNDRED, PointKind, trace_in
from portal.core.audit import Act, record
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.posts import PostKind, Right
from portal.core.reader import Desk
from portal.core.scope import Actor
from portal.core.text import Message, Text, _
from portal.notices.services import notify
from portal.units.bodies import MemberUnit

LABEL, BASIS, WHY = 60, 200, 300
MOST_LINES = 60
CLOSERS = (PostKind.CONVENOR, PostKind.DEPUTY_CONVENOR)


def subject_of(sheet: ScoreSheet) -> str:
    return f"score:{sheet.id}"


def find_sheet(session: Session, desk: Desk, year: int) -> ScoreSheet | None:
    return session.scalars(
        sa.select(ScoreSheet).where(
            ScoreSheet.tenant_id == desk.tenant_id,
            ScoreSheet.mechanism_id == desk.mechanism_id,
            ScoreSheet.year == year,
        )
    ).one_or_none()


def get_sheet(session: Session, desk: Desk, sheet_id: int) -> ScoreSheet:
    """``NotFound`` for another body's, and before it is published for all but the office and convenors."""
    found = session.scalars(
        sa.select(ScoreSheet).where(
            ScoreSheet.tenant_id == desk.tenant_id,
            ScoreSheet.mechanism_id == desk.mechanism_id,
            ScoreSheet.id == sheet_id,
        )
    ).one_or_none()
    if found is None or (not found.version and Right.REPORT_READ_ALL not in desk.rights):
        raise NotFound
    return found


def list_years(session: Session, desk: Desk) -> list[int]:
    rows = session.scalars(
        sa.select(ScoreSheet.year)
        .where(ScoreSheet.tenant_id == desk.tenant_id, ScoreSheet.mechanism_id == desk.mechanism_id)
        .order_by(ScoreSheet.year.desc())
    )
    return list(rows)


def list_versions(session: Session, sheet: ScoreSheet) -> list[ScoreVersion]:
    """Newest first."""
    return list(
        session.scalars(
            sa.select(ScoreVersion)
            .where(ScoreVersion.tenant_id == sheet.tenant_id, ScoreVersion.sheet_id == sheet.id)
            .order_by(ScoreVersion.number.desc())
        )
    )


def start_sheet(session: Session, actor: Actor, now: datetime, *, desk: Desk, campaign: Campaign, year: int) -> ScoreSheet:  # fmt: skip
    """A draft from the campaign's default, the same one for a second click."""
    today = now.astimezone(SHANGHAI).date()
    if not campaign.oversight.score:
        raise NotAllowed(_("本专项没有规定评分考核。"))
    if year not in (today.year - 1, today.year, today.year + 1):
        raise Invalid({"year": _("只能编制上年、本年和下年的评分表。")})
    if found := find_sheet(session, desk, year):
        return found
    lines = []
    for item in campaign.oversight.score:
        source = campaign.source(item.clause.source)
        lines.append(from_declared(item, f"{source.number}《{source.title}》{item.clause.article}").as_json())
    sheet = ScoreSheet(mechanism_id=desk.mechanism_id, campaign=campaign.key, year=year, draft=lines)
    try:
        with session.begin_nested():
            session.add(sheet)
    except IntegrityError:  # a colleague, at the same moment
        found = find_sheet(session, desk, year)
        if found is None:
            raise
        return found
    record(session, Act.SCORE_SET, subject_of(sheet), actor, now, {"year": year})
    return sheet


def save_line(
    session: Session, actor: Actor, now: datetime, *, sheet: ScoreSheet, edition: int, line: Line, obligations: Sequence[str]
) -> Line:  # fmt: skip
    """Add a line (``key`` '') or change one of the draft. ``edition``: of the draft that the page was opened with."""
    _lock(session, sheet, edition)
    lines = list(read_lines(sheet.draft))
    _check_line(line, obligations, lines)
    if line.key and all(known.key != line.key for known in lines):
        raise NotFound
    kept = Line(**{**line.__dict__, "key": line.key or f"own_{secrets.token_hex(4)}"})
    if line.key:
        lines = [kept if known.key == line.key else known for known in lines]
    else:
        lines.append(kept)
    _keep(session, actor, now, sheet, lines, {"line": kept.key})
    return kept


def remove_line(session: Session, actor: Actor, now: datetime, *, sheet: ScoreSheet, edition: int, key: str) -> None:  # fmt: skip
    _lock(session, sheet, edition)
    used = session.scalar(
        sa.select(sa.func.count())
        .select_from(ScoreEvent)
        .where(ScoreEvent.sheet_id == sheet.id, ScoreEvent.line == key, ScoreEvent.withdrawn_at.is_(None))
    )
    if used:
        raise Conflict(Message(_("该项已有 %(n)s 条记录，不能删去；可以改分值或写明不再使用。"), n=used))
    lines = [line for line in read_lines(sheet.draft) if line.key != key]
    _keep(session, actor, now, sheet, lines, {"removed": key})


def _keep(session: Session, actor: Actor, now: datetime, sheet: ScoreSheet, lines: Sequence[Line], data: dict[str, str]) -> None:  # fmt: skip
    sheet.draft, sheet.draft_edition = [line.as_json() for line in lines], sheet.draft_edition + 1
    record(session, Act.SCORE_SET, subject_of(sheet), actor, now, data)
    session.flush()


def _lock(session: Session, sheet: ScoreSheet, edition: int) -> None:
    session.refresh(sheet, with_for_update=True)
    if sheet.closed_at is not None:
        raise Conflict(_("本年度已定档，不能再改。"))
    if sheet.draft_edition != edition:
        raise Conflict(_("评分表已由他人修改，您的修改没有保存。请刷新页面，核对后再改。"))


def _check_line(line: Line, obligations: Sequence[str], lines: Sequence[Line]) -> None:
    problems: dict[str, Message | Text] = {}
    if not line.label:
        problems["label"] = _("请填评分项名称。")
    elif word := trace_in(line.label):
        problems["label"] = Message(
            _("不得按“%(word)s”计分：登录、点击、照片、转发、场次等痕迹不作为考核内容。"), word=word
        )
    elif any(known.label == line.label and known.key != line.key for known in lines):
        problems["label"] = _("已有同名的评分项。")
    if not line.basis:
        problems["basis"] = _("请填依据的文件和条款，没有依据的不能列入。")
    if not 1 <= line.most <= HUNDRED:
        problems["most"] = _("最多分值应为 0.01 至 100 分。")
    if not 0 <= line.each <= line.most:
        problems["each"] = _("每次分值不能大于该项最多分值；不填的由登记人写明。")
    if line.obligation and line.obligation not in obligations:
        problems["obligation"] = _("请选择有期限的限时任务；“及时”“原则上”等不计分。")
    elif line.obligation and (not line.each or line.kind is PointKind.BONUS):
        problems["obligation"] = _("由限时任务得出的，须写明每次扣多少，且不能是加分。")
    if not line.key and len(lines) >= MOST_LINES:
        problems["label"] = Message(_("最多 %(n)s 项。"), n=MOST_LINES)
    if problems:
        raise Invalid(problems)


def publish(
    session: Session, actor: Actor, now: datetime, *, sheet: ScoreSheet, edition: int, why: str,
    members: Sequence[MemberUnit], office: str, link: Callable[[int], str] = lambda _unit: "",
) -> ScoreVersion:  # fmt: skip
    """Fix the draft as the next version and tell every unit. A second version and later ones have a reason."""
    _lock(session, sheet, edition)
    lines = read_lines(sheet.draft)
    base = sum(line.most for line in lines if line.kind is PointKind.BASE)
    if base != HUNDRED:
        raise Invalid(
            {"": Message(_("基本分合计 %(n)s 分，应为 100 分，请调整后发布。"), n=show_points(base))}
        )
    if sheet.version and not why:
        raise Invalid({"why": _("发布后再改的须写明理由，各单位可以看到修改前后的差别。")})
    if sheet.version and tuple(read_lines(list_versions(session, sheet)[0].lines)) == lines:
        raise Invalid({"": _("与已发布的版本相同，没有可发布的修改。")})
    sheet.version += 1
    sheet.published_at = sheet.published_at or now
    version = ScoreVersion(
        sheet_id=sheet.id, number=sheet.version, lines=list(sheet.draft), why=why if sheet.version > 1 else "",
        by=actor.name, at=now,
    )  # fmt: skip
    session.add(version)
    record(
        session,
        Act.SCORE_PUBLISH,
        subject_of(sheet),
        actor,
        now,
        {"version": sheet.version, "why": why[:100]},
    )
    words = _("%(year)s年评分表已发布") if sheet.version == 1 else _("%(year)s年评分表有修改，请核对差别")
    for member in members:
        notify(
            session, now, mechanism_id=sheet.mechanism_id, unit_id=member.unit_id, text=Message(words, year=sheet.year),
            sender=office, link=link(member.unit_id), detail=version.why,
        )  # fmt: skip
    session.flush()
    return version


def close_sheet(
    session: Session, actor: Actor, now: datetime, *, desk: Desk, sheet: ScoreSheet, number: str,
    additions: Sequence[tuple[int, Addition]], last_object_by: datetime | None,
) -> None:  # fmt: skip
    """定档: keep every unit's addition as it stands. ``last_object_by``: when the last window to object ends."""
    if actor.account_id is None or not any(p.kind in CLOSERS for p in desk.posts):
        raise NotAllowed(_("定档由召集人决定。"))
    session.refresh(sheet, with_for_update=True)
    if sheet.closed_at is not None or not sheet.version:
        raise Conflict(_("本年度已定档，或评分表还没有发布。"))
    if now.astimezone(SHANGHAI).year <= sheet.year:
        raise Conflict(_("本年度尚未结束，不能定档。"))
    open_ = session.scalar(
        sa.select(sa.func.count())
        .select_from(ScoreObjection)
        .where(ScoreObjection.sheet_id == sheet.id, ScoreObjection.answered_at.is_(None))
    )
    if open_:
        raise Conflict(Message(_("还有 %(n)s 条申诉没有答复，答复后才能定档。"), n=open_))
    if last_object_by is not None and now <= last_object_by:
        raise Conflict(
            Message(
                _("申诉期限最晚至 %(day)s，届满后才能定档。"), day=last_object_by.astimezone(SHANGHAI).date()
            )
        )
    if not number:
        raise Invalid({"number": _("请填决定的文号。")})
    for unit_id, addition in additions:
        lines = as_kept(addition)
        session.add(ScoreResult(sheet_id=sheet.id, unit_id=unit_id, total=addition.total, lines=lines))
    sheet.closed_at, sheet.closed_by, sheet.closed_number = now, actor.name, number
    record(
        session, Act.SCORE_CLOSE, subject_of(sheet), actor, now, {"number": number, "units": len(additions)}
    )
    session.flush()
