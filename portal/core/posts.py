"""Posts and rights: the words in which access is said.

A right counts only inside the mechanism (or, for administrators, the tenant) of its post.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from portal.core.errors import Conflict
from portal.core.text import Text, _


class PostKind(StrEnum):
    CONVENOR = "convenor"
    DEPUTY_CONVENOR = "deputy_convenor"
    OFFICE_DIRECTOR = "office_director"
    OFFICE_STAFF = "office_staff"
    LEADER_IN_CHARGE = "leader_in_charge"
    LIAISON = "liaison"
    GROUP_MEMBER = "group_member"
    OBSERVER = "observer"
    SYSTEM_ADMINISTRATOR = "system_administrator"
    SECURITY_ADMINISTRATOR = "security_administrator"
    AUDITOR = "auditor"


ADMINISTRATORS = frozenset({PostKind.SYSTEM_ADMINISTRATOR, PostKind.SECURITY_ADMINISTRATOR, PostKind.AUDITOR})

POST_LABELS: dict[PostKind, Text] = {
    PostKind.CONVENOR: _("召集人"),
    PostKind.DEPUTY_CONVENOR: _("副召集人"),
    PostKind.OFFICE_DIRECTOR: _("办公室主任"),
    PostKind.OFFICE_STAFF: _("办公室工作人员"),
    PostKind.LEADER_IN_CHARGE: _("分管领导"),
    PostKind.LIAISON: _("联络员"),
    PostKind.GROUP_MEMBER: _("工作组成员"),
    PostKind.OBSERVER: _("观察员"),
    PostKind.SYSTEM_ADMINISTRATOR: _("系统管理员"),
    PostKind.SECURITY_ADMINISTRATOR: _("安全管理员"),
    PostKind.AUDITOR: _("审计管理员"),
}


class Right(StrEnum):
    REPORT_FILL = "report.fill"
    REPORT_SIGN = "report.sign"
    REPORT_REVIEW = "report.review"
    REPORT_READ_ALL = "report.read_all"
    OVERVIEW_READ = "overview.read"
    RECORD_WRITE = "record.write"
    RECORD_READ_ALL = "record.read_all"
    URGENT_FILE = "urgent.file"
    URGENT_RECEIVE = "urgent.receive"
    DUTY_READ = "duty.read"
    INFO_READ = "info.read"
    INFO_WRITE = "info.write"
    INFO_ANSWER = "info.answer"
    """Of the office: answer items, compile bulletins, send advisories, pass requests on."""
    DEADLINE_SET = "deadline.set"
    """Of the office: set a limit for a unit by hand, decide on extensions."""
    SENSITIVE_READ = "sensitive.read"
    """See a masked value in full, with a reason, into the trail."""
    ROSTER_MANAGE = "roster.manage"
    POLICY_SET = "policy.set"
    TENANT_MANAGE = "tenant.manage"
    ACCOUNT_MANAGE = "account.manage"
    AUDIT_READ = "audit.read"


R = Right
_UNIT = frozenset(
    {R.REPORT_FILL, R.RECORD_WRITE, R.URGENT_FILE, R.DUTY_READ, R.INFO_READ, R.INFO_WRITE, R.SENSITIVE_READ}
)
_OVERSIGHT = frozenset({R.REPORT_READ_ALL, R.OVERVIEW_READ, R.RECORD_READ_ALL, R.DUTY_READ, R.INFO_READ})
_OFFICE = _OVERSIGHT | {
    R.REPORT_REVIEW, R.URGENT_RECEIVE, R.ROSTER_MANAGE, R.POLICY_SET, R.INFO_WRITE, R.INFO_ANSWER, R.DEADLINE_SET,
    R.SENSITIVE_READ,
}  # fmt: skip

RIGHTS: dict[PostKind, frozenset[Right]] = {
    PostKind.LIAISON: _UNIT,
    PostKind.LEADER_IN_CHARGE: _UNIT | {R.REPORT_SIGN},
    PostKind.OFFICE_STAFF: _OFFICE,
    PostKind.OFFICE_DIRECTOR: _OFFICE,
    PostKind.CONVENOR: _OVERSIGHT,
    PostKind.DEPUTY_CONVENOR: _OVERSIGHT,
    PostKind.GROUP_MEMBER: frozenset({R.DUTY_READ, R.INFO_READ}),
    PostKind.OBSERVER: frozenset({R.DUTY_READ}),
    PostKind.SYSTEM_ADMINISTRATOR: frozenset({R.TENANT_MANAGE, R.POLICY_SET}),
    PostKind.SECURITY_ADMINISTRATOR: frozenset({R.ACCOUNT_MANAGE}),
    PostKind.AUDITOR: frozenset({R.AUDIT_READ}),
}

ADMINISTRATIVE = frozenset({R.TENANT_MANAGE, R.ACCOUNT_MANAGE, R.AUDIT_READ})
"""Rights that need no campaign in the address; administrators read no business content."""


def check_separation(kinds: Iterable[PostKind]) -> None:
    """Raises ``Conflict`` if ``kinds``, the posts of one account, hold two of the administrators' three."""
    if len(ADMINISTRATORS.intersection(kinds)) > 1:
        raise Conflict(_("系统管理员、安全管理员、审计管理员须由不同的账号担任，请另设账号。"))
