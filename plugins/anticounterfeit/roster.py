"""The body and its roster (D0 第二条): 17 named units and 2 classes, by full name with short ones."""

from portal.campaigns import Body, BodyKind, Clause, Member, MemberKind, Text, _

_LIST = Clause(source="D0", article=_("第二条"))

BODY = Body(
    kind=BodyKind.JOINT_CONFERENCE,
    name=_("反假货币工作联席会议"),
    office=_("反假货币工作联席会议办公室"),
    lead="pboc",
    titles={
        "convenor": _("主召集人"),
        "deputy_convenor": _("副召集人"),
        "office_director": _("办公室主任"),
    },
    clause=Clause(source="D0", article=_("第二条、第八条")),
)


def _unit(key: str, label: Text, *aliases: Text) -> Member:
    return Member(key=key, label=label, aliases=aliases, clause=_LIST)


def _class(key: str, label: Text, unit_kind: str, *aliases: Text) -> Member:
    return Member(
        key=key, label=label, aliases=aliases, kind=MemberKind.CLASS, unit_kind=unit_kind, clause=_LIST
    )


ROSTER = (
    _unit("government_office", _("阳泉市人民政府办公室"), _("市政府办")),
    _class("county_offices", _("各县（区）人民政府办公室"), "county_office", _("各县（区）政府办")),
    _unit("political_legal", _("中共阳泉市委政法委员会"), _("市委政法委")),
    _unit("court", _("山西省阳泉市中级人民法院"), _("市中院"), _("市中级人民法院"), _("阳泉市中级人民法院")),
    _unit("procuratorate", _("山西省阳泉市人民检察院"), _("市检察院"), _("阳泉市人民检察院")),
    _unit("development_reform", _("阳泉市发展和改革委员会"), _("市发改委")),
    _unit("education", _("阳泉市教育局"), _("市教育局")),
    _unit("police", _("阳泉市公安局"), _("市公安局")),
    _unit("finance", _("阳泉市财政局"), _("市财政局")),
    _unit("transport", _("阳泉市交通运输局"), _("市交通运输局")),
    _unit("commerce", _("阳泉市商务局"), _("市商务局")),
    _unit("culture_tourism", _("阳泉市文化和旅游局"), _("市文旅局")),
    _unit("market_regulation", _("阳泉市市场监督管理局"), _("市市场监督管理局"), _("市市场监管局")),
    _unit("postal", _("阳泉市邮政管理局"), _("市邮政局"), _("市邮政管理局")),
    _unit("customs", _("中华人民共和国阳泉海关"), _("阳泉海关")),
    _unit("pboc", _("中国人民银行阳泉市分行"), _("人行阳泉市分行"), _("市人行")),
    _unit(
        "financial_regulator",
        _("国家金融监督管理总局阳泉监管分局"),
        _("阳泉市金融监管局"),
        _("阳泉金融监管分局"),
    ),
    _unit("broadcasting", _("阳泉市广播电视台"), _("市广播电视台")),
    _class("banks", _("各银行业金融机构"), "bank", _("银行业金融机构")),
)
