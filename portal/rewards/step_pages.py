"""The steps of an application over the wire: what was typed is kept when it is not taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from flask import flash, redirect, request, url_for

from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotAllowed
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents.file_pages import files_folder
from portal.documents.writing import note_refused
from portal.rewards import handling, materials, receiving, services
from portal.rewards.access import Opened
from portal.rewards.application_pages import get_opened, show_application
from portal.rewards.flow import scheme_in_force
from portal.rewards.handling import Scan
from portal.rewards.receiving import MOST_SHARES, Share
from portal.rewards.views import ID, YUAN, at, blueprint, link
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import Unusable, clean_text, parse_date, parse_integer, parse_money

PAGE = f"/<tenant>/<campaign>/rewards/{ID}"
LENGTHS = {"note": 500, "authority": 80, "number": 60, "voucher": 60, "late_reason": 300}

Read = TypeVar("Read")


class Typed:
    """What a step's form holds; problems gather at their fields until ``check`` raises them."""

    def __init__(self) -> None:
        self.problems: dict[str, Message | Text] = {}

    def text(self, name: str) -> str:
        try:
            return clean_text(request.form.get(name, ""), LENGTHS[name], lines=name == "note")
        except Unusable as error:
            self.problems[name] = error.message
            return ""

    def day(self, name: str = "day") -> date:
        return self._parsed(name, parse_date, now().astimezone(SHANGHAI).date())

    def fen(self, name: str = "amount") -> int:
        return self._parsed(name, lambda t: parse_money(t, YUAN), 0)

    def count(self, name: str = "counted") -> int:
        return self._parsed(name, parse_integer, 0)

    def _parsed(self, name: str, parse: Callable[[str], Read], instead: Read) -> Read:
        text = request.form.get(name, "")
        try:
            if not text.strip():
                raise Unusable(_("请填写。"))
            return parse(text)
        except Unusable as error:
            self.problems[name] = error.message
            return instead

    def scan(self) -> Scan:
        given = request.files.getlist("files")
        return Scan(files_folder(), tuple((f.filename or "", f.stream) for f in given if f.filename))

    def shares(self) -> list[Share]:
        """Rows of which something is filled in."""
        columns = [request.form.getlist(name)[: MOST_SHARES + 1] for name in ("who", "why", "share")]
        found = []
        for number, (who, why, fen) in enumerate(zip(*columns, strict=False), 1):
            if not (who.strip() or why.strip() or fen.strip()):
                continue
            try:
                found.append(Share(clean_text(who, 60), clean_text(why, 120), parse_money(fen, YUAN)))
            except Unusable as error:
                self.problems.setdefault(
                    "shares", Message(_("第 %(n)s 行：%(why)s"), n=number, why=error.message)
                )
        return found

    def check(self) -> None:
        if self.problems:
            raise Invalid(self.problems)


Do = Callable[[Opened, Typed, dict[str, Any]], Message | Text]
"""Does the step and says what was done; the last holds the page's link."""


def _take(application_id: int, key: str, do: Do) -> Any:
    """One transaction: nothing is half done, whatever is wrong."""
    session, opened, typed = the_session(), get_opened(application_id), Typed()
    problems: dict[str, Message | Text]
    try:
        said = do(opened, typed, {"link": link})
    except Invalid as error:
        problems, status, problem = dict(error.problems), 422, None
        session.rollback()
        note_refused(f"reward:{application_id}", error)
    except Conflict as error:
        problems, status, problem = {}, 409, error.message
        session.rollback()
    except NotAllowed as error:
        problems, status, problem = {}, 403, error.message
        session.rollback()
    else:
        flash(str(translate(said)), "done")
        if key == "discard":
            return redirect(url_for("rewards.index", **at(the_desk())), 303)
        return redirect(link(the_desk().tenant_id, application_id), 303)
    if "" in problems:
        problem = problems.pop("")
    return show_application(get_opened(application_id), (key, request.form, problems), problem), status


