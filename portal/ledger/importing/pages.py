"""Entries as a spreadsheet: the sheet down, up, looked at line by line, confirmed, and what is left back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any

from flask import current_app, flash, redirect, render_template, request, send_file, url_for

from portal.campaigns.declarations import Ledger
from portal.core.audit import Act, record
from portal.core.errors import Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, _
from portal.documents.attachments import clean_name
from portal.documents.workbook import XLSX
from portal.ledger import listing
from portal.ledger.filters import Sort, read_filters
from portal.ledger.importing import entering, staging
from portal.ledger.importing.lines import Line, LineKind
from portal.ledger.importing.reading import LIMITS, MOST_LINES, read_sheet
from portal.ledger.importing.sheet import PURPOSE, LedgerSheet, Mark, sheet_fields, version_of, write_sheet
from portal.ledger.importing.sheet import Line as SheetLine
from portal.ledger.models import RecordImport
from portal.ledger.story import compare
from portal.ledger.views import at, blueprint, writable
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_reader, the_session
from portal.web.inputs import row_id

SHOWN = 50
"""Lines on a page."""
_TABS: dict[str, tuple[LineKind, ...]] = {
    "refused": (LineKind.REFUSED,),
    "doubt": (LineKind.DOUBT,),
    "change": (LineKind.CHANGE,),
    "new": (LineKind.NEW,),
}


def the_key() -> bytes:
    key: bytes = current_app.extensions["portal"].keys.derive(PURPOSE)
    return key


def _chosen() -> tuple[Ledger, int, dict[int, tuple[Ledger, ...]]]:
    """The ledger and the unit of the address, by default the first that may be written; and all of them."""
    kept = writable(listing.today(now()))
    wanted, unit = request.args.get("ledger", ""), row_id(request.args.get("unit", ""))
    if not kept:
        raise NotAllowed(_("本单位没有可以登记的台账。"))
    for unit_id, ledgers in kept.items():
        for ledger in ledgers:
            if (not wanted or ledger.key == wanted) and (not unit or unit_id == unit):
                return ledger, unit_id, kept
    raise NotAllowed(_("这本台账由其他成员单位登记。"))


def _mark(ledger: Ledger, unit_id: int) -> Mark:
    desk, campaign = the_desk(), the_campaign()
    return Mark(desk.tenant_code, campaign.key, ledger.key, version_of(campaign, ledger), str(unit_id))


# ------------------------------------------------------------------------------------------------- down and up
@blueprint.get("/<tenant>/<campaign>/ledger/sheet.xlsx")
@require(Right.RECORD_WRITE, writes=True)
def import_sheet() -> Any:
    """To be filled in: empty, or with the unit's entries as the address filters them (``rows=1``)."""
    session, desk = the_session(), the_desk()
    ledger, unit_id, _kept = _chosen()
    lines: list[SheetLine] = []
    if request.args.get("rows") == "1":
        lines = list(_standing(ledger, unit_id))
    if lines:
        record(session, Act.EXPORT, f"ledger:{ledger.key}"[:60], the_actor(), now(), {"rows": len(lines)})
    return _send(ledger, unit_id, lines, str(Message(_("%(ledger)s（%(place)s）"), ledger=ledger.label, place=desk.tenant_name)))  # fmt: skip


def _standing(ledger: Ledger, unit_id: int) -> Iterator[SheetLine]:
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    args = {k: v for k, v in request.args.items() if k not in ("unit", "below")} | {"ledger": ledger.key}
    filters = listing.keeper_only(read_filters(args, campaign, (unit_id,), below=False), [unit_id])
    filters = replace(filters, sort=Sort.CREATED_UP, page=1)
    day = listing.today(now())
    if listing.count_records(session, desk.tenant_id, filters, day, MOST_LINES + 1) > MOST_LINES:
        raise Invalid({"q": Message(_("符合条件的超过 %(n)s 条，请先筛选再下载。"), n=MOST_LINES)})
    versions = listing.versions_of(session, desk.tenant_id, filters, day)
    for row in listing.stream_records(session, desk.tenant_id, filters, day):
        yield SheetLine(
            row.number, str(versions.get(row.id, "")), row.title, row.place, row.known_at, row.values
        )


def _send(ledger: Ledger, unit_id: int, lines: list[SheetLine], name: str, spare: int | None = None) -> Any:
    stream = BytesIO()
    sheet = LedgerSheet(
        campaign=the_campaign(), ledger=ledger, mark=_mark(ledger, unit_id), unit=the_desk().unit_name(unit_id),
        day=listing.today(now()), lines=lines,
    )  # fmt: skip
    write_sheet(stream, sheet if spare is None else replace(sheet, spare=spare), the_key())
    stream.seek(0)
    return send_file(stream, XLSX, as_attachment=True, download_name=f"{name}.xlsx")


@blueprint.route("/<tenant>/<campaign>/ledger/import", methods=["GET", "POST"])
@require(Right.RECORD_WRITE)
def import_page() -> Any:
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    ledger, unit_id, kept = _chosen()
    problem = None
    if request.method == "POST":
        try:
            name, content = _posted()
            session.rollback()  # nothing is held while the file is read
            lines = read_sheet(content, _mark(ledger, unit_id), the_key(), campaign, ledger)
            made = staging.stage(
                session, the_actor(), now(), campaign=campaign, ledger=ledger, mechanism_id=desk.mechanism_id,
                unit_id=unit_id, name=name, content=content, lines=lines,
            )  # fmt: skip
            return redirect(url_for("ledger.import_lines", import_id=made.id, **at(desk)), 303)
        except Invalid as error:
            session.rollback()
            problem = error.problems["file"]
    page = render_template(
        "ledger/import.html",
        campaign=campaign,
        at=at(desk),
        ledger=ledger,
        unit_id=unit_id,
        choices=[(u, desk.unit_name(u), ledgers) for u, ledgers in kept.items()],
        earlier=staging.list_imports(session, the_reader().account_id, desk.campaign, now()),
        labels={x.key: x.label for x in campaign.ledgers},
        problem=problem,
        most=MOST_LINES,
        entered=entering.ENTERED,
    )
    return page, 422 if problem else 200


