"""Words of matching that several pages say."""

from __future__ import annotations

from collections.abc import Iterable

from portal.campaigns.matching import MatchKind
from portal.core.i18n import translate
from portal.core.text import Message, Text, _
from portal.matching.models import JointState, PairState, PartState, Role

KIND_LABELS: dict[MatchKind, Text] = {
    MatchKind.PHONE: _("电话"),
    MatchKind.ACCOUNT: _("账号"),
    MatchKind.COMPANY_CODE: _("企业代码"),
    MatchKind.NAME: _("名称"),
    MatchKind.URL: _("网址"),
    MatchKind.SERIAL_PREFIX: _("冠字号"),
}
PAIR_LABELS: dict[PairState, Text] = {
    PairState.NEW: _("待研判"),
    PairState.PROPOSED: _("已提议并案"),
    PairState.JOINED: _("已并案"),
    PairState.DISMISSED: _("不是同一事项"),
    PairState.GONE: _("要素已撤"),
}
PAIR_LIGHTS: dict[PairState, str] = {
    PairState.NEW: "near",
    PairState.PROPOSED: "slow",
    PairState.JOINED: "done",
    PairState.DISMISSED: "done",
    PairState.GONE: "done",
}
JOINT_LABELS: dict[JointState, Text] = {
    JointState.ASKED: _("待各县答复"),
    JointState.DISPUTED: _("有异议，待市决定"),
    JointState.JOINED: _("已并案"),
    JointState.DROPPED: _("不并案"),
    JointState.ENDED: _("已终止"),
}
JOINT_LIGHTS: dict[JointState, str] = {
    JointState.ASKED: "near",
    JointState.DISPUTED: "late",
    JointState.JOINED: "ok",
    JointState.DROPPED: "done",
    JointState.ENDED: "done",
}
ROLE_LABELS: dict[Role, Text] = {Role.HOST: _("主办"), Role.SUPPORT: _("协办")}
PART_LABELS: dict[PartState, Text] = {
    PartState.ASKED: _("待答复"),
    PartState.ACCEPTED: _("同意"),
    PartState.OBJECTED: _("有异议"),
    PartState.DECIDED: _("市已决定"),
    PartState.DROPPED: _("不并案"),
    PartState.WITHDRAWN: _("事项已撤"),
}
EVENTS: dict[str, Text] = {
    "found": _("比对发现"),
    "again": _("再次比对发现"),
    "gone": _("相同要素已撤"),
    "proposed": _("提议并案"),
    "added": _("提议加入并案"),
    "accepted": _("同意"),
    "claimed": _("要求主办"),
    "passed": _("认为应由对方主办"),
    "refused": _("不同意并案"),
    "joined": _("并案"),
    "decided": _("决定"),
    "dropped": _("不并案"),
    "dismissed": _("认定不是同一事项"),
    "moved": _("并入本县另一件，由其接续"),
    "withdrawn": _("事项撤回"),
    "ended": _("并案终止"),
}


def say_kinds(kinds: Iterable[str]) -> str:
    """Labels of kinds in their own order, with the separator of the language."""
    known = set(kinds)
    labels = [str(translate(label)) for kind, label in KIND_LABELS.items() if kind.value in known]
    return str(translate(_("、"))).join(labels)


def say_hint(others: int, kinds: Iterable[str]) -> Message:
    """The one sentence that a county is told."""
    return Message(_("另有 %(n)s 个县存在相同要素（%(kinds)s）"), n=others, kinds=say_kinds(kinds))
