"""What is kept besides leads and cases: screenings, lists of premises and sectors (底数), tip channels, petitions.

The quarterly form counts all of them (``draws.py``); what is found goes into the ledger of leads.
"""

from __future__ import annotations

from typing import Any

from portal.campaigns import Check, Closing, Field, Grade, Ledger, Message, State, Step, Text, Values, Who, _

from .cells import FIRMS, ITEMS, PLACES, POST_ONLY, choice, count, day, flag, text, words
from .draws import PREMISES
from .lead_steps import CONSOLIDATION
from .ledger_checks import chain
from .register_examples import CHANNELS, GRIDS, PETITIONS, SCREENINGS, SECTORS
from .sources import d4

_HANDLERS = (Who.LEAD, Who.OFFICE)


def _at_most(part: str, whole: str, sentence: Text) -> Check:
    def find(values: Values) -> Message | None:
        a, b = values.get(part) or 0, values.get(whole)
        return None if b is None or a <= b else Message(sentence, a=a, b=b)

    return Check(key=f"{part}_within", grade=Grade.ERROR, fields=(part, whole), find=find)


# -------------------------------------------------------------------------------------------------- 清楼扫街
SCREENING = Ledger(
    key="screening",
    label=_("风险排查登记"),
    numbering=_("查"),
    fields=(
        count("inspectors", _("出动人员"), _("人次"), _("同一人每出动一次计一次。"), required=True),
        count("offices", _("排查写字楼"), PLACES, _("本季度已登记过的不再计。")),
        count("parks", _("排查产业园区"), PLACES, _("本季度已登记过的不再计。")),
        count("shops", _("排查商铺"), FIRMS, _("沿街和商场内的铺面；本季度已登记过的不再计。")),
        count("agencies", _("排查中介机构"), FIRMS, _("房产、留学、咨询、代办等；本季度已登记过的不再计。")),
        count("companies", _("排查其他企业、机构"), FIRMS, _("不含以上各类；本季度已登记过的不再计。")),
        count("sites", _("排查网络平台"), ITEMS, _("网站、应用程序、公众号等；本季度已登记过的不再计。")),
        choice("sector", _("行业领域"), "sector", _("只查一个领域的填写。")),
        text("remark", _("备注"), _("发现问题的，另在风险线索台账登记。")),
    ),
    clause=d4(_("五（一）"), _("每次排查登记一条，季度统计表由此合计。")),
    examples=SCREENINGS,
    views=("sector",),
)


def _screened_before_listed(values: Values) -> Message | None:
    if values.get("screened_on") or not values.get("clear"):
        return None
    return Message(_("已勾选未发现异常，请填写最近排查日期。"))


