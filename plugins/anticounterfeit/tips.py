"""The public page for tips on counterfeit money.

D0 names a local reward for tips (《阳泉市举报假币犯罪奖励办法》) and prints none of its rules, so no bands are proposed here:
each tenant enters its own. It gives no number of days for the answer either.
"""

from __future__ import annotations

from portal.campaigns import Clause, Field, FieldKind, MatchKind, Tips, _

TIPS = Tips(
    title=_("举报假币违法犯罪线索"),
    intro=(
        _("可以举报制造、贩卖、运输、持有、使用假币，以及网上售卖假币、售卖制假材料和设备的线索。"),
        _("手中的可疑币请交到银行网点或公安机关，不要继续使用，也不要邮寄。"),
        _("正在发生的违法犯罪，请直接拨打 110。"),
    ),
    protection=(
        _("不必留姓名和电话。留下的只有受理单位能看到，每次查看都有记录。"),
        _("请不要自己跟踪、拍摄嫌疑人，不要假装买家继续接触；先保证自身安全。"),
        _("请记下回执码，凭它查询答复和补充材料；不要告诉别人。"),
    ),
    fields=(
        Field(key="site", label=_("场所类型"), kind=FieldKind.CHOICE, choices="site"),
        Field(key="denominations", label=_("券别"), kind=FieldKind.CHOICES, choices="denomination"),
        Field(
            key="note_count", label=_("纸币张数"), kind=FieldKind.INTEGER, unit=_("张"), maximum=100_000_000,
            definition=_("大致数量，不清楚的不填。"),
        ),
        Field(
            key="serial_prefixes", label=_("冠字号码前 6 位"), kind=FieldKind.TEXT, match=MatchKind.SERIAL_PREFIX,
            definition=_("票面横号码的前 6 位，看不清的写*。"),
        ),
        Field(
            key="links", label=_("网络交易页面"), kind=FieldKind.LONG_TEXT, max_length=1000, match=MatchKind.URL,
            definition=_("网上售卖的，写网址或商品链接，一行一个。"),
        ),
    ),
    ledger="case",
    receivers=("police", "pboc", "market_regulation", "postal", "customs"),
    clause=Clause(source="D0", article=_("附件·市财政局第1项"), note=_("鼓励群众举报；答复时限原文没有写。")),
)  # fmt: skip
