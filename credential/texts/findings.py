"""The text of every code that fails or is unknown. {names} are the row's evidence in words."""

from __future__ import annotations

from collections.abc import Mapping

from credential import codes
from credential.texts.text import Ask, Text

_UPDATE_ZH = "请点“更新数据”，再扫一次；仍不行请联系系统管理员"
_UPDATE_EN = "Update this window, then scan again; if it stays so, ask your system administrator"
_DOUBT_ZH = "请勿受理；向发证机关核实"
_DOUBT_EN = "Do not accept it; ask the issuing authority"
_SHOW_AGAIN_ZH = "请持证人重新出示，再扫一次"
_SHOW_AGAIN_EN = "Ask the holder to show it afresh, and scan again"


def _update(zh: str, en: str) -> Text:
    return Text(zh, en, Ask.SUPPORT, _UPDATE_ZH, _UPDATE_EN)


def _doubt(zh: str, en: str) -> Text:
    return Text(zh, en, Ask.ISSUER, _DOUBT_ZH, _DOUBT_EN)


def _show_again(zh: str, en: str) -> Text:
    return Text(zh, en, Ask.HOLDER, _SHOW_AGAIN_ZH, _SHOW_AGAIN_EN)


def _clock(zh: str, en: str) -> Text:
    next_zh, next_en = (
        "请校准本机时间，再扫一次；不会校准请找系统管理员",
        "Set the clock right; ask your system administrator",
    )
    return Text(zh, en, Ask.SUPPORT, next_zh, next_en)


def _current_copy(zh: str, en: str) -> Text:
    next_zh = "请勿受理这一份；请持证人出示现在有效的证照"
    next_en = "Do not accept this copy; ask the holder for the one that is in force"
    return Text(zh, en, Ask.HOLDER, next_zh, next_en)


def _until_restored(zh: str, en: str) -> Text:
    next_zh = "目前不能受理；请持证人向发证机关办理恢复后再来"
    next_en = "It cannot be accepted now; the holder settles it with the issuing authority first"
    return Text(zh, en, Ask.ISSUER, next_zh, next_en)


def _agreement(zh: str, en: str) -> Text:
    next_zh = "请按纸质材料的老办法办理；能否互认请问本省电子证照主管部门"
    next_en = "Handle it as without this credential; ask your province's certificate office about recognition"
    return Text(zh, en, Ask.REGION, next_zh, next_en)


_SOUGHT_ZH = "{recognising_region}认可{issuing_region}签发的“{type_zh}”"
_SOUGHT_EN = "{recognising_region} to recognise “{type_en}” issued in {issuing_region}"

