"""Code lists. Where a value changed over time, it keeps its dates instead of being dropped."""

from datetime import date

from portal.campaigns import Choice, CodeList, _

CODE_LISTS = (
    CodeList(
        key="currency",
        label=_("币种"),
        choices=(
            Choice(key="cny", label=_("人民币")),
            Choice(key="usd", label=_("美元")),
            Choice(key="hkd", label=_("港币")),
            Choice(key="eur", label=_("欧元")),
            Choice(key="jpy", label=_("日元")),
            Choice(key="krw", label=_("韩元")),
            Choice(key="gbp", label=_("英镑")),
            Choice(key="other", label=_("其他币种")),
        ),
    ),
    CodeList(
        key="foreign_currency",
        label=_("外币币种"),
        choices=(
            Choice(key="usd", label=_("美元")),
            Choice(key="hkd", label=_("港币")),
            Choice(key="eur", label=_("欧元")),
            Choice(key="jpy", label=_("日元")),
            Choice(key="krw", label=_("韩元")),
            Choice(key="gbp", label=_("英镑")),
            Choice(key="other", label=_("其他币种")),
        ),
    ),
    CodeList(
        key="denomination",
        label=_("券别"),
        choices=(
            Choice(key="note_100", label=_("100元券")),
            Choice(key="note_50", label=_("50元券")),
            Choice(key="note_20", label=_("20元券")),
            Choice(key="note_10", label=_("10元券")),
            Choice(key="note_5", label=_("5元券")),
            Choice(key="note_1", label=_("1元券")),
            Choice(key="note_5j", label=_("5角券")),
            Choice(key="note_1j", label=_("1角券")),
            Choice(key="coin_1y", label=_("1元硬币")),
            Choice(key="coin_5j", label=_("5角硬币")),
            Choice(key="coin_1j", label=_("1角硬币")),
            Choice(key="other", label=_("其他券别")),
        ),
        note=_("其他券别含 2 元券、2 角券、纪念币和纪念钞。"),
    ),
    CodeList(
        key="series",
        label=_("版别"),
        choices=(
            Choice(key="s5_1999", label=_("第五套1999年版")),
            Choice(key="s5_2005", label=_("第五套2005年版")),
            Choice(key="s5_2015", label=_("第五套2015年版"), valid_from=date(2015, 11, 12)),
            Choice(key="s5_2019", label=_("第五套2019年版"), valid_from=date(2019, 8, 30)),
            Choice(key="s5_2020", label=_("第五套2020年版"), valid_from=date(2020, 11, 5)),
            Choice(key="s4", label=_("第四套")),
            Choice(key="commemorative", label=_("纪念币（钞）")),
            Choice(key="other", label=_("其他版别")),
        ),
        note=_("第四套已停止流通，1 角、5 角纸币和 5 角、1 元硬币除外。"),
    ),
    CodeList(
        key="forgery_kind",
        label=_("假币类型"),
        choices=(
            Choice(key="counterfeit", label=_("伪造币")),
            Choice(key="altered", label=_("变造币")),
            Choice(key="both", label=_("两类都有")),
        ),
        note=_("变造币由真币加工而成；真伪拼凑的按伪造币登记。"),
    ),
    CodeList(
        key="production_method",
        label=_("制作方式"),
        choices=(
            Choice(key="printed", label=_("机器印刷")),
            Choice(key="laser_printed", label=_("激光打印")),
            Choice(key="copied", label=_("复印")),
            Choice(key="pieced", label=_("拼凑")),
            Choice(key="cut_and_patched", label=_("挖补、揭层等变造")),
            Choice(key="other", label=_("其他或未查明")),
        ),
        note=_("工作用语，不是法定分类。"),
    ),
    CodeList(
        key="find_channel",
        label=_("发现渠道"),
        choices=(
            Choice(key="counter", label=_("柜面收缴")),
            Choice(key="sorting", label=_("清分发现")),
            Choice(key="self_service", label=_("自助设备")),
            Choice(key="police", label=_("公安没收")),
            Choice(key="customs", label=_("海关查获")),
            Choice(key="parcel", label=_("寄递渠道")),
            Choice(key="online", label=_("网络监测")),
            Choice(key="handed_in", label=_("群众上缴")),
            Choice(key="other", label=_("其他渠道")),
        ),
    ),
    CodeList(
        key="site",
        label=_("场所类型"),
        choices=(
            Choice(key="bank_outlet", label=_("银行网点")),
            Choice(key="market", label=_("集贸市场")),
            Choice(key="shop", label=_("商超、店铺")),
            Choice(key="transport", label=_("车站、交通工具")),
            Choice(key="delivery", label=_("寄递网点")),
            Choice(key="online", label=_("网络平台")),
            Choice(key="premises", label=_("厂房、住宅")),
            Choice(key="other", label=_("其他场所")),
        ),
    ),
    CodeList(
        key="case_kind",
        label=_("案件类型"),
        choices=(
            Choice(key="den", label=_("捣毁伪造人民币印制窝点")),
            Choice(key="reprocessing", label=_("破获再加工、变造、打印或复印窝点")),
            Choice(key="circulation", label=_("查获出售、购买、运输、持有、使用")),
        ),
        note=_("与奖励办法的三类案件一致；一案只选一类。"),
    ),
    CodeList(
        key="span",
        label=_("跨区域情况"),
        choices=(
            Choice(key="city", label=_("本市内")),
            Choice(key="cross_city", label=_("省内跨市")),
            Choice(key="cross_province", label=_("跨省")),
        ),
    ),
    CodeList(
        key="supervision",
        label=_("督办情况"),
        choices=(
            Choice(key="police", label=_("公安机关督办")),
            Choice(key="procuratorate", label=_("检察机关督办")),
            Choice(key="court", label=_("法院督办")),
            Choice(key="superior", label=_("上级联席会议督办")),
        ),
    ),
    CodeList(
        key="inspection_aspect",
        label=_("检查内容"),
        choices=(
            Choice(key="licence", label=_("生产许可审查")),
            Choice(key="quality", label=_("产品质量抽检")),
            Choice(key="fake", label=_("假冒伪劣查处")),
            Choice(key="own_machines", label=_("本行机具检查")),
        ),
        note=_("前三项由市场监管部门登记，本行机具检查由银行登记。"),
    ),
    CodeList(
        key="specimen_result",
        label=_("鉴定结论"),
        choices=(
            Choice(key="new", label=_("新型假币")),
            Choice(key="known", label=_("已有类型")),
            Choice(key="genuine", label=_("真币")),
        ),
    ),
    CodeList(
        key="dispute_kind",
        label=_("纠纷类型"),
        choices=(
            Choice(key="authenticity", label=_("对真伪有异议")),
            Choice(key="procedure", label=_("对收缴程序有异议")),
            Choice(key="paid_out", label=_("反映机构付出假币")),
            Choice(key="other", label=_("其他")),
        ),
    ),
    CodeList(
        key="counter_channel",
        label=_("收缴渠道"),
        choices=(
            Choice(key="counter", label=_("柜面收缴")),
            Choice(key="sorting", label=_("清分发现")),
            Choice(key="self_service", label=_("自助设备")),
        ),
    ),
    CodeList(
        key="proceeding_step",
        label=_("办理环节"),
        choices=(
            Choice(key="arrest", label=_("批准逮捕")),
            Choice(key="prosecution", label=_("提起公诉")),
            Choice(key="trial", label=_("一审审结")),
            Choice(key="final", label=_("判决生效")),
        ),
    ),
)
