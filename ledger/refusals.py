"""Why a trust pack is of no use, in words for people, Chinese and English: a window and the commands say the same.

Nothing is decided here. The codes are the errors' names, and what exactly was wrong is in their messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from ledger.errors import (
    CheckpointTooOld,
    ContradictoryHeaders,
    LedgerError,
    MalformedPack,
    NotProven,
    OtherNetwork,
    PackGap,
    PackIncomplete,
    PackStale,
    PackTooLarge,
    UnsupportedPack,
)

if TYPE_CHECKING:
    from credential.texts import Word

PACK_REFUSALS: Mapping[type[LedgerError], Word] = MappingProxyType(
    {
        MalformedPack: (
            "这不是离线窗口包，或者文件已损坏。请重新复制一份，再导入。",
            "This is no trust pack, or it is damaged: copy it again, then load it.",
        ),
        PackTooLarge: (
            "离线窗口包超过大小上限，没有导入。请确认拿的是正确的文件。",
            "The trust pack is too large, beyond the limits, and was not loaded: make sure that it is the right file.",
        ),
        UnsupportedPack: (
            "离线窗口包的版本比本软件新，或者这种网络不用离线窗口包。请系统管理员升级软件。",
            "The trust pack is of a later format than this software knows, or of an engine without packs: "
            "update the software.",
        ),
        OtherNetwork: (
            "这个离线窗口包属于另一个网络，不能在这里使用。请核对网络指纹，换成本网络的包。",
            "This trust pack belongs to another network: compare the network fingerprints and take one of this "
            "network.",
        ),
        PackStale: (
            "这个离线窗口包比手头的数据旧，不需要导入。包本身不一定有问题；要更新请找更近的包。",
            "This trust pack is stale, older than the facts at hand: nothing to load. It need not be bad; get a "
            "newer one.",
        ),
        PackGap: (
            "中间缺一个离线窗口包：这个包从第 {begins} 条记录开始，手头只有 {known} 条。"
            "请先导入前一个包，或导入从头开始的包。",
            "A trust pack in between is missing: this one begins at event {begins}, known here are {known}. "
            "Load the one before it first, or one from the beginning.",
        ),
        PackIncomplete: (
            "这个离线窗口包不完整，可能复制时中断了。请重新复制一份，再导入。",
            "This trust pack is incomplete, perhaps cut short while it was copied: copy it again, then load it.",
        ),
        NotProven: (
            "离线窗口包里的内容通不过验证，一条也没有采用。请换一个来源，并告诉系统管理员。",
            "What the trust pack says does not hold; nothing of it was taken. Get it elsewhere and tell your "
            "administrator.",
        ),
        ContradictoryHeaders: (
            "离线窗口包与手头已核实的数据互相矛盾：账本网络说了两种话。请立即告知账本网络的运营方。",
            "The trust pack and the proven facts at hand contradict each other: tell the network's operators at once.",
        ),
        CheckpointTooOld: (
            "网络文件太旧，已无法核实新的数据。请系统管理员向账本网络的运营方索取新的网络文件。",
            "The network file is too old to prove newer facts: get a new one from the network's operators.",
        ),
    }
)
"""An error that is not here has the words of its family. Those of PackGap are templates for its values."""


def pack_refusal(error: LedgerError) -> Word | None:
    """The words for what a pack was refused with; None for an error that says nothing about the pack."""
    found = next((PACK_REFUSALS[each] for each in type(error).__mro__ if each in PACK_REFUSALS), None)
    if found is None:
        return None
    zh, en = found
    return (zh.format_map(vars(error)), en.format_map(vars(error)))