# --------------------------------------------------------------------------------------------- of the unit
@blueprint.post(f"{PAGE}/materials")
@require(Right.REWARD_APPLY)
def put(application_id: int) -> Any:
    """Scans into the library of the case; a field that is no material of the list is refused, not ignored."""

    def do(opened: Opened, _typed: Typed, _more: dict[str, Any]) -> Message | Text:
        _mine(opened)
        scheme = scheme_in_force(opened)
        uploads = [(k, f.filename or "", f.stream) for k, f in request.files.items(multi=True) if f.filename]
        if not uploads:
            raise Invalid({"materials": _("请先选择要上传的扫描件。")})
        new = materials.put(
            the_session(),
            the_actor(),
            now(),
            folder=files_folder(),
            found=opened.found,
            scheme=scheme,
            uploads=uploads,
        )
        return Message(_("已上传 %(n)s 件。"), n=new) if new else _("这些材料已经在清单里，没有重复保存。")

    return _take(application_id, "materials", do)


@blueprint.post(f"{PAGE}/materials/remove")
@require(Right.REWARD_APPLY)
def take_off(application_id: int) -> Any:
    def do(opened: Opened, _typed: Typed, _more: dict[str, Any]) -> Text:
        _mine(opened)
        file_id = request.form.get("file", "")
        materials.take_off(the_session(), the_actor(), now(), found=opened.found, file_id=file_id)
        return _("已移去。")

    return _take(application_id, "materials", do)


def _mine(opened: Opened) -> None:
    if not opened.mine:
        raise NotAllowed


@blueprint.post(f"{PAGE}/confirm")
@require(Right.REWARD_APPLY)
def confirm(application_id: int) -> Any:
    def do(opened: Opened, typed: Typed, _more: dict[str, Any]) -> Text:
        _mine(opened)
        counted = typed.count()
        typed.check()
        services.confirm_count(
            the_session(), the_actor(), now(), opened=opened, campaign=the_campaign(), counted=counted
        )
        return _("已确认，请由另一人报送。")

    return _take(application_id, "confirm", do)


@blueprint.post(f"{PAGE}/send")
@require(Right.REWARD_APPLY)
def send(application_id: int) -> Any:
    def do(opened: Opened, _typed: Typed, more: dict[str, Any]) -> Message:
        _mine(opened)
        services.send(
            the_session(), the_actor(), now(), opened=opened, campaign=the_campaign(), desk=the_desk(),
            stamped=request.form.get("stamped") == "1", **more,
        )  # fmt: skip
        return Message(_("已报送%(office)s。"), office=opened.found.payer_office)

    return _take(application_id, "send", do)


@blueprint.post(f"{PAGE}/discard")
@require(Right.REWARD_APPLY)
def discard(application_id: int) -> Any:
    def do(opened: Opened, _typed: Typed, _more: dict[str, Any]) -> Text:
        _mine(opened)
        services.discard(the_session(), the_actor(), now(), opened=opened)
        return _("已删除草稿，材料留在台账。")

    return _take(application_id, "discard", do)


@blueprint.post(f"{PAGE}/reopen")
@require(Right.REWARD_APPLY)
def reopen(application_id: int) -> Any:
    def do(opened: Opened, _typed: Typed, more: dict[str, Any]) -> Text:
        _mine(opened)
        services.take_up_again(the_session(), the_actor(), now(), opened=opened, **more)
        return _("可以补正后重新报送。")

    return _take(application_id, "reopen", do)


@blueprint.post(f"{PAGE}/shares")
@require(Right.REWARD_APPLY)
def shares(application_id: int) -> Any:
    def do(opened: Opened, typed: Typed, more: dict[str, Any]) -> Text:
        given = typed.shares()
        typed.check()
        receiving.share_out(the_session(), the_actor(), now(), opened=opened, shares=given, **more)
        return _("分配清单已保存，合计与奖励一致。")

    return _take(application_id, "shares", do)


# ---------------------------------------------------------------------------------------- of either side
@blueprint.post(f"{PAGE}/slip")
@require(Right.REWARD_READ)
def slip(application_id: int) -> Any:
    def do(opened: Opened, typed: Typed, more: dict[str, Any]) -> Text:
        day = typed.day()
        typed.check()
        receiving.register_slip(
            the_session(), the_actor(), now(), opened=opened, day=day, scan=typed.scan(), **more
        )
        return _("回单联已登记，可以拨付。")

    return _take(application_id, "slip", do)


# ---------------------------------------------------------------------------------------- of who decides
@blueprint.post(f"{PAGE}/prepare")
@require(Right.REWARD_PREPARE)
def prepare(application_id: int) -> Any:
    def do(opened: Opened, typed: Typed, more: dict[str, Any]) -> Text:
        opinion = typed.text("note")
        typed.check()
        handling.prepare(
            the_session(), the_actor(), now(), opened=opened, campaign=the_campaign(), opinion=opinion, **more
        )
        return _("审批表已填写，等待会计审查。")

    return _take(application_id, "prepare", do)


