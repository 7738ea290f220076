"""公安提示函: what the police tells the other units of the situation (D2)."""

from __future__ import annotations

from portal.campaigns import (
    DocumentTemplate,
    DocumentType,
    Field,
    FieldKind,
    Message,
    Values,
    Words,
    _,
    write_day,
    written,
)

from .sources import d2


def _lines(values: Values, key: str) -> list[str]:
    return [line.strip() for line in str(values.get(key) or "").splitlines() if line.strip()]


def _body(values: Values) -> tuple[Words, ...]:
    wanted: list[Words] = []
    if values.get("reply_by"):
        wanted.append(
            Message(written("请于%(day)s前将落实情况反馈公安机关。"), day=write_day(values["reply_by"]))
        )
    return (
        Message(
            written("%(period)s，我县电信网络诈骗警情出现新的变化，现提示如下："),
            period=values.get("period") or written("近期"),
        ),
        written("一、发案情况"),
        *_lines(values, "situation"),
        written("二、主要手法"),
        *_lines(values, "methods"),
        written("三、易受骗群体"),
        *_lines(values, "victims"),
        written("四、防范建议"),
        *_lines(values, "measures"),
        *wanted,
    )


DOCUMENTS = (
    DocumentTemplate(
        key="police_letter",
        label=_("公安提示函"),
        type=DocumentType.ADVISORY,
        clause=d2(_("二（七）第5项")),
        title=lambda v: Message(written("关于防范%(kind)s的公安提示函"), kind=v.get("kind") or written("电信网络诈骗")),
        body=_body,
        fields=(
            Field(key="kind", label=_("诈骗类型"), kind=FieldKind.TEXT, required=True),
            Field(key="period", label=_("期间"), kind=FieldKind.TEXT, required=True),
            Field(
                key="situation", label=_("发案情况"), kind=FieldKind.LONG_TEXT, required=True, max_length=2000,
                definition=_("写起数、金额和与上期相比；不写受害人姓名、证件和电话号码。"),
            ),
            Field(key="methods", label=_("主要手法"), kind=FieldKind.LONG_TEXT, required=True, max_length=2000),
            Field(key="victims", label=_("易受骗群体"), kind=FieldKind.LONG_TEXT, required=True, max_length=2000),
            Field(key="measures", label=_("防范建议"), kind=FieldKind.LONG_TEXT, required=True, max_length=2000),
            Field(key="reply_by", label=_("反馈日期"), kind=FieldKind.DATE),
        ),
        example={
            "kind": written("刷单返利类诈骗"),
            "period": written("2026年8月"),
            "situation": written("全县共接报此类警情6起，比上月增加2起。"),
            "methods": written("以兼职为名引入群聊，先给小额返利，再以任务未完成为由诱导转账。"),
            "victims": written("在校学生和全职在家人员。"),
            "measures": written("教育部门组织主题班会。\n银行对陌生账户大额转账加强询问。\n通信企业发送提醒短信。"),
            "reply_by": "2026-09-20",
        },
    ),
)  # fmt: skip
