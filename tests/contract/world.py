"""Real rows for the walks: two cities with two counties each, every post, one row of every kind in each.

Every name and text that belongs to a place carries the place's canary, so that a page which shows it to
anybody else is found out.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from flask import Flask, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from psycopg import sql
from sqlalchemy import make_url
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portal.accounts.models import Account
from portal.activities.entry import Entry as Held
from portal.activities.services import record_activity
from portal.campaigns.declarations import Campaign
from portal.campaigns.forms import Form
from portal.core.db import Base, db
from portal.core.posts import RIGHTS, PostKind, Right
from portal.core.scope import SYSTEM, Actor
from portal.core.text import Message
from portal.core.workdays import WorkCalendar
from portal.deadlines.matters import find_matter
from portal.documents.attachments import add
from portal.documents.models import Export
from portal.duties.lines import write_line
from portal.exchange.models import UrgentPart
from portal.exchange.services import Facts, file_report
from portal.ledger.services import Entry, create_record
from portal.notices.feeds import make_feed
from portal.notices.models import Notice
from portal.notices.services import notify
from portal.reporting.design import local
from portal.reporting.design.local_content import Column, Content
from portal.reporting.models import Question, Report, ReportFile, Submission, Upload
from portal.reporting.opening import asked_fields, find_report, open_periods
from portal.reporting.questions import answer, ask
from portal.reporting.services import file_submission, save_draft
from portal.reporting.upward import submit_report
from portal.tenants.models import Tenant
from portal.units.bodies import list_members
from portal.units.handover import open_handover
from portal.units.models import Membership
from portal.web.access import SAFE, Access
from tests.contract.world_assessment import furnish_assessment
from tests.contract.world_exchange import furnish_exchange
from tests.contract.world_groups import furnish_groups
from tests.contract.world_ledgers import furnish_ledgers
from tests.contract.world_matching import furnish_matching
from tests.contract.world_matters import furnish_matters
from tests.contract.world_meetings import furnish_meetings
from tests.contract.world_minutes import furnish_minutes
from tests.contract.world_papers import furnish_papers
from tests.contract.world_rewards import furnish_rewards
from tests.contract.world_supervision import furnish_supervision
from tests.contract.world_surveys import furnish_surveys
from tests.contract.world_tips import furnish_tips
from tests.contract.world_transfers import furnish_transfers
from tests.factories import Factory

CAMPAIGN = "anticounterfeit"
SPARE = "illegal_fundraising"
"""Switched on everywhere, used by nobody: may be switched off by a walk."""
SECOND = "second"
"""The liaison of another unit of the same place."""
TOKEN = "csrf-token-of-the-walk"
UNIT_POSTS = (PostKind.LIAISON, PostKind.LEADER_IN_CHARGE)
PLAIN = frozenset({"tenant", "campaign", "filename", "number", "key", "region", "topic"})
"""View arguments that name no row of a tenant."""


@dataclass
class Place:
    """One tenant. ``ids``: view argument -> a row of this place; ``segment/argument``, with the segment of the
    address before it, goes before ``argument``.
    """

    slug: str
    tenant_id: int
    code: str
    canary: str
    ids: dict[str, Any] = field(default_factory=dict)

    def account(self, who: str) -> str:
        return f"{self.slug}_{who}"

    def value(self, rule: Rule, argument: str) -> Any:
        before = re.search(rf"/([^/<>]+)/<(?:[^<>]*:)?{argument}>", rule.rule)
        for name in (f"{before[1]}/{argument}" if before else "", argument):
            if name in self.ids:
                return self.ids[name]
        raise AssertionError(f"{rule.rule}: tests/contract/world.py makes no row for <{argument}>")


@dataclass
class World:
    app: Flask
    cities: tuple[Place, Place]
    counties: tuple[Place, Place, Place, Place]
    """The first two below the first city, the others below the second."""
    _clients: dict[str, FlaskClient] = field(default_factory=dict)

    @property
    def places(self) -> tuple[Place, ...]:
        return (*self.cities, *self.counties)

    @contextmanager
    def factory(self) -> Iterator[Factory]:
        with self.app.app_context():
            yield Factory(db.session(), self.app, self.app.extensions["portal"].clock)

    def client(self, place: Place, who: str) -> FlaskClient:
        """``who`` (a post kind or ``SECOND``) logged in, with forms that take ``token``."""
        name = place.account(who)
        if name not in self._clients:
            with self.factory() as make:
                self._clients[name] = make.login(name)
            self._arm(self._clients[name])
        return self._clients[name]

    def send(
        self, place: Place | None, who: str, method: str, url: str, data: Mapping[str, Any] | None = None
    ) -> TestResponse:
        """Ask as ``who`` (no place: as nobody), with a valid token where something is posted."""
        client = self.client(place, who) if place else self.anonymous()
        if method in SAFE:
            return client.open(url, method=method)
        response = client.open(url, method=method, data={"csrf_token": self.token} | dict(data or {}))
        if place and response.status_code < 400:  # it may have ended the session, or begun another one
            self._clients.pop(place.account(who), None)
        return response

    def _arm(self, client: FlaskClient) -> None:
        with client.session_transaction() as cookie:
            cookie["csrf_token"] = TOKEN

    def anonymous(self) -> FlaskClient:
        client = self.app.test_client()
        self._arm(client)
        return client

    @cached_property
    def token(self) -> str:
        """The signed token that goes with ``TOKEN`` in the cookie."""
        with self.app.test_request_context():
            session["csrf_token"] = TOKEN
            return str(generate_csrf())

    def rules(self) -> list[Rule]:
        return sorted(
            (r for r in self.app.url_map.iter_rules() if r.endpoint != "static"),
            key=lambda r: (r.rule, r.endpoint),
        )

    def access(self, rule: Rule) -> Access:
        view: Any = self.app.view_functions[rule.endpoint]
        assert isinstance(view.access, Access)
        return view.access

    def url(self, rule: Rule, place: Place, foreign: Mapping[str, Any] | None = None) -> str:
        """The address of ``rule`` in ``place``; ``foreign`` replaces arguments."""
        values = {a: self.row(rule, place, a) for a in rule.arguments} | dict(foreign or {})
        with self.app.test_request_context():
            built = rule.build(values)
        assert built is not None, f"{rule.rule} cannot be built from {values}"
        return built[1]

    def row(self, rule: Rule, place: Place, argument: str) -> Any:
        """What stands for the argument in ``place``: seen from above, a report is one that was submitted."""
        above = argument == "report_id" and "place" in rule.arguments
        return place.ids["submitted"] if above else place.value(rule, argument)

    def holders(self, access: Access) -> list[PostKind]:
        """Post kinds that pass the guard of a view, one of each kind of rights."""
        if access.right is None:
            return [PostKind.LIAISON, PostKind.OFFICE_DIRECTOR, PostKind.AUDITOR]
        return [next(kind for kind, rights in RIGHTS.items() if access.right in rights)]

    def fingerprint(self) -> dict[str, str]:
        """Table -> hash of all its rows, read past every guard."""
        found = {}
        with _raw(self.app) as read:
            for name in sorted(Base.metadata.tables):
                rows = sorted(repr(row) for row in read(name))
                found[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        return found

    def rows_of(self, place: Place) -> dict[str, list[str]]:
        """Table -> the place's rows, read past every guard."""
        found = {}
        with _raw(self.app) as read:
            for name, table in Base.metadata.tables.items():
                if "tenant_id" in table.c:
                    at = list(table.c.keys()).index("tenant_id")
                    found[name] = sorted(repr(r) for r in read(name) if r[at] == place.tenant_id)
        return found


