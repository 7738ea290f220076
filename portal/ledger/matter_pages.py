"""Assigned, merged, split, withdrawn: what the office does about an entry as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request, url_for

from portal.core.errors import NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.ledger import assigning, merging
from portal.ledger.act_forms import ActForm
from portal.ledger.act_pages import ID, Acting, Given, Page, run
from portal.ledger.hands import lead_of
from portal.ledger.views import at, blueprint
from portal.web.access import logged_in, now, require, the_actor, the_campaign, the_desk, the_session


def _common(acting: Acting) -> dict[str, Any]:
    return {"campaign": the_campaign(), "ledger": acting.ledger, "found": acting.found, "hands": acting.hands}


@blueprint.route(f"/<tenant>/<campaign>/ledger/{ID}/assign", methods=["GET", "POST"])
@require(Right.RECORD_MANAGE)
def assign(record_id: int) -> Any:
    def page(acting: Acting) -> Page:
        return Page(
            title=_("交办"), verb=_("交办"), parts=("lead", "supporting", "due", "note"), required=("lead",),
            says=(_("主办、配合单位收到通知，并可查看本件；登记单位继续可见。"),), labels={"note": _("要求")},
            helps={"due": _("不定时限的，留空。重新交办时，新的时限代替原来的。")},
        )  # fmt: skip

    def fill(acting: Acting, form: ActForm) -> None:
        form.lead.choices = [
            (0, str(translate(_("请选择")))),
            *((m.unit_id, m.short_name) for m in acting.members),
        ]
        form.supporting.choices = [(m.unit_id, m.short_name) for m in acting.members]
        if request.method == "GET":
            form.lead.data, form.supporting.data = lead_of(acting.found), acting.supporting

    def do(acting: Acting, given: Given) -> tuple[Message | Text, str]:
        form = given.form
        assigning.assign_record(
            the_session(), the_actor(), now(), lead_id=form.lead.data or 0, supporting_ids=form.supporting.data or (),
            due=form.due.day, office=the_desk().office_name, link=acting.link, **_common(acting), **given.common,
        )  # fmt: skip
        return _("已交办，已通知承办单位。"), acting.link

    return run(record_id, page, do, fill)


_SERVICES: dict[str, tuple[Callable[..., Any], Text]] = {
    "unmerge": (merging.unmerge_record, _("已撤销合并，两件分别办理。")),
    "withdraw": (merging.withdraw_record, _("已撤回，不再计入任何数字。")),
    "restore": (merging.restore_record, _("已恢复，继续办理。")),
}
_PAGES: dict[str, Page] = {
    "merge": Page(
        title=_("并入另一件"), verb=_("合并"), parts=("number", "note"), required=("number", "note"), danger=True,
        says=(_("本件保留编号和经过，指向另一件，不再计入任何数字。合并可以撤销。"),),
        labels={"note": _("为什么是同一件事")},
    ),
    "unmerge": Page(title=_("撤销合并"), verb=_("撤销合并"), parts=("note",), labels={"note": _("原因")}),
    "split": Page(
        title=_("拆分"), verb=_("拆分"), parts=("title", "keys", "note"), required=("title", "note"),
        says=(_("拆出的一件另编号，单位、地点、得知时间相同；佐证留在本件，两件互相注明。"),),
        labels={"note": _("为什么拆分")}, helps={"keys": _("必填的内容一并带走。")},
    ),
    "withdraw": Page(
        title=_("撤回"), verb=_("撤回"), parts=("note",), labels={"note": _("撤回原因")}, danger=True,
        says=(_("登记有误时撤回：编号保留，不再计入任何数字，时限停止。已上报的，上级仍可看到经过。"),),
    ),
    "restore": Page(title=_("恢复"), verb=_("恢复"), parts=("note",), labels={"note": _("恢复原因")}),
}  # fmt: skip


@blueprint.route(f"/<tenant>/<campaign>/ledger/{ID}/matter/<key>", methods=["GET", "POST"])
@logged_in
def matter(record_id: int, key: str) -> Any:
    if key not in _PAGES:
        raise NotFound

    def fill(acting: Acting, form: ActForm) -> None:
        shown = [f for f in acting.ledger.fields if acting.found.values.get(f.key) not in (None, "", [])]
        form.keys.choices = [(f.key, str(translate(f.label))) for f in shown]
        if request.method == "GET":
            form.keys.data = [f.key for f in shown if f.required]

    def do(acting: Acting, given: Given) -> tuple[Message | Text, str]:
        given_to = (the_session(), the_actor(), now())
        more = {"link": acting.link, **_common(acting), **given.common}
        if key == "merge":
            into = merging.find_number(the_session(), acting.found, given.form.number.data or "")
            merging.merge_record(*given_to, into=into, **more)
            said = Message(_("已并入 %(number)s。"), number=into.number)
            return said, url_for("ledger.detail", record_id=into.id, **at(the_desk()))
        if key == "split":
            part = merging.split_record(
                *given_to, title=given.form.title.data or "", keys=given.form.keys.data or (), **more
            )
            said = Message(_("已拆出 %(number)s。"), number=part.number)
            return said, url_for("ledger.detail", record_id=part.id, **at(the_desk()))
        service, told = _SERVICES[key]
        service(*given_to, **more)
        return told, acting.link

    return run(record_id, lambda _acting: _PAGES[key], do, fill)
