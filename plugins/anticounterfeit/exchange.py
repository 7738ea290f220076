"""Information that the joint conference exchanges: the seven kinds of D0 第十五条 and where they end up.

No limits: D0 第九条（五） bids the office feed back and 第十七条 to report at once, but neither gives days.
"""

from portal.campaigns import Category, Clause, Exchange, Text, _

_KINDS = Clause(source="D0", article=_("第十五条"))


def _kind(key: str, label: Text) -> Category:
    return Category(key=key, label=label, clause=_KINDS)


def _material(key: str, label: Text, clause: Clause) -> Category:
    return Category(key=key, label=label, clause=clause)


_LIBRARY = Clause(source="D0", article=_("第十八条"), note=_("有条件的单位建立资料库，供随时调用。"))

EXCHANGE = Exchange(
    categories=(
        _kind("work_news", _("工作动态")),
        _kind("experience", _("工作经验")),
        _kind("major_case", _("重大案件通报")),
        Category(
            key="new_forging_means",
            label=_("新型造假手段"),
            clause=Clause(source="D0", article=_("第十五条、第十七条（二）"), note=_("新手段应迅速上报。")),
            urgent=True,
        ),
        _kind("law_in_practice", _("法律适用新情况")),
        _kind("seizure_figures", _("没收收缴数量统计")),
        _kind("currency_features", _("国内外货币防伪技术特征")),
    ),
    advisories=(
        Category(
            key="new_counterfeit",
            label=_("新型假币提示"),
            clause=Clause(
                source="D0", article=_("附件·人行阳泉市分行第10项"), note=_("新型假币快速反应机制。")
            ),
        ),
        Category(
            key="feedback",
            label=_("情况通报"),
            clause=Clause(source="D0", article=_("第九条（五）"), note=_("办公室汇集、整理并反馈信息。")),
        ),
    ),
    materials=(
        _material("laws", _("法律法规"), _LIBRARY),
        _material("policy_documents", _("制度文件"), _LIBRARY),
        _material("currency_features", _("货币防伪特征"), _KINDS),
        _material(
            "counterfeit_samples",
            _("假币信息"),
            Clause(source="D0", article=_("附件·人行阳泉市分行第10项"), note=_("假币信息库。")),
        ),
        _material(
            "keywords",
            _("网络监测特征词"),
            Clause(
                source="D0",
                article=_("附件·市市场监管局第4项"),
                note=_("人民币主管部门提供，供网络交易监测使用。"),
            ),
        ),
        _material("teaching", _("宣传培训资料"), _LIBRARY),
    ),
)