@contextmanager
def _raw(app: Flask) -> Iterator[Any]:
    """A function table -> rows (columns as in the model) on a connection that no guard binds."""
    url = make_url(app.extensions["portal"].settings.database_url)
    columns = {t.name: list(t.c.keys()) for t in Base.metadata.tables.values()}
    if url.get_backend_name() == "sqlite":
        link = sqlite3.connect(str(url.database))
        try:
            yield lambda name: link.execute(
                f'select {", ".join(map(_quoted, columns[name]))} from "{name}"'
            ).fetchall()
        finally:
            link.close()
        return
    with psycopg.connect(host=str(url.query["host"]), user="postgres", dbname=url.database) as pg:
        yield lambda name: pg.execute(
            sql.SQL("select {} from {}").format(
                sql.SQL(", ").join(map(sql.Identifier, columns[name])), sql.Identifier(name)
            )
        ).fetchall()


def _quoted(name: str) -> str:
    return f'"{name}"'


class Reading(FlaskClient):
    """Reads each answer to its end, so that a file that is handed out is closed."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        response.get_data()
        response.close()
        return response


def build(app: Flask) -> World:
    app.test_client_class = Reading
    with app.app_context():
        database = db.session()
        database.info["audit_key"] = app.extensions["portal"].audit_key
        make = Factory(database, app, app.extensions["portal"].clock)
        cities, counties = [], []
        for name in ("one", "two"):
            city = make.tenant(f"{name}市")
            cities.append(_furnish(make, city, f"{name}_city"))
            counties += [_furnish(make, make.tenant(f"{name}{n}县", city), f"{name}_{n}") for n in "ab"]
    return World(app, tuple(cities), tuple(counties))  # type: ignore[arg-type]


def _furnish(make: Factory, tenant: Tenant, slug: str) -> Place:
    place = Place(slug, tenant.id, tenant.code, f"CANARY-{slug.upper()}-")
    police, finance, guest = (
        make.unit(tenant, f"{place.canary}{n}") for n in ("公安局", "财政局", "特邀单位")
    )
    body = make.mechanism(
        tenant,
        CAMPAIGN,
        {"police": police, "finance": finance},
        name=f"{place.canary}联席会议",
        office=f"{place.canary}办公室",
    )
    make.mechanism(tenant, SPARE, name=f"{place.canary}领导小组")
    for kind in PostKind:
        administers = not RIGHTS[kind].isdisjoint(
            {Right.TENANT_MANAGE, Right.ACCOUNT_MANAGE, Right.AUDIT_READ}
        )
        unit = police if kind in UNIT_POSTS else None
        make.post(tenant, place.account(kind), kind, None if administers else body, unit)
    make.post(tenant, place.account(SECOND), PostKind.LIAISON, body, finance)
    left = make.post(tenant, place.account("leaver"), PostKind.LIAISON, body, finance)
    victim = make.account(tenant, place.account("victim"))
    with make.enter(tenant) as session:
        member = Membership(mechanism_id=body.id, member="", unit_id=guest.id, since=date(2026, 1, 1))
        session.add(member)
        session.flush()
        place.ids |= {"tenant": tenant.code, "campaign": CAMPAIGN, "tenant_id": tenant.id, "code": tenant.code,
                      "place": tenant.code, "account_id": victim.id, "membership": member.id,
                      "key": SPARE, "policies/key": "due_shift", "unit_id": police.id,
                      "mechanism_id": body.id, "filename": "portal.css", "language/code": "en"}  # fmt: skip
        actor = Actor(victim.id, f"{place.canary}联络员")
        left.until, left.end_reason = make.clock() - timedelta(hours=1), place.canary
        session.flush()
        sheet = open_handover(
            session,
            actor,
            make.clock(),
            post_id=left.id,
            number=place.canary,
            noticed_on=date(2026, 9, 16),
            sources=(),
        )
        place.ids |= {"post_id": left.id, "handover_id": sheet.id}
        owner = session.query(Account).filter_by(username=place.account(PostKind.LIAISON)).one()
        place.ids["token"] = make_feed(session, owner.id, make.clock())
        _report(session, make, place, body.id, actor, police.id)
        _keep(session, make, place, body.id, actor, police.id)
        _bring(session, make, place)
        furnish_exchange(session, make, place, body, actor, (police.id, finance.id))
        furnish_ledgers(session, make, place, body.id, police.id)
        furnish_papers(session, make, place, body, actor, (police.id, finance.id))
        furnish_meetings(session, make, place, body, actor, (police.id, finance.id))
        furnish_minutes(session, make, place, body, actor, (police.id, finance.id))
        furnish_supervision(session, make, place, body.id, actor, (police.id, finance.id))
        furnish_groups(session, make, place, body.id, actor, (police.id, finance.id))
        furnish_surveys(session, make, place, body.id, actor, (police.id, finance.id))
        furnish_assessment(session, make, place, body.id, actor, (police.id, finance.id))
        furnish_tips(session, make, place, body, actor, police.id)
        furnish_matters(session, make, place, actor, (police.id, finance.id))
        furnish_transfers(session, make, place, body.id, actor, (police.id, finance.id))
        furnish_matching(session, make, place)
        furnish_rewards(session, make, place, actor, police.id)
    return place


def _report(session: Session, make: Factory, place: Place, body: int, actor: Actor, unit_id: int) -> None:
    """August: submitted upward. September: filed by the first unit, a draft of the second."""
    now: datetime = make.clock()
    campaign = make.app.extensions["portal"].registry.find(CAMPAIGN)
    form = campaign.forms[0]
    opened = open_periods(
        session, SYSTEM, now, campaign=campaign, mechanism_id=body, members=list_members(session, body, now.date()),
        since=date(2026, 8, 1), calendar=WorkCalendar(),
    )  # fmt: skip
    assert opened == 2
    session.flush()
    forms = {(s.period, s.unit_id): s for s in session.query(Submission)}
    common: dict[str, Any] = {"campaign": campaign, "form": form, "needs_signature": False}
    for (period, unit), found in sorted(forms.items()):
        if period == "2026-09" and unit != unit_id:
            save_draft(session, actor, now, submission=found, version=found.version, values={},
                       explanations={"arrest_people": place.canary})  # fmt: skip
            continue
        file_submission(
            session, actor, now, submission=found, version=found.version, values={}, zero=True,
            explanations={"arrest_people": place.canary}, late_reason=place.canary, **common,
        )  # fmt: skip
        session.flush()
    twice = forms["2026-09", unit_id]  # a second edition, so that there is a difference to look at
    file_submission(
        session, actor, now, submission=twice, version=twice.version, values={}, zero=True,
        explanations={"arrest_people": f"{place.canary}twice"}, late_reason=place.canary, **common,
    )  # fmt: skip
    session.flush()
    august, september = (find_report(session, CAMPAIGN, form.key, p) for p in ("2026-08", "2026-09"))
    assert august is not None
    assert september is not None
    submit_report(
        session, actor, now, report=august, version=august.version, late_reason=place.canary,
        gap_reasons={unit: place.canary for _period, unit in forms},
    )  # fmt: skip
    place.ids["file_id"] = session.query(ReportFile).filter_by(report_id=august.id).one().id
    place.ids |= {"report_id": september.id, "submitted": august.id, "number": 1,
                  "submission_id": forms["2026-09", unit_id].id,
                  "forms/submission_id": forms["2026-08", unit_id].id}  # fmt: skip
    _ask_and_attach(session, make, place, body, actor, forms["2026-09", unit_id], form)
    export = Export(account_id=actor.account_id, kind="overview.detail", title=place.canary, asked_at=now, finished_at=now,
                    size=1, wanted={"campaign": CAMPAIGN, "below": [], "filters": {}})  # fmt: skip
    session.add(export)
    session.flush()
    place.ids["export_id"] = export.id
    _draft_a_form(session, place, body, actor, now, campaign)


def _draft_a_form(
    session: Session, place: Place, body: int, actor: Actor, now: datetime, campaign: Campaign
) -> None:
    """A form of the place's own, not yet published."""
    row = local.start(session, actor, now, campaign=campaign, mechanism_id=body)
    content = Content(label=place.canary, columns=(Column(label=place.canary),), reason=place.canary)
    local.save(session, actor, now, campaign=campaign, row=row, version=row.version, content=content)
    place.ids["local_id"] = row.id


