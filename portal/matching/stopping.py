"""Values that many entries hold and that join nothing: never compared anywhere. A city adds its own (``common``)."""

from __future__ import annotations

import re

from portal.campaigns.matching import MatchKind
from portal.core.text import written

_PHONES = re.compile(
    r"1\d{2}"  # 110, 119, 120, 122
    r"|1[02]\d{3}|96\d{3,4}|95\d{3}"  # operators, 12345, 12337, 12377, 96110, banks and insurers
    r"|(?:0\d{2,3})?(?:1[02]\d{3}|96\d{3,4}|95\d{3})"  # with an area code before it
    r"|0\d{2,3}1\d{2}"
)
_NAMES = frozenset(
    written(
        "中国人民银行|中国工商银行|中国农业银行|中国建设银行|中国邮政储蓄银行|工商银行|"
        "农业银行|建设银行|中国银行|交通银行|招商银行|邮政储蓄银行|邮储银行|农村信用社|"
        "农村商业银行|农商银行|中国移动|中国联通|中国电信|中国铁塔|支付宝|微信支付|财付通|"
        "腾讯会议|拼多多商城|京东商城|淘宝商城|个体工商户|小额贷款|投资理财|财富管理|"
        "网络科技|便民超市|便利超市|未知公司|不详公司|情况不明"
    ).split("|")
)
"""Normalised; shorter ones fall under the least length."""
_HOSTS = frozenset(
    {
        "baidu.com", "qq.com", "weixin.qq.com", "mp.weixin.qq.com", "taobao.com", "tmall.com", "jd.com", "alipay.com",
        "douyin.com", "kuaishou.com", "weibo.com", "bilibili.com", "163.com", "126.com", "sina.com.cn", "sohu.com",
        "apple.com", "apps.apple.com", "pinduoduo.com", "xiaohongshu.com", "zhihu.com", "t.me", "gov.cn",
    }
)  # fmt: skip


def is_public(kind: MatchKind, value: str) -> bool:
    """A hotline, a bank's own number, a generic name, a great platform's start page, a number that is none."""
    match kind:
        case MatchKind.PHONE:
            return _PHONES.fullmatch(value) is not None or _is_filler(value)
        case MatchKind.NAME:
            return value in _NAMES
        case MatchKind.URL:
            return value in _HOSTS or value.endswith(".gov.cn")
        case _:
            return _is_filler(value)


def _is_filler(value: str) -> bool:
    """0000000, 12345678, XXXXXXXX: typed because the field had to be filled."""
    return len(set(value)) == 1 or value in "01234567890123456789" or value in "98765432109876543210"
