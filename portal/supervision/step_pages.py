"""The steps of an order over the wire: what was typed is kept when it is not taken, and two clicks are one step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, redirect, request
from werkzeug.exceptions import HTTPException

from portal.core.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.core.i18n import translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _
from portal.documents import attachments
from portal.documents.file_pages import files_folder
from portal.supervision import closing, files, steps
from portal.supervision.access import LEADS, get_order
from portal.supervision.forms import StepForm
from portal.supervision.models import Colour, Order
from portal.supervision.order_pages import link, say, show_order
from portal.supervision.sources import find_page, find_source
from portal.supervision.views import ID, blueprint
from portal.web.access import now, require, the_actor, the_desk, the_session
from portal.web.inputs import row_id

Act = Callable[[Order, StepForm, dict[str, Any]], Message | Text]
"""Does the step and says what was done. The last holds session, actor, moment, key and link for the service."""


def _take(order_id: int, step: str, act: Act) -> Any:
    """Read the form, let ``act`` write; nothing is half done."""
    session, desk = the_session(), the_desk()
    order, form = get_order(session, desk, order_id), StepForm()
    unit_id = row_id(form.unit.data)
    if not form.validate():
        return show_order(order, (step, unit_id, form)), 422
    try:
        said = act(order, form, {"order": order, "request_key": form.request_key.data or ""})
    except Invalid as error:
        form.tell(error.problems)
        session.rollback()
        if isinstance(error, attachments.Secret):
            attachments.note_refusal(session, the_actor(), now(), f"order:{order_id}", error)
            session.commit()
        return show_order(get_order(session, desk, order_id), (step, unit_id, form)), 422
    except Conflict as error:
        session.rollback()
        again = get_order(session, desk, order_id)
        return show_order(again, (step, unit_id, form), str(translate(error.message))), 409
    say(said)
    return redirect(link(order_id), 303)


def _unit(form: StepForm) -> int:
    """The unit for which the reader acts; ``NotFound`` for one that is not the reader's."""
    unit_id = row_id(form.unit.data)
    if unit_id not in the_desk().units_with(Right.ORDER_WORK):
        raise NotFound
    return unit_id


def _uploads() -> list[files.Upload]:
    return [(f.filename or "", f.stream) for f in request.files.getlist(files.FIELD) if f.filename]


# ------------------------------------------------------------------------------------------ of the units
@blueprint.post(f"/<tenant>/<campaign>/supervision/orders/{ID}/sign")
@require(Right.ORDER_WORK)
def sign(order_id: int) -> Any:
    def act(order: Order, form: StepForm, _more: dict[str, Any]) -> Text:
        steps.sign_for(
            the_session(), the_actor(), now(), order=order, unit_id=_unit(form), person=form.person.data or ""
        )
        return _("已签收。")

    return _take(order_id, "sign", act)


@blueprint.post(f"/<tenant>/<campaign>/supervision/orders/{ID}/feed")
@require(Right.ORDER_WORK)
def feed(order_id: int) -> Any:
    def act(_order: Order, form: StepForm, more: dict[str, Any]) -> Text:
        steps.feed_back(
            the_session(), the_actor(), now(), unit_id=_unit(form), progress=form.text.data or "",
            problems=form.problems.data or "", plan=form.plan.data or "", folder=files_folder(), uploads=_uploads(),
            link=link(order_id), **more,
        )  # fmt: skip
        return _("已反馈，办公室可以看到。")

    return _take(order_id, "feed", act)


@blueprint.post(f"/<tenant>/<campaign>/supervision/orders/{ID}/propose")
@require(Right.ORDER_WORK)
def propose(order_id: int) -> Any:
    def act(_order: Order, form: StepForm, more: dict[str, Any]) -> Text:
        closing.propose_closure(
            the_session(), the_actor(), now(), unit_id=_unit(form), text=form.text.data or "",
            version=row_id(form.version.data), folder=files_folder(), uploads=_uploads(),
            evidence=_evidence(form.evidence.data or ""), late_reason=form.late_reason.data or "", link=link(order_id),
            **more,
        )  # fmt: skip
        return _("已申请销号，时限停止计算，等待办公室审核。")

    return _take(order_id, "propose", act)


def _evidence(address: str) -> tuple[str, str] | None:
    """Subject and label of the record whose page stands at ``address``, of this tenant and campaign and readable."""
    if not address.strip():
        return None
    refused = Invalid({"evidence": _("没有找到这条记录：请打开台账、急报或报表中的一条，复制它的网址。")})
    try:
        endpoint, args = current_app.url_map.bind("localhost").match(urlsplit(address.strip()).path)
    except (HTTPException, ValueError) as error:
        raise refused from error
    desk = the_desk()
    subject = find_page(str(endpoint), dict(args))
    if not subject or (args.get("tenant"), args.get("campaign")) != (desk.tenant_code, desk.campaign):
        raise refused
    try:
        found = find_source(the_session(), desk, subject)
    except (NotFound, NotAllowed) as error:
        raise refused from error
    return subject, str(translate(found.label))