GRID = Ledger(
    key="grid",
    label=_("网格清单"),
    numbering=_("格"),
    fields=(
        *(
            count(key, label, unit, _("网格内现有的数量。"))
            for key, label, unit in zip(
                PREMISES,
                (_("写字楼"), _("商铺"), _("产业园区"), _("中介机构")),
                (PLACES, FIRMS, PLACES, FIRMS),
                strict=True,
            )
        ),
        text("keeper_post", _("网格责任岗位"), POST_ONLY, required=True),
        flag("in_list", _("列入网格化工作清单"), _("防非处非已列入综治网格清单。"), clause=d4(_("五（一）"))),
        day("screened_on", _("最近排查日期"), _("最近一次清楼扫街查完本网格之日。")),
        flag("clear", _("未发现异常"), _("发现异常的，另在风险线索台账登记。")),
        text("remark", _("备注"), _("闭门、拒查等情况和下次安排。")),
    ),
    clause=d4(_("五（一）"), _("每个网格登记一条，作为辖区底数。")),
    examples=GRIDS,
    states=(
        State(key="listed", label=_("待排查")),
        State(key="screened", label=_("已排查")),
        State(key="again", label=_("需再查")),
    ),
    steps=(
        Step(
            key="screen", label=_("登记排查"), start=("listed", "again", "screened"), end="screened",
            fields=("screened_on", "clear", *PREMISES), requires=("screened_on",), clause=d4(_("五（一）")),
        ),
        Step(
            key="again", label=_("安排再查"), start=("screened",), end="again", by=_HANDLERS, note=True,
            clause=d4(_("四（二）"), _("坚持常态化排查。")),
        ),
    ),
    checks=(
        Check(key="screened", grade=Grade.ERROR, fields=("screened_on", "clear"), find=_screened_before_listed),
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------------- 行业底数
def _blind_spot(values: Values) -> Message | None:
    entities, covered = values.get("entities") or 0, values.get("covered") or 0
    if covered >= entities or (values.get("blind_spot") or "").strip():
        return None
    return Message(_("还有 %(n)s 家未纳入监测，请写明是哪些和何时纳入。"), n=entities - covered)


SECTOR = Ledger(
    key="sector_base",
    label=_("行业底数台账"),
    numbering=_("业"),
    fields=(
        choice("sector", _("行业领域"), "sector", _("本单位主管或监管的领域。"), required=True, clause=d4(_("三"))),
        count("entities", _("监管对象"), FIRMS, _("本行业现有的企业和机构。"), required=True),
        count("covered", _("已纳入监测"), FIRMS, _("纳入日常监测的；应与监管对象相等。")),
        count("screened", _("本轮已排查"), FIRMS, _("最近一轮排查过的。")),
        day("screened_on", _("最近排查日期"), _("最近一轮查完之日。")),
        words("methods", _("监测办法"), _("怎样发现苗头，多久查一次。")),
        words("blind_spot", _("未覆盖的部分"), _("写明是哪些、为什么、何时纳入；没有的留空。")),
        text("keeper_post", _("责任岗位"), POST_ONLY),
    ),
    clause=d4(_("五（二）"), _("每个领域登记一条；全覆盖，无盲区。")),
    examples=SECTORS,
    views=("sector",),
    checks=(
        _at_most("covered", "entities", _("已纳入监测 %(a)s 家，多于监管对象 %(b)s 家。")),
        _at_most("screened", "entities", _("已排查 %(a)s 家，多于监管对象 %(b)s 家。")),
        Check(
            key="blind_spot", grade=Grade.HINT, fields=("covered", "entities", "blind_spot"), find=_blind_spot,
            clause=d4(_("五（二）")),
        ),
    ),
)  # fmt: skip


# ---------------------------------------------------------------------------------------------------- 举报渠道
def _published(values: Values) -> Message | None:
    if values.get("telephone") or values.get("mailbox"):
        return None
    return Message(_("举报电话和邮箱至少填一项。"))


CHANNEL = Ledger(
    key="channel",
    label=_("举报渠道"),
    numbering=_("渠"),
    fields=(
        text("telephone", _("举报热线"), _("单位座机；不填个人手机号。"), max_length=40),
        text("mailbox", _("举报邮箱"), _("单位邮箱。"), max_length=80),
        day("published_on", _("公布日期"), _("向社会公布之日。"), required=True),
        text("published_at", _("公布位置"), _("例如：政府网站、便民大厅、公示栏。")),
        text("keeper_post", _("接听岗位"), POST_ONLY),
        day("ended_on", _("停用日期"), _("不再使用之日；在用的留空。")),
    ),
    clause=d4(_("五（四）"), _("各乡（镇）、各有关单位分别设置并公布。")),
    examples=CHANNELS,
    checks=(
        Check(key="published", grade=Grade.ERROR, fields=("telephone", "mailbox"), find=_published),
        *chain(("published_on", _("公布日期")), ("ended_on", _("停用日期"))),
    ),
)


# -------------------------------------------------------------------------------------------------- 信访和舆情
def _people(values: Values) -> Message | None:
    batches, people = values.get("batches"), values.get("people")
    if batches is None or people is None or people >= batches:
        return None
    return Message(
        _("信访 %(batches)s 批 %(people)s 人次：每批至少 1 人次。"), batches=batches, people=people
    )


def _large_group(values: Values) -> Message | None:
    """信访的群体事项 worth a look by whoever keeps the peace; no number stands in D4, so only where it was ticked."""
    if not values.get("group") or values.get("stability_note"):
        return None
    return Message(_("群体性事项，请写明稳控安排。"))


_PETITION = d4(_("五（九）"), _("信访处置闭环。"))


def _on(key: str, label: Text, start: tuple[str, ...], end: str, *requires: str, **more: Any) -> Step:
    fields = more.pop("fields", ())
    return Step(
        key=key, label=label, start=start, end=end, by=(Who.LEAD, Who.SUPPORT, Who.OFFICE), fields=(*requires, *fields),
        requires=requires, clause=_PETITION, **more,
    )  # fmt: skip


_FIELDS: tuple[Field, ...] = (
    choice(
        "kind", _("事项类别"), "petition_kind", _("信访按来访方式填，网上信息选网络舆情。"), required=True
    ),
    day("received_on", _("收到日期"), _("收到或发现之日，决定计入哪个季度。"), required=True),
    count("batches", _("批次"), _("批"), _("同一诉求的一次来访、来信计一批；舆情留空。")),
    count("people", _("人次"), _("人次"), _("各批人次之和；舆情留空。")),
    flag("group", _("群体性"), _("多人共同提出同一诉求。")),
    text("related", _("关联线索或案件"), _("写台账编号。"), max_length=60),
    words("demand", _("诉求或反映内容"), _("写事不写人，不填姓名、证件和电话。"), required=True),
    day("accepted_on", _("受理日期"), _("决定受理之日。")),
    words("handling", _("办理情况"), _("查了什么，怎样处理。")),
    words(
        "stability_note", _("稳控和引导"), _("引导依法维权的办法，舆情的回应口径。"), clause=d4(_("五（九）"))
    ),
    day("answered_on", _("答复或回应日期"), _("书面答复集资参与人、公开回应舆情之日。")),
    words("answer", _("答复要点"), _("写结论和依据。")),
    day("revisited_on", _("回访日期"), _("回访提出人之日；舆情填复查之日。")),
    choice("satisfaction", _("回访情况"), "satisfaction", _("按提出人的表示。")),
    day("closed_on", _("销号日期"), _("经同意销号时由系统填写。")),
)

PETITION = Ledger(
    key="petition",
    label=_("信访舆情台账"),
    numbering=_("访"),
    fields=_FIELDS,
    clause=d4(_("五（九）"), _("登记、受理、办理、答复、回访、销号。")),
    examples=PETITIONS,
    states=(
        State(key="registered", label=_("已登记")),
        State(key="accepted", label=_("已受理")),
        State(key="handling", label=_("办理中")),
        State(key="answered", label=_("已答复")),
        State(key="revisited", label=_("已回访"), final=True),
        State(key="declined", label=_("不予受理"), final=True),
    ),
    steps=(
        _on("accept", _("受理"), ("registered",), "accepted", "accepted_on"),
        _on("decline", _("不予受理"), ("registered",), "declined", note=True),
        _on(
            "handle",
            _("开始办理"),
            ("registered", "accepted"),
            "handling",
            fields=("related", "stability_note"),
        ),
        _on(
            "answer",
            _("答复或回应"),
            ("handling",),
            "answered",
            "answered_on",
            "answer",
            fields=("handling",),
        ),
        _on("revisit", _("回访"), ("answered",), "revisited", "revisited_on", "satisfaction"),
        _on("rework", _("重新办理"), ("answered", "revisited"), "handling", note=True),
    ),
    closing=Closing(
        clause=_PETITION,
        checklist=(_("已书面答复或公开回应。"), _("已回访，提出人没有新的诉求；不满意的已说明去向。")),
        closed_on="closed_on",
        look_back_phase=CONSOLIDATION,
        look_back_clause=d4(_("四（五）"), _("巩固提升阶段回头看。")),
    ),
    views=("kind", "satisfaction"),
    later=(
        "accepted_on",
        "handling",
        "answered_on",
        "answer",
        "revisited_on",
        "satisfaction",
        "closed_on",
    ),
    checks=(
        Check(key="people", grade=Grade.ERROR, fields=("people", "batches"), find=_people),
        *chain(
            ("received_on", _("收到日期")),
            ("accepted_on", _("受理日期")),
            ("answered_on", _("答复或回应日期")),
            ("revisited_on", _("回访日期")),
        ),
        Check(key="group", grade=Grade.HINT, fields=("stability_note", "group"), find=_large_group),
    ),
)

REGISTERS = (SCREENING, GRID, SECTOR, CHANNEL, PETITION)
