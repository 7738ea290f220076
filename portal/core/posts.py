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
    ACCOUNTANT = "accountant"
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
    PostKind.ACCOUNTANT: _("会计审核人员"),
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
    RECORD_MANAGE = "record.manage"
    """Of the office: assign entries, check and close them, merge and split, pass on what comes from elsewhere."""
    RECORD_APPROVE = "record.approve"
    """Of leaders: agree to a step that needs it."""
    MATCH_ASK = "match.ask"
    """Ask whether another county holds the same value (串并), within a limit."""
    TIP_HANDLE = "tip.handle"
    REWARD_APPLY = "reward.apply"
    REWARD_READ = "reward.read"
    REWARD_PREPARE = "reward.prepare"
    """Of the office of the paying bank: fill the approval form, keep notice and payment."""
    REWARD_REVIEW = "reward.review"
    """Of the accounting department."""
    REWARD_APPROVE = "reward.approve"
    URGENT_FILE = "urgent.file"
    URGENT_RECEIVE = "urgent.receive"
    DUTY_READ = "duty.read"
    INFO_READ = "info.read"
    INFO_WRITE = "info.write"
    INFO_ANSWER = "info.answer"
    """Of the office: answer items, compile bulletins, send advisories, pass requests on."""
    DEADLINE_SET = "deadline.set"
    """Of the office: set a limit for a unit by hand, decide on extensions."""
    MEETING_READ = "meeting.read"
    TOPIC_FILE = "topic.file"
    """Apply for a topic, reply to an invitation."""
    MEETING_HOLD = "meeting.hold"
    """Of the office: convene, keep the minutes, distribute."""
    TOPIC_DECIDE = "topic.decide"
    """Of the convenors: plenary, partial or no meeting (D0 第五条)."""
    MINUTES_SIGN = "minutes.sign"
    """Of whoever chairs: sign the minutes off."""
    ORDER_READ = "order.read"
    ORDER_WORK = "order.work"
    """Of a unit: sign for an order, feed back, propose its closure."""
    ORDER_ASSIGN = "order.assign"
    """Of the office: assign, urge, check, close, look back."""
    PAPER_READ = "paper.read"
    PAPER_WRITE = "paper.write"
    PAPER_SIGN = "paper.sign"
    """Sign a document for issue (签发)."""
    ASSESS_READ = "assess.read"
    ASSESS_FILL = "assess.fill"
    """Of a unit: object, answer a questionnaire, check itself."""
    ASSESS_SET = "assess.set"
    """Of the office: propose steps of the ladder, keep the score, run evaluations."""
    ASSESS_DECIDE = "assess.decide"
    """Decide on a proposed step; which of those who hold it may decide which is the campaign's (``Rung.decided_by``)."""
    SENSITIVE_READ = "sensitive.read"
    """See a masked value in full, with a reason, into the trail."""
    ROSTER_MANAGE = "roster.manage"
    POLICY_SET = "policy.set"
    TENANT_MANAGE = "tenant.manage"
    ACCOUNT_MANAGE = "account.manage"
    AUDIT_READ = "audit.read"


R = Right
_READ = frozenset({R.DUTY_READ, R.INFO_READ, R.MEETING_READ, R.ORDER_READ, R.PAPER_READ, R.ASSESS_READ})
_UNIT = _READ | {
    R.REPORT_FILL, R.RECORD_WRITE, R.URGENT_FILE, R.INFO_WRITE, R.SENSITIVE_READ, R.TOPIC_FILE, R.ORDER_WORK,
    R.ASSESS_FILL, R.MATCH_ASK, R.TIP_HANDLE, R.REWARD_APPLY, R.REWARD_READ,
}  # fmt: skip
_OVERSIGHT = _READ | {R.REPORT_READ_ALL, R.OVERVIEW_READ, R.RECORD_READ_ALL}
_OFFICE = _OVERSIGHT | {
    R.REPORT_REVIEW, R.URGENT_RECEIVE, R.ROSTER_MANAGE, R.POLICY_SET, R.INFO_WRITE, R.INFO_ANSWER, R.DEADLINE_SET,
    R.SENSITIVE_READ, R.TOPIC_FILE, R.MEETING_HOLD, R.ORDER_ASSIGN, R.PAPER_WRITE, R.ASSESS_SET,
    R.RECORD_MANAGE, R.MATCH_ASK, R.TIP_HANDLE, R.REWARD_READ, R.REWARD_PREPARE,
}  # fmt: skip
_LEAD = frozenset(
    {R.MINUTES_SIGN, R.PAPER_SIGN, R.ASSESS_DECIDE, R.RECORD_APPROVE, R.REWARD_READ, R.REWARD_APPROVE}
)

RIGHTS: dict[PostKind, frozenset[Right]] = {
    PostKind.LIAISON: _UNIT,
    PostKind.LEADER_IN_CHARGE: _UNIT | {R.REPORT_SIGN, R.ASSESS_DECIDE, R.RECORD_APPROVE, R.REWARD_APPROVE},
    PostKind.ACCOUNTANT: frozenset({R.DUTY_READ, R.REWARD_READ, R.REWARD_REVIEW}),
    PostKind.OFFICE_STAFF: _OFFICE,
    PostKind.OFFICE_DIRECTOR: _OFFICE | _LEAD,
    PostKind.CONVENOR: _OVERSIGHT | _LEAD | {R.TOPIC_DECIDE},
    PostKind.DEPUTY_CONVENOR: _OVERSIGHT | _LEAD | {R.TOPIC_DECIDE},
    PostKind.GROUP_MEMBER: frozenset({R.DUTY_READ, R.INFO_READ, R.MEETING_READ}),
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
