"""What is done on the pages of the score: setting the sheet up, publishing, events, objections, closing, the spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for

from portal.assessment import scores, scores_events
from portal.assessment.ladder_forms import Typed
from portal.assessment.models import ScoreSheet
from portal.assessment.scores_counting import Line, as_kept, parse_points, read_lines, show_points
from portal.assessment.scores_files import EVENT, OBJECTION
from portal.assessment.scores_pages import (
    KINDS,
    SHEET,
    UNIT,
    last_window,
    lines_of,
    link,
    list_rows,
    members_of,
    open_unit,
    results_of,
    scores_of,
    status_of,
    unit_page,
)
from portal.assessment.scores_reading import countable
from portal.assessment.views import at, blueprint
from portal.campaigns.oversight import PointKind
from portal.core.audit import Act, record
from portal.core.errors import Conflict, Invalid, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents import attachments
from portal.documents.file_pages import files_folder
from portal.documents.workbook import XLSX, Column, Kind, Sheet, write_workbook
from portal.tenants.calendar import load_calendar
from portal.units.bodies import MemberUnit
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import local_path, row_id

FILES = "files"


def _get(sheet_id: int) -> ScoreSheet:
    return scores.get_sheet(the_session(), the_desk(), sheet_id)


def _back(endpoint: str, **more: Any) -> Any:
    return redirect(url_for(f"assessment.{endpoint}", **more, **at(the_desk())), 303)


def _say(text: Message | Text) -> None:
    flash(str(translate(text)), "done")


# ------------------------------------------------------------------------------------------------ the sheet itself
@blueprint.post("/<tenant>/<campaign>/assessment/scores/start")
@require(Right.ASSESS_SET)
def score_start() -> Any:
    year = row_id(request.form.get("year", ""))
    sheet = scores.start_sheet(
        the_session(), the_actor(), now(), desk=the_desk(), campaign=the_campaign(), year=year
    )
    return _back("score_lines", sheet_id=sheet.id)


@blueprint.get(f"/<tenant>/<campaign>/assessment/scores/{SHEET}/lines")
@require(Right.ASSESS_SET)
def score_lines(sheet_id: int) -> Any:
    return _lines_page(_get(sheet_id))


def _lines_page(
    sheet: ScoreSheet, problems: dict[str, Message | Text] | None = None, status: int = 200
) -> Any:
    lines = read_lines(sheet.draft)
    versions = scores.list_versions(the_session(), sheet)
    page = render_template(
        "assessment/score_lines.html", at=at(the_desk()), declared=the_campaign(), sheet=sheet, lines=lines, kinds=KINDS,
        status=status_of(sheet), obligations=countable(the_campaign()), problems=problems or {}, versions=versions,
        typed=request.form if problems else {}, at_line=request.form.get("key", "") if problems else None,
        base=sum(x.most for x in lines if x.kind is PointKind.BASE),
        unchanged=bool(versions) and read_lines(versions[0].lines) == lines,
    )  # fmt: skip
    return page, status


@blueprint.post(f"/<tenant>/<campaign>/assessment/scores/{SHEET}/lines/step")
@require(Right.ASSESS_SET)
def score_lines_step(sheet_id: int) -> Any:
    """Add, change or remove one line of the draft; or publish the draft."""
    sheet, session = _get(sheet_id), the_session()
    typed, step = Typed(request.form), request.form.get("step", "")
    edition = row_id(request.form.get("edition", ""))
    try:
        if step == "publish":
            why = typed.text("why", scores.WHY, lines=True)
            typed.check()
            scores.publish(
                session, the_actor(), now(), sheet=sheet, edition=edition, why=why, members=members_of(sheet),
                office=the_desk().office_name, link=link(sheet),
            )  # fmt: skip
            _say(_("已发布并告知各单位。"))
            return _back("scores", year=sheet.year)
        if step == "remove":
            scores.remove_line(session, the_actor(), now(), sheet=sheet, edition=edition, key=request.form.get("key", ""))  # fmt: skip
            _say(_("已删去，发布后生效。"))
        elif step == "save":
            line = _typed_line(typed)
            known = [o.key for o in countable(the_campaign())]
            scores.save_line(
                session, the_actor(), now(), sheet=sheet, edition=edition, line=line, obligations=known
            )
            _say(_("已保存，发布后生效。"))
        else:
            raise NotFound
    except (Invalid, Conflict) as error:
        problems = error.problems if isinstance(error, Invalid) else {"": error.message}
        session.rollback()
        return _lines_page(_get(sheet_id), problems, 422 if isinstance(error, Invalid) else 409)
    return _back("score_lines", sheet_id=sheet.id)


def _typed_line(typed: Typed) -> Line:
    form, points = request.form, {}
    for name in ("most", "each"):
        given = form.get(name, "").strip() or "0"
        points[name] = parse_points(given)
        if points[name] is None:
            typed.problems[name] = _("请填分数，最多两位小数，如 0.25。")
    kind = form.get("kind", "")
    if kind not in set(PointKind):
        typed.problems["kind"] = _("请选择基本分、加分或扣分。")
    label, basis = typed.text("label", scores.LABEL), typed.text("basis", scores.BASIS)
    typed.check()
    obligation = form.get("obligation", "")
    return Line(
        form.get("key", ""), label, PointKind(kind), points["most"] or 0, points["each"] or 0, obligation,
        bool(obligation) and form.get("late") == "1", basis,
    )  # fmt: skip


@blueprint.post(f"/<tenant>/<campaign>/assessment/scores/{SHEET}/close")
@require(Right.ASSESS_DECIDE)
def score_close(sheet_id: int) -> Any:
    sheet, typed = _get(sheet_id), Typed(request.form)
    number = typed.text("number", 60)
    typed.check()
    the_session().refresh(sheet, with_for_update=True)  # nothing is entered between adding up and closing
    found = scores_of(sheet, lines_of(sheet), [m.unit_id for m in members_of(sheet)])
    scores.close_sheet(
        the_session(), the_actor(), now(), desk=the_desk(), sheet=sheet, number=number,
        additions=[(unit_id, score.addition) for unit_id, score in found.items()], last_object_by=last_window(found),
    )  # fmt: skip
    _say(_("已定档，结果不再变动。"))
    return _back("scores", year=sheet.year)


# --------------------------------------------------------------------------------------------------- one unit's sheet
def _enter(sheet: ScoreSheet, unit: MemberUnit, typed: Typed) -> Text:
    session, form = the_session(), request.form
    points = parse_points(form.get("points", "")) if form.get("points", "").strip() else None
    page = form.get("page", "").strip()
    path = local_path(page[page.find("/", page.find("//") + 2) :] if "//" in page else page)
    entry = scores_events.Entry(
        line=form.get("line", ""), happened_on=typed.day("happened_on"),
        evidence=typed.text("evidence", scores_events.EVIDENCE, lines=True), page=path[:200], points=points,
    )  # fmt: skip
    if len(path) > 200:
        typed.problems["page"] = _("地址太长，请只粘贴记录本身的地址。")
    key = typed.text("request_key", 40)
    typed.check()
    event = scores_events.enter_event(
        session, the_actor(), now(), sheet=sheet, lines=lines_of(sheet), unit_id=unit.unit_id, unit=unit.short_name, entry=entry,
        calendar=load_calendar(session), office=the_desk().office_name, request_key=key, link=link(sheet),
    )  # fmt: skip
    _attach(f"{EVENT}:{event.id}", unit.unit_id)
    return _("已登记并告知单位。")


def _attach(subject: str, unit_id: int) -> None:
    for upload in request.files.getlist(FILES):
        if upload.filename:
            attachments.add(
                the_session(), the_actor(), now(), folder=files_folder(), subject=subject, field=FILES, unit_id=unit_id,
                name=upload.filename, stream=upload.stream,
            )  # fmt: skip


def _withdraw(sheet: ScoreSheet, unit: MemberUnit, typed: Typed) -> Text:
    why = typed.text("why", scores.WHY)
    typed.check()
    event = scores_events.get_event(the_session(), sheet, unit.unit_id, row_id(request.form.get("event", "")))
    scores_events.withdraw_event(
        the_session(), the_actor(), now(), sheet=sheet, event=event, why=why, office=the_desk().office_name, link=link(sheet)
    )  # fmt: skip
    return _("已撤销，该条不计。")


def _object(sheet: ScoreSheet, unit: MemberUnit, typed: Typed) -> Text:
    text, key = typed.text("text", scores_events.TEXT, lines=True), request.form.get("event", "")
    typed.check()
    score = scores_of(sheet, lines_of(sheet), [unit.unit_id])[unit.unit_id]
    line = next(
        (s.line.key for s in score.addition.lines for e in s.events if e.key == key and not e.excused), None
    )
    if line is None or unit.unit_id not in the_desk().units_with(Right.ASSESS_FILL):
        raise NotFound
    said = scores_events.object_to(
        the_session(), the_actor(), now(), sheet=sheet, unit_id=unit.unit_id, unit=unit.short_name, line=line, event=key,
        object_by=score.object_by[key], text=text, link=link(sheet),
    )  # fmt: skip
    _attach(f"{OBJECTION}:{said.id}", unit.unit_id)
    return _("申诉已提交，由登记人以外的人员答复。")


def _answer(sheet: ScoreSheet, unit: MemberUnit, typed: Typed) -> Text:
    text = typed.text("answer", scores_events.TEXT, lines=True)
    upheld = request.form.get("upheld", "")
    if upheld not in ("yes", "no"):
        typed.problems["answer"] = _("请选择成立或不成立。")
    typed.check()
    scores_events.answer_objection(
        the_session(), the_actor(), now(), sheet=sheet, unit_id=unit.unit_id, upheld=upheld == "yes", text=text,
        objection_id=row_id(request.form.get("objection", "")), office=the_desk().office_name, link=link(sheet),
    )  # fmt: skip
    return _("已答复并告知单位。")


_OFFICE = frozenset({Right.ASSESS_SET})
STEPS: dict[str, tuple[Callable[[ScoreSheet, MemberUnit, Typed], Text], frozenset[Right]]] = {
    "enter": (_enter, _OFFICE),
    "withdraw": (_withdraw, _OFFICE),
    "object": (_object, frozenset({Right.ASSESS_FILL})),
    "answer": (_answer, frozenset({Right.ASSESS_SET, Right.REPORT_READ_ALL})),
}


@blueprint.post(f"/<tenant>/<campaign>/assessment/scores/{SHEET}/units/{UNIT}/step")
@require(Right.ASSESS_READ)
def score_step(sheet_id: int, unit_id: int) -> Any:
    sheet, unit = open_unit(sheet_id, unit_id)
    name, session = request.form.get("step", ""), the_session()
    if name not in STEPS or not STEPS[name][1] & the_desk().rights:
        raise NotFound
    try:
        done = STEPS[name][0](sheet, unit, Typed(request.form))
    except (Invalid, Conflict) as error:
        problems = error.problems if isinstance(error, Invalid) else {"": error.message}
        session.rollback()
        if isinstance(error, attachments.Secret):
            attachments.note_refusal(session, the_actor(), now(), f"score:{sheet_id}", error)
            session.commit()
        status = 422 if isinstance(error, Invalid) else 409
        return unit_page(*open_unit(sheet_id, unit_id), problems, name, status)
    _say(done)
    return _back("score_unit", sheet_id=sheet_id, unit_id=unit_id)


# ------------------------------------------------------------------------------------------------------ spreadsheets
@blueprint.get(f"/<tenant>/<campaign>/assessment/scores/{SHEET}/units/{UNIT}.xlsx")
@require(Right.ASSESS_READ, writes=True)
def score_unit_workbook(sheet_id: int, unit_id: int) -> Any:
    """One unit's addition as the page shows it."""
    sheet, unit = open_unit(sheet_id, unit_id)
    score = scores_of(sheet, lines_of(sheet), [unit_id])[unit_id]
    kept = results_of(sheet).get(unit_id)
    rows: list[list[Any]] = []
    for line in kept.lines if kept else as_kept(score.addition):
        said = _("系统核对")
        rows.append([line["label"], KINDS[PointKind(line["kind"])], show_points(line["most"]), "", "", show_points(line["raw"]), show_points(line["value"]), line["basis"]])  # fmt: skip
        for day, text, points, excused, by in line["events"]:
            shown = text + (str(translate(_("（不计）"))) if excused else "")
            rows.append(["", "", "", date.fromisoformat(day), shown, show_points(points), "", by or said])
    total = kept.total if kept else score.addition.total
    rows.append([_("合计"), "", "", "", "", "", show_points(total), ""])
    columns = [
        Column(label=_("评分项"), width=26), Column(label=_("类别"), width=8), Column(label=_("最多分"), width=8),
        Column(label=_("日期"), width=12, kind=Kind.DATE), Column(label=_("事实和凭据"), width=46),
        Column(label=_("分值"), width=8), Column(label=_("得分"), width=8), Column(label=_("依据"), width=40),
    ]  # fmt: skip
    title = Message(_("%(unit)s%(year)s年考核评分表"), unit=unit.full_name, year=sheet.year)
    return _workbook(sheet, title, columns, rows, {"unit": unit_id})