def _posted() -> tuple[str, bytes]:
    given = request.files.get("file")
    if given is None or not given.filename:
        raise Invalid({"file": _("请选择填好的 .xlsx 文件。")})
    try:
        return clean_name(given.filename), given.stream.read(LIMITS.bytes + 1)
    finally:
        given.close()


# ------------------------------------------------------------------------------------------------------ looking
def _opened(import_id: int) -> tuple[RecordImport, Ledger]:
    """The reader's own, while the post that allowed it lasts."""
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    found = staging.get_import(session, the_reader().account_id, desk.campaign, import_id, now())
    ledger = campaign.ledger(found.ledger)
    if ledger is None or not entering.may_enter(session, desk, campaign, found, now()):
        raise NotFound
    return found, ledger


@blueprint.get("/<tenant>/<campaign>/ledger/imports/<int:import_id>")
@require(Right.RECORD_WRITE)
def import_lines(import_id: int) -> Any:
    found, ledger = _opened(import_id)
    return _show(found, ledger)


def _show(found: RecordImport, ledger: Ledger, problem: Any = None) -> Any:
    session, campaign, args = the_session(), the_campaign(), request.args
    tabs = [key for key, kinds in _TABS.items() if any(found.counts.get(k) for k in kinds)]
    tab = args.get("show", "") if args.get("show", "") in _TABS else (tabs[0] if tabs else "new")
    page = max(1, min(args.get("page", 1, int), 1000)) if args.get("page", "1").isascii() else 1
    lines, more = staging.page_of_lines(session, found, _TABS[tab], page, SHOWN)
    done, parts = staging.progress(session, found)
    return render_template(
        "ledger/import_lines.html",
        campaign=campaign,
        at=at(the_desk()),
        found=found,
        ledger=ledger,
        counts=found.counts,
        tab=tab,
        lines=[(line, _changes(line, ledger)) for line in lines],
        page=page,
        more=more,
        enters=entering.to_enter(found),
        share=100 * done // max(parts, 1),
        problem=problem,
        entered=entering.ENTERED,
        failed=entering.FAILED,
    )


def _changes(line: Line, ledger: Ledger) -> Any:
    """Label, before, after; sensitive values masked."""
    changes: Mapping[str, Any] = line.changes
    return compare(the_campaign(), ledger, changes)


# --------------------------------------------------------------------------------------------------- confirming
@blueprint.post("/<tenant>/<campaign>/ledger/imports/<int:import_id>")
@require(Right.RECORD_WRITE)
def import_confirm(import_id: int) -> Any:
    found, ledger = _opened(import_id)
    session, desk, action = the_session(), the_desk(), request.form.get("action", "")
    back = redirect(url_for("ledger.import_lines", import_id=import_id, show=request.args.get("show"), page=request.args.get("page"), **at(desk)), 303)  # fmt: skip
    if action in ("tick", "tick_all") and found.confirmed_at is None:
        shown = [row_id(r) for r in request.form.getlist("shown")]
        ticked = [row_id(r) for r in request.form.getlist("tick")]
        count = staging.tick(session, found, ticked, shown_rows=None if action == "tick_all" else shown)
        flash(str(translate(Message(_("已确认 %(n)s 行，录入前还可以改。"), n=count))), "done")
        return back
    if action == "confirm":
        try:
            entering.confirm(session, the_actor(), now(), campaign=the_campaign(), ledger=ledger, found=found)
        except Invalid as error:
            session.rollback()
            return _show(*_opened(import_id), problem=error.message), 422
        return redirect(url_for("ledger.import_lines", import_id=import_id, **at(desk)), 303)
    return back


@blueprint.get("/<tenant>/<campaign>/ledger/imports/<int:import_id>/rest.xlsx")
@require(Right.RECORD_WRITE)
def import_rest(import_id: int) -> Any:
    """The same sheet with the lines that did not enter, each with its reasons as notes."""
    found, ledger = _opened(import_id)
    lines = [
        _returned(line, ledger)
        for line in staging.all_lines(the_session(), found, LineKind.REFUSED, LineKind.DOUBT)
        if not line.done
    ]
    if not lines:
        flash(str(translate(_("没有需要退回的行。"))), "done")
        return redirect(url_for("ledger.import_lines", import_id=import_id, **at(the_desk())), 303)
    name = str(Message(_("待改正 %(name)s"), name=found.name.removesuffix(".xlsx")))
    return _send(ledger, found.unit_id, lines, name, spare=0)


def _returned(line: Line, ledger: Ledger) -> SheetLine:
    wrong: dict[str, str] = {}
    for said in line.said:
        key = said.key or sheet_fields(ledger)[0].key
        wrong[key] = f"{wrong[key]}\n{said.sentence}" if key in wrong else str(said.sentence)
    typed = {f.key: line.typed.get(f.key) for f in sheet_fields(ledger)} if line.typed else {}
    version = str(line.version) if line.version else ""
    moment = line.moment if line.known_at else None
    return SheetLine(line.number, version, line.title, line.place, moment, line.values, typed, wrong)
