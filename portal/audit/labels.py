"""What the acts of the trail are called."""

from __future__ import annotations

from portal.core.audit import Act
from portal.core.text import Text, _

ACT_LABELS: dict[Act, Text] = {
    Act.LOGIN: _("登录"),
    Act.LOGIN_FAILED: _("登录失败"),
    Act.LOGOUT: _("退出"),
    Act.REFUSED: _("请求被拒绝"),
    Act.ACCOUNT_CREATE: _("新建账号"),
    Act.ACCOUNT_DISABLE: _("停用账号"),
    Act.ACCOUNT_ENABLE: _("启用账号"),
    Act.ACCOUNT_UNLOCK: _("解锁账号"),
    Act.PASSWORD_CHANGE: _("修改密码"),
    Act.PASSWORD_RESET: _("重置密码"),
    Act.TOTP_ENROL: _("设置动态口令"),
    Act.TOTP_RESET: _("清除动态口令"),
    Act.TENANT_CREATE: _("新建租户"),
    Act.CAMPAIGN_ENABLE: _("启用专项"),
    Act.CAMPAIGN_DISABLE: _("停用专项"),
    Act.POLICY_SET: _("更改口径"),
    Act.CALENDAR_IMPORT: _("导入工作日历"),
    Act.UNIT_CREATE: _("新建单位"),
    Act.UNIT_CHANGE: _("修改单位"),
    Act.UNIT_RENAME: _("单位更名"),
    Act.UNIT_MERGE: _("单位并入"),
    Act.UNIT_SPLIT: _("单位分设"),
    Act.UNIT_IMPORT: _("导入单位"),
    Act.UNIT_EXPORT: _("导出单位"),
    Act.MECHANISM_CHANGE: _("机制设置"),
    Act.MEMBERSHIP_ADD: _("绑定成员单位"),
    Act.MEMBERSHIP_END: _("结束成员资格"),
    Act.POST_APPOINT: _("任命"),
    Act.POST_END: _("办理离任"),
    Act.HANDOVER_OPEN: _("登记书面告知"),
    Act.HANDOVER_SIGN: _("交接单签字"),
    Act.NOTICE_ACKNOWLEDGE: _("签收书面告知"),
    Act.PERIOD_OPEN: _("报告期开放"),
    Act.SUBMISSION_SAVE: _("保存报表"),
    Act.SUBMISSION_SIGN: _("签批报表"),
    Act.SUBMISSION_FILE: _("提交报表"),
    Act.SUBMISSION_ACCEPT: _("受理报表"),
    Act.SUBMISSION_RETURN: _("退回报表"),
    Act.REPORT_SUBMIT: _("汇总上报"),
    Act.REPORT_ACCEPT: _("受理汇总"),
    Act.REPORT_RETURN: _("退回汇总"),
    Act.REPORT_REMIND: _("催报"),
    Act.REPORT_AMEND: _("核定汇总数"),
    Act.REPORT_CLOSE: _("关账"),
    Act.REPORT_REOPEN: _("重新开放报告期"),
    Act.RECORD_CREATE: _("登记台账"),
    Act.RECORD_CHANGE: _("修改台账"),
    Act.ACTIVITY_RECORD: _("登记活动"),
    Act.ACTIVITY_CHANGE: _("修改活动"),
    Act.ACTIVITY_WITHDRAW: _("撤销活动"),
    Act.ACTIVITY_DECLINE: _("不计入本单位"),
    Act.URGENT_SAVE: _("起草急报"),
    Act.URGENT_FILE: _("报送急报"),
    Act.URGENT_READ: _("签收急报"),
    Act.DEADLINE_START: _("开始计时"),
    Act.DEADLINE_MEET: _("计时结束"),
    Act.SENSITIVE_READ: _("查看敏感信息"),
    Act.EXPORT: _("导出"),
}


def act_label(act: str) -> str:
    """A text to translate; an act of a later or removed version keeps its key."""
    return next((label for key, label in ACT_LABELS.items() if key.value == act), act)