@blueprint.get(f"/<tenant>/<campaign>/assessment/scores/{SHEET}.xlsx")
@require(Right.ASSESS_SET, writes=True)
def scores_workbook(sheet_id: int) -> Any:
    """Every unit's total in official order; no ranking."""
    sheet = _get(sheet_id)
    if not sheet.version:
        raise NotFound
    rows = [
        [n, m.full_name, show_points(total) if total is not None else "", waiting]
        for n, (m, total, waiting) in enumerate(list_rows(sheet), 1)
    ]  # fmt: skip
    columns = [
        Column(label=_("序号"), width=6, kind=Kind.NUMBER), Column(label=_("单位"), width=34), Column(label=_("得分"), width=10),
        Column(label=_("待答复申诉"), width=12, kind=Kind.NUMBER),
    ]  # fmt: skip
    title = Message(_("%(body)s%(year)s年考核得分"), body=the_desk().mechanism_name, year=sheet.year)
    return _workbook(sheet, title, columns, rows, {})


def _workbook(sheet: ScoreSheet, title: Message, columns: list[Column], rows: list[list[Any]], data: dict[str, Any]) -> Any:  # fmt: skip
    stream, day = BytesIO(), now().date().isoformat()
    left = Message(_("编制：%(office)s"), office=the_desk().office_name)
    light, status = status_of(sheet)
    right = Message(_("%(status)s　%(day)s"), status=status, day=day)
    write_workbook(
        stream,
        [Sheet(title=title, name=_("评分表"), columns=columns, rows=rows, left=left, right=right, foot=())],
    )
    record(the_session(), Act.EXPORT, scores.subject_of(sheet), the_actor(), now(), data | {"light": light})
    stream.seek(0)
    return send_file(stream, XLSX, as_attachment=True, download_name=f"{translate(title)} {day}.xlsx")
