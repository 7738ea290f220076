"""What anybody may open: tell, follow up with the receipt code, add something. No account, no cookie, no script.

The pages carry no cookie of the portal, so the token of their forms is signed and single-use (``codes``) in place of the
one that lies in a session; the origin of a request is looked at all the same (``web/gate.py``). The answer to a wrong
address, to a campaign that has no such page and to one that is switched off is one and the same. ``Referrer-Policy`` stays
``same-origin``: nothing is told to others, while with ``no-referrer`` older telephones would send ``Origin: null``.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Response, abort, current_app, g, make_response, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from portal.accounts.signin import network_of
from portal.core.errors import Conflict, Invalid
from portal.core.text import Message, Text, _
from portal.documents import attachments
from portal.documents.file_pages import files_folder
from portal.documents.marks import SecretText, note_refused_text
from portal.tenants.calendar import load_calendar
from portal.tips import brakes, intake
from portal.tips.awards import find_award
from portal.tips.channel import Place, find_place
from portal.tips.codes import Keyring, Token
from portal.tips.forms import NAMED, TRAP, WORD, Problems, read_line, read_told
from portal.tips.models import Stage, Tip
from portal.tips.services import PUBLIC, PUBLIC_STAGES, WORDS, list_events
from portal.tips.views import blueprint
from portal.web.access import now, public, the_registry, the_session
from portal.web.inputs import Unusable

MAX_BODY = 40 * 1024 * 1024
"""Beyond it the request is refused before it is read (413); up to it too many or too large files are told at the field
and what was typed is kept."""
VIEWS = ("tell", "follow", "more", "word")
_EXPIRED = _("页面打开的时间太长，内容还没有提交。请核对后再按一次提交；附件要重新选择。")
_AGAIN = _("附件请重新选择。")


def keyring_of(tenant_id: int, campaign: str) -> Keyring:
    return Keyring(current_app.extensions["portal"].keys.derive("tips"), f"{tenant_id}/{campaign}")


@blueprint.record_once
def _without_session_token(state: Any) -> None:
    for view in VIEWS:
        state.app.extensions["csrf"].exempt(f"{__name__}.{view}")


@blueprint.before_request
def _read_body() -> None:
    """Before the transaction begins: a slow upload must not hold the database."""
    if request.method != "POST" or (request.endpoint or "").partition(".")[2] not in VIEWS:
        return
    request.max_content_length = MAX_BODY
    try:
        _files = request.files
    except RequestEntityTooLarge:
        g.too_large = True


def _enter(region: str, topic: str) -> Place:
    """404 where there is no such page. From here on nothing of this request names its network address."""
    session = the_session()
    session.info["address"] = ""
    place = find_place(session, the_registry(), region, topic)
    if place is None:
        abort(404)
    return place


def _page(template: str, place: Place, status: int = 200, wait: int = 0, **more: Any) -> Response:
    at = {"region": place.tenant.code, "topic": place.campaign.key}
    html = render_template(
        f"tips/{template}.html", place=place, campaign=place.campaign, tips=place.tips, channel=place.channel,
        public_at=at, limits=_LIMITS, **more,
    )  # fmt: skip
    response = make_response(html, status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


_LIMITS = {
    "files": intake.MOST_FILES,
    "megabytes": intake.ALL_BYTES // attachments.MB,
    "one": attachments.MAX_BYTES // attachments.MB,
    "word": WORD,
}


def _source(keyring: Keyring) -> str:
    return keyring.hash_source(network_of(request.remote_addr or ""), now())


def _slow_down(wait: int) -> Message:
    return Message(_("提交次数较多，请 %(n)s 秒后再试；紧急情况请直接拨打举报电话。"), n=wait)


def _uploads() -> list[intake.Upload]:
    return [(f.filename or "", f.stream) for f in request.files.getlist(intake.FILES) if f.filename]


# --------------------------------------------------------------------------------------------------- tell
@blueprint.route("/<region>/<topic>/tip", methods=["GET", "POST"])
@public
def tell(region: str, topic: str) -> Any:
    place = _enter(region, topic)
    keyring = keyring_of(place.tenant.id, topic)
    if request.method == "GET":
        return _form(place, keyring) if place.channel.enabled else abort(404)
    if g.get("too_large"):
        return _too_large(place) if place.channel.enabled else abort(404)
    token = keyring.read_token(request.form.get("token", ""), now())
    told, typed, problems = read_told(request.form, place.campaign)
    if not place.channel.enabled:
        if token is None:
            abort(404)
        return _page("closed", place, 409, typed=typed)  # only who had the form open gets here
    session, source = the_session(), _source(keyring)
    wait = brakes.seconds_to_wait(session, source, now(), brakes.TRY, brakes.TIP)
    if wait:
        return _form(place, keyring, typed, {"": _slow_down(wait)}, 429, wait)
    brakes.note_attempt(session, source, now(), brakes.TRY)
    session.commit()
    if token is None or token.about or not token.fresh:
        problems[""] = _EXPIRED
    if problems:
        return _form(place, keyring, typed, problems, 422)
    assert token is not None
    try:
        code = _take(place, keyring, token, told)
        brakes.note_attempt(session, source, now(), brakes.TIP)
    except Invalid as error:
        session.rollback()
        _note_refusal(error, place)
        return _form(place, keyring, typed, dict(error.problems), 422)
    return _page("receipt", place, code=code, named=typed["tip-identity"] == NAMED)


def _take(place: Place, keyring: Keyring, token: Token, told: intake.Told) -> str:
    def link(tip_id: int) -> str:
        return url_for("tips.detail", tenant=place.tenant.code, campaign=place.campaign.key, tip_id=tip_id)

    return intake.file_tip(
        the_session(), now(), place=place, keyring=keyring, told=told, nonce=token.nonce, uploads=_uploads(),
        folder=files_folder(), calendar=load_calendar(the_session()), link=link,
    )  # fmt: skip


def _form(
    place: Place, keyring: Keyring, typed: dict[str, Any] | None = None, problems: Problems | None = None,
    status: int = 200, wait: int = 0,
) -> Response:  # fmt: skip
    return _page(
        "tell", place, status, wait, typed=typed or {}, problems=problems or {}, token=keyring.make_token(now()),
        trap=TRAP, again=_AGAIN if typed and _uploads() else "",
    )  # fmt: skip


def _too_large(place: Place) -> Response:
    return _page("too_large", place, 413)


def _note_refusal(error: Invalid, place: Place) -> None:
    """The trail knows that something with a mark of secrecy was refused, not what."""
    session, subject = the_session(), f"tip_channel:{place.channel.id}"
    if isinstance(error, attachments.Secret):
        attachments.note_refusal(session, PUBLIC, now(), subject, error)
        session.commit()
    elif isinstance(error, SecretText):
        note_refused_text(session, PUBLIC, now(), subject, error)
        session.commit()


# ------------------------------------------------------------------------------------------------- follow
@blueprint.route("/<region>/<topic>/tip/follow", methods=["GET", "POST"])
@public
def follow(region: str, topic: str) -> Any:
    """The code is posted, so that it stands in no address, log or history. Who told before the page was switched off
    still finds the answer."""
    place = _enter_to_follow(region, topic)
    keyring = keyring_of(place.tenant.id, topic)
    if request.method == "GET":
        return _page("follow", place, problem="", typed="")
    if g.get("too_large"):
        return _too_large(place)
    session, source, typed = the_session(), _source(keyring), request.form.get("code", "")[:60]
    wait = brakes.seconds_to_wait(session, source, now(), brakes.CODE)
    if wait:
        problem = Message(_("输错次数较多，请 %(n)s 秒后再试。"), n=wait)
        return _page("follow", place, 429, wait, problem=problem, typed=typed)
    tip = intake.find_by_code(session, keyring, typed, topic)
    if tip is None:
        brakes.note_attempt(session, source, now(), brakes.CODE)
        session.commit()
        wrong = _("没有这个回执码，请核对 16 个字母。回执码没有 I、L、O、Q、U，不分大小写。")
        return _page("follow", place, 422, problem=wrong, typed=typed)
    return _progress(place, keyring, tip)


def _enter_to_follow(region: str, topic: str) -> Place:
    place = _enter(region, topic)
    if not place.channel.enabled:
        told = sa.select(Tip.id).where(Tip.tenant_id == place.tenant.id, Tip.campaign == topic).limit(1)
        if the_session().scalar(told) is None:
            abort(404)
    return place


def _progress(
    place: Place, keyring: Keyring, tip: Tip, status: int = 200, *, problems: Problems | None = None,
    typed: str = "", done: Text | str = "",
) -> Response:  # fmt: skip
    """State, answer and story in public words. The page carries a pass of some hours, not the code."""
    session = the_session()
    session.flush()
    first = session.get(Tip, (tip.tenant_id, tip.joined_id)) if tip.joined_id is not None else None
    shown = intake.stage_shown(tip, first)
    answering = first if first is not None and shown is Stage.ANSWERED else tip
    events = list_events(session, tip, public=True)
    return _page(
        "progress", place, status, tip=tip, stage=shown, label=PUBLIC_STAGES[shown],
        answer=str(answering.content.get("answer", "")) if shown is Stage.ANSWERED else "",
        moved_to=str(answering.content.get("moved_to", "")), events=events,
        question=intake.open_question(events), award=find_award(session, tip), problems=problems or {}, typed=typed,
        done=done, token=keyring.make_token(now(), str(tip.id)),
    )  # fmt: skip


def _passed(region: str, topic: str) -> tuple[Place, Keyring, Tip, Token] | Response:
    """The tip whose page the form stood on; the form for the code where the pass is over."""
    place = _enter_to_follow(region, topic)
    keyring = keyring_of(place.tenant.id, topic)
    if g.get("too_large"):
        return _too_large(place)
    token = keyring.read_token(request.form.get("token", ""), now())
    tip = None
    if token is not None and token.fresh and token.about.isdigit():
        tip = the_session().get(Tip, (place.tenant.id, int(token.about)))
    if token is None or tip is None:
        problem = _("页面打开的时间太长，没有保存。请重新输入回执码。")
        return _page("follow", place, 422, problem=problem, typed="")
    return place, keyring, tip, token


@blueprint.post("/<region>/<topic>/tip/more")
@public
def more(region: str, topic: str) -> Any:
    """Something to add, or the answer to a question."""
    found = _passed(region, topic)
    if isinstance(found, Response):
        return found
    place, keyring, tip, token = found
    session, source = the_session(), _source(keyring)
    typed = request.form.get("tip-more", "")
    problems: Problems = {}
    try:
        text = read_line(request.form, "tip-more", WORDS, lines=True)
        if not text and not _uploads():
            problems["tip-more"] = _("请写明要补充的内容，或选择附件。")
    except Unusable as error:
        text, problems["tip-more"] = "", error.message
    wait = brakes.seconds_to_wait(session, source, now(), brakes.TRY)
    if wait:
        return _progress(place, keyring, tip, 429, problems={"tip-more": _slow_down(wait)}, typed=typed)
    if problems:
        return _progress(place, keyring, tip, 422, problems=problems, typed=typed)
    brakes.note_attempt(session, source, now(), brakes.TRY)
    session.commit()
    link = url_for("tips.detail", tenant=place.tenant.code, campaign=topic, tip_id=tip.id)
    try:
        intake.add_words(
            session, now(), tip=tip, keyring=keyring, text=text, nonce=token.nonce, uploads=_uploads(),
            folder=files_folder(), link=link,
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        session.rollback()
        if isinstance(error, Conflict):
            return _progress(place, keyring, tip, 409, problems={"tip-more": error.message}, typed=typed)
        _note_refusal(error, place)
        return _progress(place, keyring, tip, 422, problems=dict(error.problems), typed=typed)
    return _progress(place, keyring, tip, done=_("已收到您的补充。"))


@blueprint.post("/<region>/<topic>/tip/word")
@public
def word(region: str, topic: str) -> Any:
    """The word with which a reward is fetched without a name."""
    found = _passed(region, topic)
    if isinstance(found, Response):
        return found
    place, keyring, tip, _token = found
    session = the_session()
    try:
        chosen = read_line(request.form, "word", WORD)
        if len(chosen) < 4:
            raise Unusable(_("口令至少 4 个字，自己记得住、别人猜不到。"))
        intake.set_pay_word(session, now(), tip=tip, keyring=keyring, word=chosen)
    except Unusable as error:
        return _progress(place, keyring, tip, 422, problems={"word": error.message})
    except Conflict as error:
        session.rollback()
        return _progress(place, keyring, tip, 409, problems={"word": error.message})
    return _progress(place, keyring, tip, done=_("口令已设好，请牢记：领奖时凭回执码和口令。"))
