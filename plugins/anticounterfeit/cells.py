"""Short ways to declare a figure with its unit, owner, definition and usual range."""

from portal.campaigns import Clause, Field, FieldKind, Text, _

from .draws import DRAWS

YUAN = _("元")
NOTES = _("张")
COINS = _("枚")
CASES = _("起")
ITEMS = _("件")
PEOPLE = _("人")
LEADS = _("条")
EVENTS = _("场")
VISITS = _("人次")

_ARTICLES: dict[str, Text] = {
    "": _("附件·共同职责第3项"),
    "banks": _("附件·银行业金融机构第3项"),
    "police": _("附件·市公安局第1项"),
    "procuratorate": _("附件·市检察院第1项"),
    "court": _("附件·市中院第3项"),
    "customs": _("附件·阳泉海关第3项"),
    "postal": _("附件·市邮政管理局第3项"),
    "transport": _("附件·市交通运输局第1项"),
    "commerce": _("附件·市商务局第1项"),
    "market_regulation": _("附件·市市场监管局第2项"),
    "pboc": _("附件·人行阳泉市分行第9项"),
    "finance": _("附件·市财政局第1项"),
    "education": _("附件·市教育局第1项"),
    "culture_tourism": _("附件·市文旅局第3项"),
    "broadcasting": _("附件·市广播电视台第1项"),
}
_OTHER_ARTICLES: dict[str, Text] = {
    "retail_leads": _("附件·市商务局第2项"),
    "parcel_checks": _("附件·市邮政管理局第1项"),
    "online_leads": _("附件·市市场监管局第4项"),
    "online_leads_moved": _("附件·市市场监管局第4项"),
    "new_methods": _("第十七条（二）、（三）"),
}


def clause_of(key: str, owner: str) -> Clause:
    """The duty that gives ground for asking this member for the figure."""
    return Clause(source="D0", article=_OTHER_ARTICLES.get(key) or _ARTICLES[owner])


def count(
    key: str,
    label: Text,
    unit: Text,
    owner: str,
    definition: Text,
    typical: tuple[int, int],
    *,
    required: bool = False,
    element: str = "",
) -> Field:
    """A whole number; ``owner`` '' = every unit."""
    return Field(
        key=key,
        label=label,
        kind=FieldKind.INTEGER,
        unit=unit,
        owners=(owner,) if owner else (),
        definition=definition,
        typical=typical,
        required=required,
        element=element,
        clause=clause_of(key, owner),
        draws=DRAWS.get(key, ()),
    )


def money(
    key: str,
    label: Text,
    owner: str,
    definition: Text,
    typical: tuple[int, int],
    *,
    unit: Text = YUAN,
    required: bool = False,
) -> Field:
    return Field(
        key=key,
        label=label,
        kind=FieldKind.MONEY,
        unit=unit,
        owners=(owner,),
        definition=definition,
        typical=typical,
        required=required,
        clause=clause_of(key, owner),
        draws=DRAWS.get(key, ()),
    )
