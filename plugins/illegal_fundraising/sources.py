"""The documents, and short ways to cite them."""

from __future__ import annotations

from datetime import date

from portal.campaigns import Clause, Source, Text, _

SOURCES = (
    Source(
        key="D4",
        number=_("山政办发〔2024〕17号"),
        title=_("山阴县打击非法集资专项行动工作方案"),
        issuer=_("山阴县人民政府办公室"),
        issued=date(2024, 6, 19),
        effective_from=date(2024, 6, 19),
        note=_("落实朔政办发电〔2024〕6号，并引用朔政办发〔2018〕47号；三张附表只有表名，没有表样。"),
    ),
    Source(
        key="R737",
        number=_("国务院令第737号"),
        title=_("防范和处置非法集资条例"),
        issuer=_("国务院"),
        issued=date(2021, 1, 26),
        effective_from=date(2021, 5, 1),
    ),
    Source(
        key="D3",
        number=_("无文号"),
        title=_("防范和打击非法金融活动部际联席会议制度"),
        issuer=_("文库文本，无发文机关"),
        note=_("仅供参考，不作依据：缺条款，夹有示例语句，没有日期。单位、数字一律不取自本文。"),
    ),
)


def d4(article: Text, note: Text | None = None) -> Clause:
    return Clause(source="D4", article=article, note=note)


def regulation(article: Text, note: Text | None = None) -> Clause:
    return Clause(source="R737", article=article, note=note)


def d3(article: Text, note: Text | None = None) -> Clause:
    return Clause(source="D3", article=article, note=note)
