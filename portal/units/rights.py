"""What each post may do. A right counts only inside the mechanism (or, for administrators, the tenant) of its post."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from portal.core.errors import Conflict
from portal.core.text import _
from portal.units.models import ADMINISTRATORS, PostKind


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
    ROSTER_MANAGE = "roster.manage"
    POLICY_SET = "policy.set"
    TENANT_MANAGE = "tenant.manage"
    ACCOUNT_MANAGE = "account.manage"
    AUDIT_READ = "audit.read"


R = Right
_UNIT = frozenset({R.REPORT_FILL, R.RECORD_WRITE, R.URGENT_FILE, R.DUTY_READ})
_OVERSIGHT = frozenset({R.REPORT_READ_ALL, R.OVERVIEW_READ, R.RECORD_READ_ALL, R.DUTY_READ})
_OFFICE = _OVERSIGHT | {R.REPORT_REVIEW, R.URGENT_RECEIVE, R.ROSTER_MANAGE, R.POLICY_SET}

RIGHTS: dict[PostKind, frozenset[Right]] = {
    PostKind.LIAISON: _UNIT,
    PostKind.LEADER_IN_CHARGE: _UNIT | {R.REPORT_SIGN},
    PostKind.OFFICE_STAFF: _OFFICE,
    PostKind.OFFICE_DIRECTOR: _OFFICE,
    PostKind.CONVENOR: _OVERSIGHT,
    PostKind.DEPUTY_CONVENOR: _OVERSIGHT,
    PostKind.GROUP_MEMBER: frozenset({R.DUTY_READ}),
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
