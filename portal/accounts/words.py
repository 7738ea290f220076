"""Words that people take for passwords. Short ones count as the core of a longer one (password2026)."""

from __future__ import annotations

_WORDS = """
0123456789 01234567890 0987654321 1029384756 1111111111 1112223334 1122334455 11223344556677 123123123
1231231234 1234512345 123456 1234567 12345678 123456789 1234567890 12345678900 1234567891 12345678910
1234567899 123456abc 1234abcd 123654789 12qwaszx 1314520 1357924680 147258369 1472583690 159357 159753
1q2w3e 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 2222222222 3333333333 456456456
5201314 5201314520 520520520 5555555555 6666666666 741852963 7418529630 753951 7777777777 789456123
7894561230 8888888888 987654321 9876543210 9999999999 a123456 a12345678 a123456789 a1b2c3d4 a1b2c3d4e5
aa123456 aa123456789 aaaaaaaaaa abc123 abc123456 abc1234567 abc123456789 abcabcabc abcd1234 abcd123456
abcdef abcdefg abcdefgh abcdefghij access account admin admin123456 adminadmin administrator alibaba
anquan anquanmima asdasdasd asdfasdf asdfgh asdfghjk asdfghjkl asdfghjkl123 azerty bangongshi baseball
batman beijing changeit changeme chaojimima charlie chengdu china chinese computer daniel default demo
demo123456 dragon fangjiabi fanzha fanzhapian feifajizi football freedom fuckyou gongan gonganju guangdong
guanliyuan guest guestguest hahaha hello helloworld huawei iloveyou internet jennifer jiabi jianghu
jiangsu jizi jordan killer laogong laopo letmein lianxi lianxihuiyi linfen liverpool login lovely loveme
loveyou manager master michael mima mimamima mimashi monkey mustang mynameis mypassword nihao nihaoma
nihaonihao nopassword office oracle p@ssw0rd pass passpass passphrase passw0rd passwd password password1
password12 password123 passwordpassword pingding pingdingxian portal postgres princess q1w2e3r4 q1w2e3r4t5
qazwsx qazwsxedc qazwsxedcrfv qq123456 qq123456789 qqqqqqqqqq qwaszx qwe123 qwe123456 qweasd qweasdzxc
qweqwe qweqweqwe qwer1234 qwerasdf qwerqwer qwert qwerty qwerty123 qwerty123456 qwertyui qwertyuiop
qwertyuiop123 root rootroot samsung secret security shadow shanghai shanxi shanxisheng shenzhen shuozhou
soccer starwars sunshine superman sysadmin system taiyuan taobao tencent test test123456 testtest tomcat
trustno1 user username wangbadan wangyi weixin welcome welcome123 whatever windows woaini woaini1314
woaini520 woaiwojia woaizhongguo wodemima woshishui xiangning xiaoming xitong xitongguanliyuan xuexi
yangquan yangquanshi yingxiong yuxian zaq12wsx zhang zhanghao zhangsan zhongguo zhongguoren zxc123 zxcvbn
zxcvbnm zxcvbnm123 zxczxczxc zzzzzzzzzz
"""
COMMON = frozenset(_WORDS.split())
