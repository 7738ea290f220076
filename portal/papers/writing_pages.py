"""Pages on which papers are written: choosing a template, the form, autosave."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from portal.campaigns.papers import DocumentTemplate, DocumentType
from portal.core.clock import SHANGHAI
from portal.core.errors import Conflict, Invalid, NotFound, PluginError
from portal.core.i18n import in_source_language, translate
from portal.core.posts import Right
from portal.core.text import Message, Text, _, written
from portal.documents import attachments
from portal.documents.drafts import drop_draft, find_draft, save_draft
from portal.documents.file_pages import files_folder
from portal.documents.marks import SecretText, refuse_marks
from portal.documents.models import Draft
from portal.documents.writing import note_refused
from portal.papers import files, flow, sheet, texts, writing
from portal.papers.access import get_paper
from portal.papers.composing import propose_body, propose_title
from portal.papers.labels import TYPE_LABELS
from portal.papers.models import Paper, State
from portal.papers.origins import find_origin, page_of
from portal.papers.rendering import content_of
from portal.papers.sheet import LONGEST, Sheet, form_of, kept_form, read_sheet, terms_of
from portal.papers.templates import find_template, list_templates
from portal.papers.views import DRAFT, ID, OFFERED, at, blueprint, done
from portal.papers.writing import Content, Terms
from portal.units.bodies import MemberUnit, get_body, list_members
from portal.units.models import Mechanism
from portal.web.access import now, require, the_actor, the_campaign, the_desk, the_session
from portal.web.inputs import row_id

Problems = Mapping[str, Message | Text]
TYPED = MultiDict[str, str]


def _members() -> list[MemberUnit]:
    return list_members(the_session(), the_desk().mechanism_id, now().astimezone(SHANGHAI).date())


def _offered() -> list[DocumentTemplate]:
    return [t for t in list_templates(the_campaign()) if t.type in OFFERED]


def _template(key: str) -> DocumentTemplate:
    found = find_template(the_campaign(), key)
    if found.type not in OFFERED:
        raise NotFound
    return found


@blueprint.route("/<tenant>/<campaign>/papers/new", methods=["GET", "POST"])
@require(Right.PAPER_WRITE)
def new() -> Any:
    """From a template, or from what ``subject`` names with everything filled in that is known of it."""
    if request.method == "POST":
        return _take(None)
    args = request.args
    draft = _draft(args.get("draft", "").replace("\0", "")[:60])
    if draft is not None:
        typed = kept_form(draft.content)
        return _page(None, _template(typed.get("paper-template", "")), typed, draft=draft)
    key, subject = args.get("template", ""), args.get("subject", "").replace("\0", "")[:60]
    if not key and not subject:
        return _choose()
    template, content = _begin(key, subject)
    typed = form_of(content, the_campaign())
    typed["paper-subject"] = subject
    return _page(None, template, typed)


def _choose() -> str:
    templates = sorted(_offered(), key=lambda t: list(DocumentType).index(t.type))
    own = {t.key for t in the_campaign().documents}
    return render_template(
        "papers/choose.html",
        at=at(the_desk()),
        templates=templates,
        types=TYPE_LABELS,
        own=own,
        campaign=the_campaign(),
    )


def _begin(key: str, subject: str) -> tuple[DocumentTemplate, Content]:
    session, desk = the_session(), the_desk()
    body = get_body(session, desk.mechanism_id)
    proxy = bool(body.host_name)
    if not subject:
        template = _template(key)
        minutes = template.type is DocumentType.MINUTES
        terms = Terms(proxy=proxy and not minutes, issuer=writing.BODY if minutes else writing.OFFICE)
        content = Content(template=template, title="", terms=terms)
    else:
        origin, origin_id = find_origin(subject)
        if key and key not in origin.templates and _template(key).type not in origin.types:
            raise NotFound
        prepared = origin.prepare(session, desk, origin_id, key or origin.templates[0], now())
        template = _template(prepared.template)
        minutes = template.type is DocumentType.MINUTES
        content = Content(
            template=template, title=prepared.title, body=prepared.body, values=prepared.values,
            terms=terms_of(prepared, proxy=proxy and not minutes, body=minutes),
        )  # fmt: skip
    return template, _proposed(content)


def _complete(content: Content) -> bool:
    return all(content.values.get(f.key) not in (None, "", []) for f in content.template.fields if f.required)


def _proposed(content: Content, *, anew: bool = False) -> Content:
    """With the template's title and text where there are none yet, once its required fields are answered."""
    if not _complete(content):
        return content
    template, values = content.template, {f.key: content.values.get(f.key) for f in content.template.fields}
    with in_source_language():
        title = content.title if content.title and not anew else propose_title(template, values)
        body = content.body if content.body and not anew else propose_body(template, values)
    return Content(template=template, title=title, body=body, values=content.values, terms=content.terms)


