"""Short ways to declare a figure with its unit, owner, definition and usual range."""

from portal.campaigns import Field, FieldKind, Text, _

YUAN = _("元")
NOTES = _("张")
COINS = _("枚")
CASES = _("起")
ITEMS = _("件")
PEOPLE = _("人")
LEADS = _("条")
EVENTS = _("场")
VISITS = _("人次")


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
    )