def _ask_and_attach(
    session: Session, make: Factory, place: Place, body: int, actor: Actor, submission: Submission, form: Form
) -> None:
    """A question that waits, one that was answered, and an attachment of the filed form."""
    now: datetime = make.clock()
    key = asked_fields(form, submission.member)[0].key
    for text in ("问一", "问二"):
        question = ask(session, actor, now, mechanism_id=body, submission=submission, form=form, key=key,
                       text=place.canary + text, calendar=WorkCalendar(), link="")  # fmt: skip
    answer(
        session,
        actor,
        now,
        campaign=CAMPAIGN,
        question_id=question.id,
        version=1,
        text=place.canary,
        form=form,
        link="",
    )
    waiting = session.query(Question).filter_by(answered_at=None).one()
    attached = add(
        session, actor, now, folder=Path(make.app.instance_path) / "files", subject=f"submission:{submission.id}",
        field="papers", unit_id=submission.unit_id, name=f"{place.canary}.txt", stream=BytesIO(place.canary.encode()),
    )  # fmt: skip
    place.ids |= {"question_id": waiting.id, "ask/key": key, "attachment_id": attached.id}


def _bring(session: Session, make: Factory, place: Place) -> None:
    """A workbook that the liaison brought, and one of the office's; both wait to be confirmed."""
    submission = session.get_one(Submission, (place.tenant_id, place.ids["submission_id"]))
    report = session.get_one(Report, (place.tenant_id, place.ids["report_id"]))
    entry = {
        "submission": str(submission.id), "version": submission.version, "unit": place.canary, "sheet": place.canary,
        "file": place.canary, "cells": {}, "tables": {}, "remarks": [place.canary], "problems": [], "counts": [0, 0, 0],
    }  # fmt: skip
    for name, who in (("upload_id", PostKind.LIAISON), ("bulk/upload_id", PostKind.OFFICE_DIRECTOR)):
        holder = session.scalars(sa.select(Account.id).where(Account.username == place.account(who))).one()
        upload = Upload(
            mechanism_id=report.mechanism_id, report_id=report.id, account_id=holder, campaign=CAMPAIGN, name=place.canary,
            bulk=who is PostKind.OFFICE_DIRECTOR, findings=[dict(entry)], made_at=make.clock(),
        )  # fmt: skip
        session.add(upload)
        session.flush()
        place.ids[name] = upload.id