@blueprint.route(f"/<tenant>/<campaign>/papers/{ID}/edit", methods=["GET", "POST"])
@require(Right.PAPER_WRITE)
def edit(paper_id: int) -> Any:
    paper = get_paper(the_session(), the_desk(), paper_id)
    if request.method == "POST":
        return _take(paper)
    if paper.state != State.DRAFT:
        raise Conflict(_("这份公文已经送核，不能直接修改；要改请先退回。"))
    draft = _draft(writing.fresh_key(paper.id))
    if draft is not None and draft.saved_at > paper.changed_at:
        typed = kept_form(draft.content)
        return _page(paper, _template(typed.get("paper-template", "")), typed, draft=draft)
    content = content_of(paper, the_campaign())
    return _page(paper, content.template, form_of(content, the_campaign()), draft=draft)


def _draft(key: str) -> Draft | None:
    if not key:
        return None
    return find_draft(
        the_session(), mechanism_id=the_desk().mechanism_id, unit_id=None, kind=DRAFT, subject=key
    )


def _key(paper: Paper | None) -> str:
    """Under which the form's draft is kept."""
    return (
        writing.fresh_key(paper.id) if paper else request.form.get("request_key", "").replace("\0", "")[:40]
    )


def _take(paper: Paper | None) -> Any:
    """What was posted: kept, sent for checking, or worked on further."""
    posted, action, session = request.form, request.form.get("action", "save"), the_session()
    template = _template(posted.get("paper-template", ""))
    members = _members()
    known = {m.unit_id for m in members} | ({*paper.terms["main"], *paper.terms["copy"]} if paper else set())
    if action == "discard":
        return _discard(paper)
    found = read_sheet(posted, template, the_campaign(), known)
    if action in ("propose", "letter"):
        return _work_on(paper, found, action)
    problems = dict(found.problems)
    if action == "send":
        if template.sheet is not None:  # else they only help to write the text, which stands there
            problems |= found.missing
        problems |= writing.check_complete(session, found.content, members)
    if not problems and not posted.get("request_key", "").strip():
        problems[""] = _("页面已失效，请返回上一页，刷新后再试。")
    status = 422
    if not problems:
        try:
            return _keep(paper, found, action)
        except (Invalid, Conflict) as error:
            session.rollback()
            if isinstance(error, Invalid):
                note_refused(f"paper:{paper.id if paper else 'new'}", error)
            problems = error.problems if isinstance(error, Invalid) else {"": error.message}
            status = 422 if isinstance(error, Invalid) else 409
            paper = get_paper(session, the_desk(), paper.id) if paper else None
    return _page(paper, template, posted, problems, stale=status == 409), status


def _keep(paper: Paper | None, found: Sheet, action: str) -> Any:
    session, actor, moment, key = the_session(), the_actor(), now(), _key(paper)
    subject = request.form.get("paper-subject", "").replace("\0", "")[:60]
    if paper is None and subject:
        origin, origin_id = find_origin(subject)  # of this desk, whatever the page says
        origin.prepare(session, the_desk(), origin_id, origin.templates[0], moment)
    kept = writing.save_paper(
        session, actor, moment, desk=the_desk(), content=found.content, paper=paper, subject=subject,
        version=row_id(request.form.get("paper-version", "")), request_key=request.form.get("request_key", "")[:40],
    )  # fmt: skip
    fresh = paper is not None or kept.created_at == moment  # not on a second click
    if fresh:
        attached = attachments.list_attached(session, files.subject_of(kept))
        dropped = request.form.getlist("paper-drop")
        annexes = [f for f in attached if f.field == files.ANNEX]
        attachments.remove(session, actor, moment, attachments=annexes, ids=dropped)
        for upload in request.files.getlist("paper-annex"):
            if upload.filename:
                files.add_annex(
                    session,
                    actor,
                    moment,
                    folder=files_folder(),
                    paper=kept,
                    name=upload.filename,
                    stream=upload.stream,
                )
    drop_draft(session, mechanism_id=kept.mechanism_id, unit_id=None, kind=DRAFT, subject=key)
    said: Message | Text = _("已保存。")
    if action == "send":
        writing.send_paper(session, actor, moment, paper=kept, template=found.content.template)
        said = _("已送核，请办公室其他同志核稿。")
    if found.cleaned:
        said = Message(_("%(said)s已删去 %(n)s 个看不见的字符。"), said=translate(said), n=found.cleaned)
    session.flush()
    if action == "send":
        return done(kept, said)
    flash(str(translate(said)), "done")
    return redirect(url_for("papers.edit", paper_id=kept.id, **at(the_desk())), 303)


def _discard(paper: Paper | None) -> Any:
    session, desk = the_session(), the_desk()
    drop_draft(session, mechanism_id=desk.mechanism_id, unit_id=None, kind=DRAFT, subject=_key(paper))
    if paper is not None:
        writing.discard_paper(session, the_actor(), now(), paper=paper)
    flash(str(translate(_("已删除。"))), "done")
    return redirect(url_for("papers.index", **at(desk)), 303)