_TEXTS: Mapping[codes.Code, Text] = {
    codes.PRECONDITION_NOT_MET: Text(
        "第{needs}项没有通过，这一项无从判断",
        "Row {needs} does not pass, so this one cannot be judged",
        Ask.NOBODY,
        "先按第{needs}项的提示处理",
        "Follow what row {needs} says first",
    ),
    codes.NETWORK_CONTRADICTS_ITSELF: Text(
        "账本网络自相矛盾（编号{block}有两个不同的版本），无法判断真假",
        "The network contradicts itself (block {block} has two valid versions), so nothing can be told",
        Ask.OPERATORS,
        "请立即告知账本网络的运营方；在答复之前，不要依据这个网络受理任何凭证",
        "Tell the network's operators at once; until they answer, accept nothing that rests on this network",
    ),
    # 1
    codes.PRESENTATION_IS_MALFORMED: _show_again(
        "扫到的内容不是本系统的凭证，或者已损坏", "What was scanned is no credential of this system, or it is damaged"
    ),
    codes.PRESENTATION_IS_TOO_LARGE: _show_again(
        "扫到的内容太大，不是正常的凭证", "What was scanned is too large to be a credential"
    ),
    codes.FORMAT_VERSION_IS_UNKNOWN: _update(
        "凭证的版本比本窗口的软件新，本窗口还读不了", "The credential's format is newer than this window's software"
    ),
    # 2
    codes.TYPE_IS_NOT_REGISTERED: _doubt("这种证照类型没有登记过", "This certificate type is not registered"),
    codes.TYPE_IS_NOT_KNOWN_YET: _update(
        "本窗口的数据里还没有这种证照类型，可能是数据不够新",
        "This type is not in this window's facts, which may be older",
    ),
    codes.TYPE_METADATA_IS_MISSING: _update(
        "这种证照类型已登记，但本窗口缺少它的说明文件", "The type is registered, but this window lacks its metadata"
    ),
    # 3
    codes.ISSUER_IS_NOT_REGISTERED: _doubt(
        "凭证上写的发证机关没有登记过", "The issuer that the credential names is not registered"
    ),
    codes.ISSUER_IS_NOT_KNOWN_YET: _update(
        "本窗口的数据里还没有这个发证机关，可能是数据不够新",
        "This issuer is not in this window's facts, which may be older",
    ),
    # 4
    codes.KEY_IS_NOT_REGISTERED: _doubt("签发所用的密钥没有登记过", "The key that signed it is not registered"),
    codes.KEY_IS_NOT_KNOWN_YET: _update(
        "本窗口的数据里还没有签发所用的密钥，可能是数据不够新",
        "The signing key is not in this window's facts, which may be older",
    ),
    codes.KEY_IS_OF_ANOTHER_AUTHORITY: _doubt(
        "签发所用的密钥属于另一个机关", "The key that signed it belongs to another authority"
    ),
    codes.KEY_IS_NOT_READABLE_HERE: _update(
        "本窗口的软件还不支持签发所用的密钥", "This window's software cannot use the registered key"
    ),
    codes.ISSUER_SIGNATURE_IS_WRONG: _doubt(
        "签名不对：不是发证机关签发的，或者签发后被改过",
        "The signature is wrong: the issuer did not sign this, or it was changed since",
    ),
    # 5
    codes.KEY_IS_FOR_ANOTHER_USE: _doubt(
        "签发所用的密钥不是用来签发证照的", "The key that signed it is not for signing credentials"
    ),
    codes.BATCH_HAS_ANOTHER_KEY: _doubt(
        "签发所用的密钥与存证时登记的不同", "The key that signed it is not the one its batch was anchored with"
    ),
    codes.KEY_WAS_NOT_IN_FORCE_YET: _doubt(
        "存证时（{anchored_at}）签发密钥还没有启用", "When anchored ({anchored_at}), the key was not in force yet"
    ),
    codes.KEY_WAS_NO_LONGER_IN_FORCE: _doubt(
        "存证时（{anchored_at}）签发密钥已经到期", "When anchored ({anchored_at}), the key was no longer in force"
    ),
    codes.KEY_WAS_REVOKED: _doubt(
        "存证时（{anchored_at}）签发密钥已经作废，可能被盗用",
        "When anchored ({anchored_at}), the key was revoked; it may have been stolen",
    ),
    # 6
    codes.ISSUER_IS_NOT_ACCREDITED: _doubt(
        "这个机关没有签发这种证照的权限", "This authority is not accredited for this type"
    ),
    codes.ISSUER_WAS_NOT_ACCREDITED_THEN: _doubt(
        "签发时（{anchored_at}）这个机关没有签发这种证照的权限",
        "When anchored ({anchored_at}), this authority was not accredited for this type",
    ),
    # 7
    codes.CLOCK_IS_WRONG: _clock(
        "本机时间（{now}）比已核实的数据（{as_of}）还早，本机时间不准",
        "This window's clock ({now}) is behind proven facts ({as_of})",
    ),
    codes.TIME_HAS_NOT_COME: Text(
        "查询的时间（{asked_at}）还没有到",
        "The time asked about ({asked_at}) has not come",
        Ask.NOBODY,
        "请改查今天或以前的日期",
        "Ask about today or an earlier day",
    ),
    codes.FACTS_ARE_TOO_OLD: _update(
        "本窗口的数据停在{as_of}，太旧了", "This window's facts are of {as_of}, which is too old"
    ),
    # 8
    codes.BATCH_IS_NOT_KNOWN_YET: _update(
        "本窗口的数据里还没有这份凭证的存证记录，可能是刚签发的",
        "This window's facts do not reach to this credential's batch; it may be newly issued",
    ),
    codes.INCLUSION_PATH_HAS_WRONG_LENGTH: _doubt(
        "凭证的存证证明不完整或有多余", "The credential's inclusion path is too short or too long"
    ),
    codes.INCLUSION_PATH_LEADS_ELSEWHERE: _doubt(
        "凭证与存证记录对不上，内容可能被改过",
        "The credential is not the one that was anchored; it may have been changed",
    ),
    codes.BATCH_FELL_WITH_ITS_OPERATOR: _doubt(
        "存证（{anchored_at}）是由已停用的账号做的，不算数",
        "It was anchored ({anchored_at}) by an account already revoked",
    ),
    # 9
    codes.DISCLOSURE_IS_UNREFERENCED: _doubt(
        "出示的内容里有发证机关没有签发的项目", "Something is shown that the issuer did not sign"
    ),
    codes.DISCLOSURE_IS_REPEATED: _doubt("出示的内容里有重复的项目", "Something is shown twice"),
    codes.DISCLOSURE_IS_NOT_OF_THE_TYPE: _doubt(
        "出示的内容里有这种证照没有的项目", "Something is shown that this certificate type does not have"
    ),
    # 10
    codes.VALIDITY_HAS_ENDED: Text(
        "有效期已于{ends}届满",
        "Its validity ended at {ends}",
        Ask.HOLDER,
        "请持证人出示延续或换发后的证照",
        "Ask the holder for the renewed certificate",
    ),
    codes.VALIDITY_HAS_NOT_BEGUN: Text(
        "有效期从{starts}开始，还没有到",
        "Its validity begins at {starts}",
        Ask.HOLDER,
        "请持证人在生效后再来",
        "Ask the holder to come back when it is in force",
    ),
    codes.ISSUE_DAY_HAS_NOT_COME: _clock(
        "凭证的签发日期（{issued_at}）还没有到，本机时间（{now}）可能不准",
        "Its day of issue ({issued_at}) has not come: this window's clock ({now}) may be wrong",
    ),
    # 11
    codes.STATUS_IS_RESCINDED: _doubt("证照已被撤销，自{effective}起无效", "Rescinded, void from {effective}"),
    codes.STATUS_IS_REVOKED: _doubt("证照已于{effective}被吊销", "Revoked at {effective}"),
    codes.STATUS_IS_DEREGISTERED: _doubt("证照已于{effective}注销", "Deregistered at {effective}"),
    codes.STATUS_IS_WITHDRAWN: _current_copy(
        "这一份副本已于{effective}作废，证照本身不一定作废",
        "This copy was withdrawn at {effective}; the certificate itself may stand",
    ),
    codes.STATUS_IS_TRANSFER_COMPLETED: _current_copy(
        "证照已于{effective}转到别处办结", "The certificate's transfer was completed at {effective}"
    ),
    codes.STATUS_IS_INVALID: _doubt("证照已于{effective}作废", "Invalid from {effective}"),
    codes.STATUS_IS_SUPERSEDED: _current_copy(
        "证照已于{effective}{reason}，这是旧的", "Superseded at {effective} ({reason}); this is the old one"
    ),
    codes.STATUS_IS_SUSPENDED: _until_restored("证照自{effective}起被暂扣", "Suspended from {effective}"),
    codes.STATUS_IS_LAPSED: _until_restored("证照自{effective}起失效", "Lapsed from {effective}"),
    codes.STATUS_IS_TRANSFERRED_OUT: _until_restored(
        "证照自{effective}起正在转出", "Being transferred out from {effective}"
    ),
    codes.STATUS_IS_FROZEN: _until_restored(
        "持证人已于{effective}挂失这一份", "The holder reported this one lost at {effective}"
    ),
    codes.STATUS_IS_NOT_ASSIGNED: _update(
        "证照的状态值是本窗口软件不认识的", "Its status is a value that this window's software does not know"
    ),
    codes.STATUS_MAY_HAVE_CHANGED: _update(
        "按本窗口手头的数据是“{state}”，但之后可能变过",
        "By the facts at hand it was {state}, but that may have changed",
    ),
    # 12
    codes.AGREEMENT_IS_MISSING: _agreement(f"没有查到{_SOUGHT_ZH}的协议", f"There is no agreement for {_SOUGHT_EN}"),
    codes.AGREEMENT_IS_NOT_KNOWN_YET: _update(
        f"本窗口的数据里还没有{_SOUGHT_ZH}的协议，可能是数据不够新",
        f"This window's facts, which may be older, hold no agreement for {_SOUGHT_EN}",
    ),
    codes.AGREEMENT_IS_NOT_RATIFIED: _agreement(
        f"{{region}}还没有批准第{{agreement}}号协议，所以没有{_SOUGHT_ZH}的依据",
        f"{{region}} has not ratified agreement {{agreement}}, which is needed for {_SOUGHT_EN}",
    ),
    codes.AGREEMENT_HAS_NOT_BEGUN: _agreement(
        f"第{{agreement}}号协议从{{starts}}起才生效，届时{_SOUGHT_ZH}",
        f"Agreement {{agreement}} begins only at {{starts}}, for {_SOUGHT_EN}",
    ),
    codes.AGREEMENT_HAS_ENDED: _agreement(
        f"第{{agreement}}号协议已于{{ends}}到期，不再有{_SOUGHT_ZH}的依据",
        f"Agreement {{agreement}} ended at {{ends}}; it was needed for {_SOUGHT_EN}",
    ),
    codes.MEMBERSHIP_IS_SUSPENDED: _agreement(
        f"{{region}}暂停了第{{agreement}}号协议，暂时没有{_SOUGHT_ZH}的依据",
        f"{{region}} has suspended agreement {{agreement}}, which is needed for {_SOUGHT_EN}",
    ),
    codes.MEMBERSHIP_IS_WITHDRAWN: _agreement(
        f"{{region}}退出了第{{agreement}}号协议，不再有{_SOUGHT_ZH}的依据",
        f"{{region}} has withdrawn from agreement {{agreement}}, which is needed for {_SOUGHT_EN}",
    ),
    # 13
    codes.KEY_BINDING_IS_MISSING: Text(
        "这是存在手机里的凭证，但出示的只是复印件或截图，没有本人的当场签名",
        "It belongs to a wallet, but was shown without the holder's own signature",
        Ask.HOLDER,
        "请持证人打开手机里的证照夹，当场生成新码再扫",
        "Ask the holder to make a fresh code in the wallet",
    ),
    codes.KEY_BINDING_HAS_NO_KEY: _doubt(
        "纸质凭证却附带了手机签名，不正常", "A paper credential was shown with a wallet's signature, which cannot be"
    ),
    codes.KEY_BINDING_IS_OF_ANOTHER_PRESENTATION: _show_again(
        "手机签名是给另一次出示的，不是给这些内容的",
        "The holder's signature is over something else than what was shown",
    ),
    codes.KEY_BINDING_SIGNATURE_IS_WRONG: _show_again(
        "手机签名不对：出示的手机不是领取凭证的那一部", "The holder's signature is wrong: another wallet was used"
    ),
    codes.KEY_BINDING_IS_FOR_ANOTHER_AUDIENCE: _show_again(
        "这个码是出示给别处的", "This code was made for somebody else"
    ),
    codes.KEY_BINDING_ANSWERS_ANOTHER_REQUEST: _show_again(
        "这个码回答的不是本窗口这一次的请求", "This code answers another request than this window's"
    ),
    codes.LIVE_CODE_IS_TOO_OLD: _show_again(
        "这个码已过期（生成于{age_seconds}秒前，最多{limit_seconds}秒）",
        "This code has run out (made {age_seconds} seconds ago, at most {limit_seconds})",
    ),
    codes.LIVE_CODE_IS_FROM_THE_FUTURE: Text(
        "手机时间比本窗口快{ahead_seconds}秒",
        "The phone's clock is {ahead_seconds} seconds ahead of this window's",
        Ask.HOLDER,
        "请持证人校准手机时间后重新出示；本机时间也请核对一下",
        "Ask the holder to set the phone's clock and show it afresh; check this window's clock too",
    ),
    codes.LIVE_CODE_WAS_SEEN_BEFORE: _show_again(
        "这个码已经在窗口用过一次，可能是截图", "This code was used at a window before; it may be a copy"
    ),
    codes.HOLDER_IS_NOT_NAMED: Text(
        "出示的纸质凭证内容不全，缺少持证人的姓名（名称）或号码，没法核对身份证件",
        "This paper is shown without the holder's name or number, so no identity document can be compared with it",
        Ask.HOLDER,
        "请持证人出示完整的纸质凭证，扫上面印的码；拿不出来的，请勿受理",
        "Ask the holder for the paper itself and scan the code printed on it; without it, do not accept",
    ),
}

TEXTS: Mapping[str, Text] = {code.name: text for code, text in _TEXTS.items()}
"""By the code's name."""