@blueprint.post(f"{PAGE}/review")
@require(Right.REWARD_REVIEW)
def review(application_id: int) -> Any:
    def do(opened: Opened, typed: Typed, more: dict[str, Any]) -> Text:
        note = typed.text("note")
        typed.check()
        handling.review(the_session(), the_actor(), now(), opened=opened, note=note, **more)
        return _("审查通过，等待负责人审批。")

    return _take(application_id, "review", do)


@blueprint.post(f"{PAGE}/back")
@require(Right.REWARD_READ)
def back(application_id: int) -> Any:
    def do(opened: Opened, typed: Typed, more: dict[str, Any]) -> Text:
        why = typed.text("note")
        typed.check()
        handling.back(the_session(), the_actor(), now(), opened=opened, why=why, **more)
        return _("已退回，理由已告知。")

    return _take(application_id, "back", do)


@blueprint.post(f"{PAGE}/approve")
@require(Right.REWARD_APPROVE)
def approve(application_id: int) -> Any:
    def do(opened: Opened, typed: Typed, more: dict[str, Any]) -> Text:
        note = typed.text("note")
        typed.check()
        handling.approve(
            the_session(), the_actor(), now(), opened=opened, campaign=the_campaign(), note=note, **more
        )
        return _("已同意，发放通知单的时限开始计算。")

    return _take(application_id, "approve", do)


@blueprint.post(f"{PAGE}/refuse")
@require(Right.REWARD_APPROVE)
def refuse(application_id: int) -> Any:
    def do(opened: Opened, typed: Typed, more: dict[str, Any]) -> Text:
        why = typed.text("note")
        typed.check()
        handling.refuse(the_session(), the_actor(), now(), opened=opened, why=why, **more)
        return _("已登记不予批准，申请和材料保留。")

    return _take(application_id, "refuse", do)


@blueprint.post(f"{PAGE}/send-up")
@require(Right.REWARD_APPROVE)
def send_up(application_id: int) -> Any:
    def do(opened: Opened, typed: Typed, more: dict[str, Any]) -> Text:
        note = typed.text("note")
        typed.check()
        handling.send_up(the_session(), the_actor(), now(), opened=opened, note=note, **more)
        return _("已报上级，收到批复后由办公室登记。")

    return _take(application_id, "send_up", do)


@blueprint.post(f"{PAGE}/decide")
@require(Right.REWARD_PREPARE)
def decide(application_id: int) -> Any:
    def do(opened: Opened, typed: Typed, more: dict[str, Any]) -> Text:
        agreed = request.form.get("agreed", "")
        if agreed not in ("yes", "no"):
            typed.problems["agreed"] = _("请选择审批结果。")
        authority, number, note, day = (
            typed.text("authority"),
            typed.text("number"),
            typed.text("note"),
            typed.day(),
        )
        typed.check()
        handling.decide(
            the_session(), the_actor(), now(), opened=opened, campaign=the_campaign(), authority=authority, number=number,
            day=day, agreed=agreed == "yes", note=note, scan=typed.scan(), **more,
        )  # fmt: skip
        return _("上级审批结果已登记。")

    return _take(application_id, "decide", do)


@blueprint.post(f"{PAGE}/notify")
@require(Right.REWARD_PREPARE)
def notify(application_id: int) -> Any:
    def do(opened: Opened, typed: Typed, more: dict[str, Any]) -> Text:
        number, late = typed.text("number"), typed.text("late_reason")
        typed.check()
        handling.notify_unit(
            the_session(), the_actor(), now(), opened=opened, number=number, late_reason=late, **more
        )
        return _("已告知申请单位，等待回单联。")

    return _take(application_id, "notify", do)


@blueprint.post(f"{PAGE}/pay")
@require(Right.REWARD_READ)
def pay(application_id: int) -> Any:
    def do(opened: Opened, typed: Typed, more: dict[str, Any]) -> Text:
        voucher, day, fen = typed.text("voucher"), typed.day(), typed.fen()
        handling.check_slip(opened)
        typed.check()
        handling.pay(
            the_session(), the_actor(), now(), opened=opened, voucher=voucher, day=day, fen=fen, **more
        )
        return _("拨付已登记。")

    return _take(application_id, "pay", do)