# ------------------------------------------------------------------------------------------ of the office
@blueprint.post(f"/<tenant>/<campaign>/supervision/orders/{ID}/urge")
@require(Right.ORDER_ASSIGN)
def urge(order_id: int) -> Any:
    def act(_order: Order, form: StepForm, more: dict[str, Any]) -> Text:
        if form.colour.data not in list(Colour):
            raise Invalid({"colour": _("请选择单别。")})
        steps.urge(
            the_session(), the_actor(), now(), colour=Colour(form.colour.data), text=form.text.data or "",
            unit_id=form.to.data or None, link=link(order_id), **more,
        )  # fmt: skip
        return _("已催办，已通知承办单位。")

    return _take(order_id, "urge", act)


@blueprint.post(f"/<tenant>/<campaign>/supervision/orders/{ID}/hand-up")
@require(Right.ORDER_ASSIGN)
def hand_up(order_id: int) -> Any:
    def act(_order: Order, form: StepForm, more: dict[str, Any]) -> Text:
        steps.hand_up(the_session(), the_actor(), now(), text=form.text.data or "", **more)
        return _("已提请领导，等待批示。")

    return _take(order_id, "hand_up", act)


@blueprint.post(f"/<tenant>/<campaign>/supervision/orders/{ID}/instruct")
@require(LEADS)
def instruct(order_id: int) -> Any:
    def act(_order: Order, form: StepForm, more: dict[str, Any]) -> Text:
        steps.instruct(
            the_session(), the_actor(), now(), text=form.text.data or "", link=link(order_id), **more
        )
        return _("已批示，已通知办公室和承办单位。")

    return _take(order_id, "instruct", act)


def _decided(order_id: int, step: str, said: Text, service: Callable[..., Any], **fields: str) -> Any:
    """A step that rests on the order as the page showed it; ``fields``: argument of the service -> field of the form."""

    def act(_order: Order, form: StepForm, more: dict[str, Any]) -> Text:
        given = {name: getattr(form, field) for name, field in fields.items()}
        values = {k: f.day if hasattr(f, "day") else f.data or 0 for k, f in given.items()}
        service(
            the_session(), the_actor(), now(), text=form.text.data or "", version=row_id(form.version.data), **values,
            **more,
        )  # fmt: skip
        return said

    return _take(order_id, step, act)


@blueprint.post(f"/<tenant>/<campaign>/supervision/orders/{ID}/check")
@require(Right.ORDER_ASSIGN)
def check(order_id: int) -> Any:
    return _decided(order_id, "check", _("已审核，等待办公室另一名人员销号。"), closing.check_closure)


@blueprint.post(f"/<tenant>/<campaign>/supervision/orders/{ID}/send-back")
@require(Right.ORDER_ASSIGN)
def send_back(order_id: int) -> Any:
    def service(*given: Any, **more: Any) -> Any:
        return closing.return_order(*given, link=link(order_id), **more)

    return _decided(order_id, "send_back", _("已退回，已通知牵头单位。"), service)


@blueprint.post(f"/<tenant>/<campaign>/supervision/orders/{ID}/close")
@require(Right.ORDER_ASSIGN)
def close(order_id: int) -> Any:
    def service(*given: Any, **more: Any) -> Any:
        return closing.close_order(*given, link=link(order_id), **more)

    return _decided(order_id, "close", _("已销号，已通知承办单位。"), service, look_back_on="look_back_on")


@blueprint.post(f"/<tenant>/<campaign>/supervision/orders/{ID}/keep")
@require(Right.ORDER_ASSIGN)
def keep(order_id: int) -> Any:
    return _decided(
        order_id, "keep", _("已登记回头看结果，维持销号。"), closing.keep_closed, look_back_on="look_back_on"
    )


@blueprint.post(f"/<tenant>/<campaign>/supervision/orders/{ID}/reopen")
@require(Right.ORDER_ASSIGN)
def reopen(order_id: int) -> Any:
    def service(*given: Any, **more: Any) -> Any:
        return closing.reopen_order(*given, office=the_desk().office_name, link=link(order_id), **more)

    return _decided(order_id, "reopen", _("已重新督办，编号不变，已通知承办单位。"), service, due="due")


@blueprint.post(f"/<tenant>/<campaign>/supervision/orders/{ID}/withdraw")
@require(Right.ORDER_ASSIGN)
def withdraw(order_id: int) -> Any:
    def service(*given: Any, **more: Any) -> Any:
        return closing.withdraw_order(*given, link=link(order_id), **more)

    return _decided(order_id, "withdraw", _("已撤销，已通知承办单位。"), service)


@blueprint.post(f"/<tenant>/<campaign>/supervision/orders/{ID}/reassign")
@require(Right.ORDER_ASSIGN)
def reassign(order_id: int) -> Any:
    def service(*given: Any, **more: Any) -> Any:
        return closing.reassign_order(*given, link=link(order_id), **more)

    return _decided(
        order_id, "reassign", _("已改派，已通知新的牵头单位。"), service, lead_id="lead", due="due"
    )