def _work_on(paper: Paper | None, found: Sheet, action: str) -> Any:
    """The text made anew from the fields, or the 通知 turned into a 函. Nothing is stored yet."""
    content, posted = found.content, MultiDict(request.form)
    if action == "propose":
        problems = found.problems | found.missing
        if problems:
            return _page(paper, content.template, posted, problems), 422
        try:
            made = _proposed(content, anew=True)
        except PluginError as error:
            return _page(paper, content.template, posted, {"": error.message}), 503
        posted["paper-title"], posted["paper-body"] = made.title, made.body
        return _page(paper, content.template, posted)
    letter = next((t for t in _offered() if t.type is DocumentType.LETTER), None)
    if letter is None:
        raise NotFound
    notice, other = written("通知"), written("函")
    title = posted.get("paper-title", "")
    if title.endswith(notice):
        posted["paper-title"] = title.removesuffix(notice) + other
    posted["paper-template"], posted["paper-insist"] = letter.key, ""
    return _page(paper, letter, posted)


def _page(
    paper: Paper | None, template: DocumentTemplate, typed: TYPED, problems: Problems | None = None, *,
    draft: Draft | None = None, stale: bool = False,
) -> str:  # fmt: skip
    session, desk, campaign = the_session(), the_desk(), the_campaign()
    body: Mechanism = get_body(session, desk.mechanism_id)
    members = _members()
    attached = attachments.list_attached(session, files.subject_of(paper)) if paper else []
    subject = paper.subject if paper else typed.get("paper-subject", "")
    key = typed.get("request_key") or (draft.subject if draft and not paper else "") or secrets.token_hex(16)
    length, limit = texts.count(typed.get("paper-body", "")), texts.limit_of(template)
    fields = tuple(f for f in template.fields if f.kind.value != "files")
    main = {row_id(v) for v in typed.getlist("paper-main")}
    return render_template(
        "papers/form.html",
        at=at(desk),
        paper=paper,
        template=template,
        label=TYPE_LABELS[template.type],
        campaign=campaign,
        fields=fields,
        answers={
            f.key: typed.getlist(f.key) if f.kind.value == "choices" else typed.get(f.key, "") for f in fields
        },
        typed=typed,
        main=main,
        copy={row_id(v) for v in typed.getlist("paper-copy")},
        members=members,
        body=body,
        problems=problems or {},
        stale=paper if stale else None,
        longest=LONGEST,
        files_most=sheet.MOST_FILES,
        length=length,
        limit=limit,
        pattern=texts.COUNTED,
        attached=[f for f in attached if f.field == files.ANNEX],
        request_key=key,
        draft=draft,
        version=typed.get("version") or (draft.version if draft else 0),
        paper_version=typed.get("paper-version") or (paper.version if paper else 0),
        origin=page_of(subject) if subject else None,
        addressed=template.type not in writing.INSIDE,
        minutes=template.type is DocumentType.MINUTES,
        returned=flow.last_return(session, paper) if paper and paper.edition else None,
    )


def _sensitive(key: str) -> set[str]:
    """Answers that are sealed at rest: a draft, which is not, goes without them."""
    return {f.key for t in list_templates(the_campaign()) if t.key == key for f in t.fields if f.sensitive}


@blueprint.post("/<tenant>/<campaign>/papers/autosave")
@require(Right.PAPER_WRITE)
def autosave() -> Any:
    """Keeps the form as typed. Of a paper that exists: ``paper-id``, which the desk must be able to change."""
    session, desk, posted = the_session(), the_desk(), request.form
    paper_id = row_id(posted.get("paper-id", ""))
    paper = get_paper(session, desk, paper_id) if paper_id else None
    try:
        if paper is not None and paper.state != State.DRAFT:
            raise Conflict(_("这份公文已经送核，没有自动保存。"))
        if paper is not None and paper.version != row_id(posted.get("paper-version", "")):
            raise Conflict(_("同事刚保存过这份公文，没有自动保存。请复制您写的内容，刷新页面后再改。"))
        if paper is None and not _key(None):
            raise Conflict(_("页面已失效，请返回上一页，刷新后再试。"))
        typed = {
            n: v
            for n, v in sheet.kept(posted).items()
            if n not in _sensitive(posted.get("paper-template", ""))
        }
        refuse_marks({name.removeprefix("paper-"): "\n".join(values) for name, values in typed.items()})
        draft = save_draft(
            session, the_actor(), now(), mechanism_id=desk.mechanism_id, unit_id=None, kind=DRAFT, subject=_key(paper),
            title=posted.get("paper-title", "").replace("\0", ""), content={"form": typed},
            version=row_id(posted.get("version", "")),
        )  # fmt: skip
    except Conflict as error:
        return {"problem": str(translate(error.message))}, 409
    except SecretText as error:  # not even a draft may hold one
        note_refused(f"paper:{paper_id or 'new'}", error)
        return {"problem": str(translate(error.message))}, 422
    time = now().astimezone(SHANGHAI).strftime("%H:%M")
    return {
        "version": draft.version,
        "saved_at": str(translate(Message(_("已自动保存 %(time)s"), time=time))),
    }