def _keep(session: Session, make: Factory, place: Place, body: int, actor: Actor, unit_id: int) -> None:
    """A matter that was reported upward, one whose clock runs, and a notice."""
    now: datetime = make.clock()
    campaign = make.app.extensions["portal"].registry.find(CAMPAIGN)
    ledger = campaign.ledgers[0]
    threshold = next(t for t in campaign.thresholds if t.ledger == ledger.key)
    values = dict(next(e for e in ledger.examples if threshold.when(e)))
    values.pop("title")
    common: dict[str, Any] = {"mechanism_id": body, "unit_id": unit_id}
    told, kept = (
        create_record(
            session, actor, now, campaign=campaign, ledger=ledger, entry=Entry(place.canary + n, place.canary, now, values),
            request_key=f"{place.slug}-{n}", **common,
        )
        for n in ("told", "kept")
    )  # fmt: skip
    session.flush()
    urgent = file_report(
        session, actor, now, campaign=campaign, facts=Facts(place.canary, place.canary, now),
        request_key=place.slug, matter=find_matter(session, f"record:{told.id}"), **common,
    )  # fmt: skip
    activity = record_activity(
        session, actor, now, unit_id=unit_id, units=(), campaigns=[CAMPAIGN], request_key=place.slug,
        entry=Held(title=f"{place.canary}held", kind="rally", held_on=now.date(), place=place.canary, note=place.canary),
    )  # fmt: skip
    place.ids["activity_id"] = activity.id
    for unit in (unit_id, None):
        notify(
            session,
            now,
            mechanism_id=body,
            unit_id=unit,
            text=Message(f"{place.canary}通知"),
            sender=place.canary,
        )
    session.flush()
    notice = session.query(Notice).filter_by(unit_id=unit_id, sender=place.canary).one()
    held = write_line(
        session, actor, now, campaign=campaign, mechanism_id=body, unit_id=None, member=None, key="annual_plan",
        done_on=now.date(), note=place.canary,
    )  # fmt: skip
    place.ids |= {"line_id": held.id, "lines/key": "annual_plan"}
    part = UrgentPart(
        urgent_id=urgent.id, number=2, kind="follow_up", what=f"{place.canary}续报", filed_at=make.clock(),
        filed_by=actor.name, request_key=f"{place.slug}-part",
    )  # fmt: skip
    part.released_at = make.clock()
    session.add(part)
    session.flush()
    place.ids |= {"record_id": kept.id, "released_record": told.id, "urgent/report_id": urgent.id,
                  "subject": f"record:{told.id}", "notice_id": notice.id}  # fmt: skip
