"""Questionnaires, an evaluation and commendations in the demo: fictional, posts only."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from portal.assessment.commendations import decide_commendation, propose_commendation
from portal.assessment.evaluation import add_finding, close_round, conclude, open_round
from portal.assessment.evaluation_pages import USUAL
from portal.assessment.survey_models import Survey, SurveyKind
from portal.assessment.survey_questions import load, read_lines
from portal.assessment.surveys import Draft, answer_survey, list_asked, make_survey, open_survey
from portal.core.clock import end_of
from portal.core.periods import Period, PeriodKind, period_of
from portal.core.posts import POST_LABELS, PostKind
from portal.core.scope import Actor
from portal.core.text import Message, _
from portal.operations.demo_world import World, liaison
from portal.tenants.models import Tenant
from portal.units.bodies import MemberUnit, list_members
from portal.units.models import Mechanism, Post

SHOWN = {"pd": 0, "xn": 1, "sy": 2, "yq": 0}
"""Prefix of the tenants that ask their units -> in which of their campaigns, in the order of the navigation."""


def play(world: World, tenant: Tenant) -> None:
    """Inside ``tenant``: last half-year evaluated, one opinion asked now, one commended, one to be decided."""
    if world.prefix(tenant) not in SHOWN:
        return
    half = period_of(world.today, PeriodKind.HALF_YEAR).shifted(-1)
    campaigns = sorted(world.registry.campaigns.values(), key=lambda c: c.position)
    chosen = campaigns[min(SHOWN[world.prefix(tenant)], len(campaigns) - 1)].key
    wanted = (Mechanism.tenant_id == tenant.id, Mechanism.campaign == chosen)
    body = world.session.scalars(sa.select(Mechanism).where(*wanted)).one()
    members = list_members(world.session, body.id, world.today)
    _evaluate(world, tenant, body, members, half)
    _ask(world, tenant, body, members)
    _commend(world, tenant, body, members)


def _make(
    world: World, tenant: Tenant, body: Mechanism, kind: SurveyKind, title: str, days: int, round_id: int | None = None
) -> Survey:  # fmt: skip
    office = world.office(tenant)
    draft = Draft(
        kind=kind, title=title, purpose=str(_("供办公室改进工作，只在成员单位内部使用。")), basis=str(_("年度工作安排")),
        questions=read_lines(str(USUAL[kind])), due=end_of(world.today + timedelta(days=days)), round_id=round_id,
        nameless=kind is SurveyKind.EVALUATION,
    )  # fmt: skip
    survey = make_survey(
        world.session, office, world.now, mechanism_id=body.id, campaign=body.campaign, draft=draft, units=(),
        request_key=f"demo-{kind}-{body.id}",
    )  # fmt: skip
    open_survey(
        world.session,
        office,
        world.now,
        survey,
        f"/{tenant.code}/{body.campaign}/assessment/surveys/{survey.id}",
    )
    return survey


def _answer(world: World, survey: Survey, share: int) -> None:
    """Of each four units, ``share`` have answered; those that the demo keeps open have not."""
    for number, asked in enumerate(list_asked(world.session, survey)):
        if asked.unit_id in world.kept_open or number % 4 >= share:
            continue
        given = {
            q.key: [q.choices[number % len(q.choices)]] if q.choices else [str(_("无"))]
            for q in load(survey.questions)
        }
        answer_survey(
            world.session, liaison(asked.unit), world.now, survey=survey, unit_id=asked.unit_id, given=given
        )


def _evaluate(world: World, tenant: Tenant, body: Mechanism, members: list[MemberUnit], half: Period) -> None:
    office = world.office(tenant)
    found = open_round(
        world.session, office, world.now, mechanism_id=body.id, campaign=body.campaign, period=half.key
    )
    for kind, name in ((SurveyKind.SELF_CHECK, _("自查")), (SurveyKind.EVALUATION, _("评估问卷"))):
        title = str(Message(_("%(period)s%(name)s"), period=half.label, name=name))
        _answer(world, _make(world, tenant, body, kind, title, 12, found.id), 3)
    for number, member in enumerate(members[:4]):
        text = _("信息报送及时，履职到位。") if number % 2 else _("职责基本落实，材料归档有待加强。")
        conclude(
            world.session,
            office,
            world.now,
            found=found,
            unit_id=member.unit_id,
            interview="",
            text=str(text),
        )
    add_finding(
        world.session, office, world.now, found=found, unit_id=members[2].unit_id, text=str(_("宣传资料没有更新为今年版本"))
    )  # fmt: skip
    if world.prefix(tenant) == "sy":
        close_round(
            world.session, office, world.now, found=found,
            summary=str(_("各单位职责落实总体较好，信息报送较为及时；材料归档和宣传资料更新需要加强。")),
            link=f"/{tenant.code}/{body.campaign}/assessment/rounds/{found.id}",
        )  # fmt: skip


def _ask(world: World, tenant: Tenant, body: Mechanism, members: list[MemberUnit]) -> None:
    title = str(_("会议工作规则（修订稿）征求意见"))
    _answer(world, _make(world, tenant, body, SurveyKind.OPINION, title, 8), 2)


def _holder(world: World, tenant: Tenant, body: Mechanism, kind: PostKind) -> Actor:
    """The account that decides: a decision is a person's."""
    account_id = world.session.scalars(
        sa.select(Post.account_id).where(Post.mechanism_id == body.id, Post.kind == kind.value).limit(1)
    ).one()
    return Actor(account_id, f"{tenant.full_name} {POST_LABELS[kind]}")


def _commend(world: World, tenant: Tenant, body: Mechanism, members: list[MemberUnit]) -> None:
    office = _holder(world, tenant, body, PostKind.OFFICE_STAFF)
    head = _holder(world, tenant, body, PostKind.CONVENOR)
    for number, member in enumerate(members[:2]):
        row = propose_commendation(
            world.session, office, world.now, mechanism_id=body.id, unit_id=member.unit_id,
            title=str(_("上半年宣传教育成效突出")), grounds=str(_("组织集中宣传，进村入户覆盖全部乡镇，群众反映良好。")),
            basis=str(_("年度工作安排")), request_key=f"demo-praise-{number}-{body.id}",
        )  # fmt: skip
        if not number:
            mark = f"〔{world.today.year}〕1"
            decide_commendation(
                world.session, head, world.now, row=row, approved=True,
                number=str(Message(_("%(code)s%(mark)s号"), code=body.issuer_code or _("联办"), mark=mark)), why="", link="",
            )  # fmt: skip
