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
    Act.POLICY_SET: _("调整口径"),
    Act.CALENDAR_IMPORT: _("导入工作日历"),
    Act.UNIT_CREATE: _("新增单位"),
    Act.UNIT_CHANGE: _("修改单位"),
    Act.UNIT_RENAME: _("单位更名"),
    Act.UNIT_MERGE: _("单位合并"),
    Act.UNIT_SPLIT: _("单位拆分"),
    Act.UNIT_IMPORT: _("导入单位"),
    Act.UNIT_EXPORT: _("导出单位"),
    Act.MECHANISM_CHANGE: _("修改机构"),
    Act.MEMBERSHIP_ADD: _("增加成员单位"),
    Act.MEMBERSHIP_END: _("成员单位退出"),
    Act.POST_APPOINT: _("任命岗位"),
    Act.POST_END: _("免去岗位"),
    Act.HANDOVER_OPEN: _("发起交接"),
    Act.HANDOVER_SIGN: _("签署交接单"),
    Act.NOTICE_ACKNOWLEDGE: _("确认书面告知"),
    Act.PERIOD_OPEN: _("开启报送期"),
    Act.SUBMISSION_SAVE: _("保存报表"),
    Act.SUBMISSION_SIGN: _("签发报表"),
    Act.SUBMISSION_FILE: _("提交报表"),
    Act.SUBMISSION_ACCEPT: _("受理报表"),
    Act.SUBMISSION_RETURN: _("退回报表"),
    Act.REPORT_SUBMIT: _("上报汇总"),
    Act.REPORT_ACCEPT: _("受理汇总"),
    Act.REPORT_RETURN: _("退回汇总"),
    Act.REPORT_REMIND: _("催报"),
    Act.RECORD_CREATE: _("新增台账"),
    Act.RECORD_CHANGE: _("修改台账"),
    Act.URGENT_SAVE: _("起草急报"),
    Act.URGENT_FILE: _("报送急报"),
    Act.URGENT_READ: _("签收急报"),
    Act.DEADLINE_START: _("开始计时"),
    Act.DEADLINE_MEET: _("按时办结"),
    Act.SENSITIVE_READ: _("查看敏感信息"),
    Act.EXPORT: _("导出"),
}


def act_label(act: str) -> str:
    """A text to translate; an act of a later or removed version keeps its key."""
    return next((label for key, label in ACT_LABELS.items() if key.value == act), act)
