"""假币信息库, and in it the rapid response to what is new (D0 附件·人行阳泉市分行第10项).

The 24 hours of 第十七条（二） run from the case that the finder enters; what the People's Bank does afterwards has no number
of days in the text, so no step here starts a clock.
"""

from __future__ import annotations

from portal.campaigns import Clause, Field, FieldKind, Ledger, MatchKind, State, Step, Who, _

from .serials import doubt_serials

_BASE = Clause(source="D0", article=_("附件·人行阳泉市分行第10项"))
_APPRAISAL = Clause(source="PBC2019", article=_("第四章 假币鉴定"))
_SHARED = Clause(source="D0", article=_("第九条（五）、第十五条"))

SPECIMEN_LEDGER = Ledger(
    key="specimen",
    label=_("假币信息库"),
    numbering=_("样"),
    writers=("pboc",),
    fields=(
        Field(
            key="currency", label=_("币种"), kind=FieldKind.CHOICE, choices="currency", required=True
        ),
        Field(key="denomination", label=_("券别"), kind=FieldKind.CHOICE, choices="denomination", definition=_("假外币不选。")),
        Field(key="series", label=_("版别"), kind=FieldKind.CHOICE, choices="series", definition=_("假外币不选。")),
        Field(key="forgery_kind", label=_("假币类型"), kind=FieldKind.CHOICE, choices="forgery_kind", required=True),
        Field(
            key="production_method", label=_("制作方式"), kind=FieldKind.CHOICE, choices="production_method"
        ),
        Field(
            key="serial_prefixes", label=_("冠字号码前 6 位"), kind=FieldKind.TEXT, match=MatchKind.SERIAL_PREFIX,
            warn=doubt_serials, definition=_("多个用顿号隔开，辨认不清的字符写*；硬币不填。"),
        ),
        Field(
            key="case_number", label=_("来源案件编号"), kind=FieldKind.TEXT, max_length=60,
            definition=_("假币案件台账中的编号，没有的写来源单位。"),
        ),
        Field(key="samples", label=_("样张"), kind=FieldKind.INTEGER, unit=_("张（枚）"), definition=_("留存和送鉴定的样张数。")),
        Field(
            key="features", label=_("防伪特征比对"), kind=FieldKind.LONG_TEXT, max_length=2000, required=True,
            definition=_("写水印、安全线、油墨、凹印等与真币的差别和识别要点；不写持有人信息。"),
        ),
        Field(key="sampled_on", label=_("送鉴定日期"), kind=FieldKind.DATE),
        Field(key="appraiser", label=_("鉴定单位"), kind=FieldKind.TEXT),
        Field(
            key="appraisal_number", label=_("鉴定书编号"), kind=FieldKind.TEXT, max_length=60, clause=_APPRAISAL
        ),
        Field(key="result", label=_("鉴定结论"), kind=FieldKind.CHOICE, choices="specimen_result", clause=_APPRAISAL),
        Field(key="told_on", label=_("通报各行日期"), kind=FieldKind.DATE),
        Field(key="published_on", label=_("特征发布日期"), kind=FieldKind.DATE, definition=_("在资料库或向社会发布识别要点之日。")),
    ),
    clause=_BASE,
    states=(
        State(key="found", label=_("样张登记")),
        State(key="appraising", label=_("送鉴定中")),
        State(key="identified", label=_("确认新型")),
        State(key="told", label=_("已通报各行")),
        State(key="published", label=_("特征已发布"), final=True),
        State(key="filed_away", label=_("已归档"), final=True),
    ),
    steps=(
        Step(
            key="send", label=_("样张送鉴定"), start=("found",), end="appraising", fields=("sampled_on", "appraiser", "samples"),
            requires=("sampled_on", "appraiser"), clause=_APPRAISAL,
        ),
        Step(
            key="identify", label=_("确认为新型假币"), start=("found", "appraising"), end="identified",
            fields=("result", "appraisal_number", "features"), requires=("result",), clause=_BASE,
        ),
        Step(
            key="tell", label=_("通报各行和成员单位"), start=("identified",), end="told", fields=("told_on",),
            requires=("told_on",), evidence=True, note=True, clause=_SHARED,
        ),
        Step(
            key="publish", label=_("发布特征"), start=("identified", "told"), end="published", fields=("published_on", "features"),
            requires=("published_on",), evidence=True, clause=_SHARED,
        ),
        Step(
            key="file_away", label=_("归档（已有类型或真币）"), start=("found", "appraising"), end="filed_away",
            by=(Who.LEAD, Who.OFFICE), fields=("result", "appraisal_number"), requires=("result",), clause=_BASE,
        ),
    ),
    views=("denomination", "production_method", "result"),
    examples=(
        {
            "title": _("20 元券机制假币样张（演示）"),
            "currency": "cny",
            "denomination": "note_20",
            "series": "s5_2019",
            "forgery_kind": "counterfeit",
            "production_method": "printed",
            "serial_prefixes": "FA2008、FB31**",
            "case_number": _("案〔2026〕3号"),
            "samples": 3,
            "features": _("水印为印制，透光可见网点；安全线为后贴塑料条，无光变效果。"),
        },
        {
            "title": _("100 元券拼凑变造样张（演示）"),
            "currency": "cny",
            "denomination": "note_100",
            "series": "s5_2015",
            "forgery_kind": "altered",
            "production_method": "pieced",
            "samples": 1,
            "features": _("票面由三段拼接，接缝处有胶痕，紫外灯下反光不同。"),
            "sampled_on": "2026-03-05",
            "appraiser": _("授权鉴定机构"),
        },
    ),
)  # fmt: skip
