"""Single words and values for people: verdicts, states, reasons, regions, times, whom to ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from credential.report import Outcome, Verdict
from credential.status import Reason, State
from credential.texts.text import Ask

Word = tuple[str, str]
"""Chinese, English."""

VERDICTS: Mapping[str, Word] = {
    Verdict.ACCEPTED: ("认可", "Accepted"),
    Verdict.REJECTED: ("不认可", "Not accepted"),
    Verdict.UNDETERMINED: ("无法判定", "Cannot tell"),
}
OUTCOMES: Mapping[str, Word] = {
    Outcome.PASSES: ("通过", "passes"),
    Outcome.FAILS: ("不通过", "fails"),
    Outcome.UNKNOWN: ("未知", "unknown"),
}
STATES: Mapping[str, Word] = {
    State.VALID.name.lower(): ("有效", "valid"),
    State.INVALID.name.lower(): ("已作废", "invalid"),
    State.SUSPENDED.name.lower(): ("暂扣", "suspended"),
    State.LAPSED.name.lower(): ("失效", "lapsed"),
    State.TRANSFERRED_OUT.name.lower(): ("已转出", "transferred out"),
    State.FROZEN.name.lower(): ("挂失", "reported lost"),
    State.SUPERSEDED.name.lower(): ("已换发或变更", "superseded"),
}
REASONS: Mapping[str, Word] = {
    Reason.RESCINDED.name.lower(): ("撤销", "rescinded"),
    Reason.REVOKED.name.lower(): ("吊销", "revoked"),
    Reason.DEREGISTERED.name.lower(): ("注销", "deregistered"),
    Reason.WITHDRAWN.name.lower(): ("副本作废", "this copy withdrawn"),
    Reason.TRANSFER_COMPLETED.name.lower(): ("转出办结", "transfer completed"),
    Reason.SUSPENDED.name.lower(): ("暂扣", "suspended"),
    Reason.LAPSED.name.lower(): ("失效", "lapsed"),
    Reason.TRANSFERRED_OUT.name.lower(): ("转出", "transferred out"),
    Reason.FROZEN.name.lower(): ("挂失", "reported lost"),
    Reason.REISSUED.name.lower(): ("换发", "reissued"),
    Reason.ALTERED.name.lower(): ("变更", "altered"),
    Reason.RENEWED.name.lower(): ("延续", "renewed"),
    Reason.REINSTATED.name.lower(): ("暂扣发还", "reinstated"),
    Reason.RESTORED.name.lower(): ("恢复效力", "restored"),
    Reason.TRANSFER_CANCELLED.name.lower(): ("取消转出", "transfer cancelled"),
    Reason.UNFROZEN.name.lower(): ("解除挂失", "no longer reported lost"),
}
CONDITIONS: Mapping[str, Word] = {
    "identity_document": (
        "出示的是纸质凭证：请核对持证人的身份证件，确认是本人",
        "Shown on paper: compare an identity document with the holder named",
    ),
}
ASKED: Mapping[Ask, Word] = {
    Ask.HOLDER: ("持证人", "the holder"),
    Ask.ISSUER: ("发证机关", "the issuing authority"),
    Ask.SUPPORT: ("系统管理员", "your system administrator"),
    Ask.REGION: ("本省电子证照主管部门", "your province's certificate office"),
    Ask.OPERATORS: ("账本网络的运营方", "the network's operators"),
}
_BASES: Mapping[str, Word] = {
    "own_region": ("本省签发", "issued in this province"),
    "nation": ("国家签发", "issued by the nation"),
    "agreement": ("依据协议", "by agreement"),
}
_REGIONS: Mapping[int, Word] = {
    100000: ("国家", "the nation"),
    110000: ("北京市", "Beijing"),
    120000: ("天津市", "Tianjin"),
    130000: ("河北省", "Hebei"),
    140000: ("山西省", "Shanxi"),
    150000: ("内蒙古自治区", "Inner Mongolia"),
    210000: ("辽宁省", "Liaoning"),
    220000: ("吉林省", "Jilin"),
    230000: ("黑龙江省", "Heilongjiang"),
    310000: ("上海市", "Shanghai"),
    320000: ("江苏省", "Jiangsu"),
    330000: ("浙江省", "Zhejiang"),
    340000: ("安徽省", "Anhui"),
    350000: ("福建省", "Fujian"),
    360000: ("江西省", "Jiangxi"),
    370000: ("山东省", "Shandong"),
    410000: ("河南省", "Henan"),
    420000: ("湖北省", "Hubei"),
    430000: ("湖南省", "Hunan"),
    440000: ("广东省", "Guangdong"),
    450000: ("广西壮族自治区", "Guangxi"),
    460000: ("海南省", "Hainan"),
    500000: ("重庆市", "Chongqing"),
    510000: ("四川省", "Sichuan"),
    520000: ("贵州省", "Guizhou"),
    530000: ("云南省", "Yunnan"),
    540000: ("西藏自治区", "Xizang"),
    610000: ("陕西省", "Shaanxi"),
    620000: ("甘肃省", "Gansu"),
    630000: ("青海省", "Qinghai"),
    640000: ("宁夏回族自治区", "Ningxia"),
    650000: ("新疆维吾尔自治区", "Xinjiang"),
    710000: ("台湾省", "Taiwan"),
    810000: ("香港特别行政区", "Hong Kong"),
    820000: ("澳门特别行政区", "Macao"),
}
"""GB/T 2260 province codes."""

_REGION_NAMES = ("region", "issuing_region", "recognising_region")
_TIME_NAMES = (
    "accredited_from",
    "anchored_at",
    "as_of",
    "asked_at",
    "effective",
    "ends",
    "issued_at",
    "now",
    "recorded_at",
    "revoked_from",
    "starts",
)
_SHANGHAI = timedelta(hours=8)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def region(code: int) -> Word:
    """A province's name, its code where it has none here."""
    return _REGIONS.get(code, (str(code), str(code)))


def time(instant: int) -> str:
    """The Shanghai date and time of Unix seconds; the bare number where no calendar reaches."""
    try:
        return f"{_EPOCH + timedelta(seconds=instant) + _SHANGHAI:%Y-%m-%d %H:%M}"
    except OverflowError:
        return str(instant)


def word(name: str, value: str | int) -> Word:
    """One piece of evidence in words."""
    if isinstance(value, int):
        if name in _TIME_NAMES:
            return time(value), time(value)
        return region(value) if name in _REGION_NAMES else (str(value), str(value))
    known = {"state": STATES, "reason": REASONS, "basis": _BASES}.get(name, {})
    return known.get(value, (value, value))
