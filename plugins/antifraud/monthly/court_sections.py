"""What the procuratorate and the court report."""

from __future__ import annotations

from portal.campaigns import Section, _

from ..sources import d2
from .cells import count, money

TRIAL = Section(
    key="trial",
    label=_("审判起诉"),
    fields=(
        count(
            "approved_arrest_people",
            _("批准逮捕"),
            _("人"),
            "procuratorate",
            d2(_("二（六）第1项")),
            _("本月批准逮捕的电诈及关联犯罪嫌疑人。"),
            (1, 8),
        ),
        count(
            "prosecuted_cases",
            _("提起公诉案件"),
            _("件"),
            "procuratorate",
            d2(_("二（六）第6项")),
            _("本月向法院提起公诉的电诈及关联案件。"),
            (1, 4),
        ),
        count(
            "prosecuted_people",
            _("提起公诉人数"),
            _("人"),
            "procuratorate",
            d2(_("二（六）第6项")),
            _("本月提起公诉案件的被告人数。"),
            (4, 12),
        ),
        count(
            "judged_cases",
            _("判决案件"),
            _("件"),
            "court",
            d2(_("二（五）第9项")),
            _("本月一审宣判的电诈及关联案件，按宣判时间计。"),
            (1, 3),
        ),
        count(
            "judged_people",
            _("判决人数"),
            _("人"),
            "court",
            d2(_("二（五）第9项")),
            _("本月一审宣判案件的被告人数。"),
            (3, 9),
        ),
        money(
            "restitution_amount",
            _("退赃退赔金额"),
            "court",
            d2(_("二（五）第4项")),
            _("审判执行中本月实际退出和赔付的金额，不含公安机关返还的。"),
            (0, 20),
        ),
        count(
            "judicial_suggestion_count",
            _("司法建议"),
            _("件"),
            "court",
            d2(_("二（五）第7项")),
            _("本月就涉诈监管漏洞发出的司法建议。"),
            (0, 1),
        ),
        count(
            "judicial_suggestion_reply_count",
            _("司法建议回复"),
            _("件"),
            "court",
            d2(_("二（五）第7项")),
            _("本月收到回复的司法建议，不论何时发出。"),
            (0, 1),
        ),
        count(
            "procuratorial_suggestion_count",
            _("检察建议"),
            _("件"),
            "procuratorate",
            d2(_("二（六）第4项")),
            _("本月就涉诈管理漏洞发出的检察建议。"),
            (0, 1),
        ),
        count(
            "supervised_case_count",
            _("挂牌督办或提级办理"),
            _("件"),
            "procuratorate",
            d2(_("二（六）第3项")),
            _("本月列为挂牌督办、指定管辖或提级办理的电诈及关联案件。"),
            (0, 1),
        ),
        count(
            "public_interest_case_count",
            _("公益诉讼"),
            _("件"),
            "procuratorate",
            d2(_("二（六）第5项")),
            _("本月提起的涉诈公益诉讼。"),
            (0, 1),
        ),
    ),
)

COURT_SECTIONS = (TRIAL,)
