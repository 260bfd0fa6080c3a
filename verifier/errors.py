"""The errors of the window, each with a permanent code, an HTTP status and an exit status.

VerifierError
├── NothingToJudge          what was handed in holds nothing that could be judged          exit 30
│   ├── NothingFound        nothing_found        422
│   ├── SeveralCodes        several_codes        422
│   ├── UnsupportedFile     unsupported_file     415
│   ├── TooLarge            too_large            413
│   ├── TooManyPixels       too_many_pixels      413
│   ├── TooManyScans        too_many_scans       413
│   ├── TooManyPages        too_many_pages       413
│   ├── DamagedPicture      damaged_picture      422
│   └── UnreadablePdf       unreadable_pdf       422
├── PackRefused             a trust pack is of no use here; nothing of it was taken            exit 30
│   ├── MalformedPack       malformed_pack       422
│   ├── PackTooLarge        pack_too_large       413
│   ├── UnsupportedPack     unsupported_pack     422
│   ├── PackOfOtherNetwork  pack_of_other_network  422
│   ├── PackStale           pack_stale           409
│   ├── PackGap             pack_gap             409
│   ├── PackIncomplete      pack_incomplete      422
│   ├── PackNotProven       pack_not_proven      422
│   ├── PackContradicts     pack_contradicts     409
│   └── NetworkFileTooOld   network_file_too_old 409
├── RequestRefused          the request itself is wrong                                    exit 64
│   ├── MalformedRequest    malformed_request    400
│   ├── ForeignPage         foreign_page         403
│   ├── MalformedDate       malformed_date       422
│   ├── DateInFuture        date_in_future       422
│   ├── RequestIdReused     request_id_reused    409
│   ├── NoSuchCheck         no_such_check        404
│   ├── NoSuchLoading       no_such_loading      404
│   ├── PackIsLoading       pack_is_loading      409
│   └── MalformedSettings   malformed_settings   (command line only)
│       └── NoSource        no_source            (command line only)
└── WindowUnable            the window cannot work                                         exit 70
    ├── CannotListen        cannot_listen        (command line only)
    ├── WindowBusy          window_busy          503
    ├── ReplicaUnusable     replica_unusable     503
    ├── ReplicaDamaged      replica_damaged      503
    └── StoreUnusable       store_unusable       503
        └── StoreOfNewerProgram  store_of_newer_program  (when it is opened)

Texts never repeat what was handed in: it may be somebody's licence.
"""

from __future__ import annotations

from typing import ClassVar

import ledger
from ledger import PACK_REFUSALS


class VerifierError(Exception):
    """A typed error; `zh` and `en` are templates that the values given are put into."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    exit_status: ClassVar[int] = 70
    zh: ClassVar[str] = "窗口系统内部出错，请稍后再试。"
    en: ClassVar[str] = "The window's service failed; try again."

    def __init__(self, **values: str | int) -> None:
        self.text_zh = self.zh.format(**values)
        self.text_en = self.en.format(**values)
        super().__init__(self.text_en)


class NothingToJudge(VerifierError):
    exit_status = 30


class NothingFound(NothingToJudge):
    code, status = "nothing_found", 422
    zh = "没有找到二维码或凭证文本，没有可以核验的内容。请重新拍照，让二维码完整、清晰、平整。"
    en = "No QR code and no credential text was found. Take the picture again, whole, sharp and flat."


class SeveralCodes(NothingToJudge):
    code, status = "several_codes", 422
    zh = "找到 {found} 个不同的二维码。请每次只核验一个：遮住或裁掉其他的再试。"
    en = "{found} different QR codes were found. Check one at a time: cover or crop the others."


class UnsupportedFile(NothingToJudge):
    code, status = "unsupported_file", 415
    zh = "不支持这种文件。请使用 PNG 或 JPEG 图片、PDF 文件，或者粘贴文本。"
    en = "This kind of file is not supported: use a PNG or JPEG picture, a PDF, or paste the text."


class TooLarge(NothingToJudge):
    code, status = "too_large", 413
    zh = "内容超过 {limit} 字节的上限。"
    en = "More than the limit of {limit} bytes was sent."


class TooManyPixels(NothingToJudge):
    code, status = "too_many_pixels", 413
    zh = "图片超过 {limit} 像素的上限。请缩小后再试。"
    en = "The picture has more than the limit of {limit} pixels: make it smaller."


class TooManyScans(NothingToJudge):
    code, status = "too_many_scans", 413
    zh = "这张 JPEG 图片分成了 {limit} 次以上的扫描，不是普通照片。请重新拍照，或另存为 PNG 再试。"
    en = "This JPEG has more than {limit} scans, unlike any photograph: take the picture again, or save it as PNG."


class TooManyPages(NothingToJudge):
    code, status = "too_many_pages", 413
    zh = "PDF 有 {pages} 页，上限是 {limit} 页。请只上传带二维码的那一页。"
    en = "The PDF has {pages} pages, the limit is {limit}: send only the page with the QR code."


class DamagedPicture(NothingToJudge):
    code, status = "damaged_picture", 422
    zh = "图片已损坏，无法读取。请重新拍照或重新导出。"
    en = "The picture is damaged and cannot be read: take or export it again."


class UnreadablePdf(NothingToJudge):
    code, status = "unreadable_pdf", 422
    zh = "PDF 无法读取（已损坏、已加密，或处理超时）。请改用图片。"
    en = "The PDF cannot be read (damaged, locked, or it took too long): use a picture instead."


class PackRefused(VerifierError):
    """The words are the ledger's: its commands refuse packs with the same."""

    exit_status = 30


class MalformedPack(PackRefused):
    code, status = "malformed_pack", 422
    zh, en = PACK_REFUSALS[ledger.MalformedPack]


class PackTooLarge(PackRefused):
    code, status = "pack_too_large", 413
    zh, en = PACK_REFUSALS[ledger.PackTooLarge]


class UnsupportedPack(PackRefused):
    code, status = "unsupported_pack", 422
    zh, en = PACK_REFUSALS[ledger.UnsupportedPack]


class PackOfOtherNetwork(PackRefused):
    code, status = "pack_of_other_network", 422
    zh, en = PACK_REFUSALS[ledger.OtherNetwork]


class PackStale(PackRefused):
    code, status = "pack_stale", 409
    zh, en = PACK_REFUSALS[ledger.PackStale]


class PackGap(PackRefused):
    code, status = "pack_gap", 409
    zh, en = PACK_REFUSALS[ledger.PackGap]


class PackIncomplete(PackRefused):
    code, status = "pack_incomplete", 422
    zh, en = PACK_REFUSALS[ledger.PackIncomplete]


class PackNotProven(PackRefused):
    code, status = "pack_not_proven", 422
    zh, en = PACK_REFUSALS[ledger.NotProven]


class PackContradicts(PackRefused):
    code, status = "pack_contradicts", 409
    zh, en = PACK_REFUSALS[ledger.ContradictoryHeaders]


class NetworkFileTooOld(PackRefused):
    code, status = "network_file_too_old", 409
    zh, en = PACK_REFUSALS[ledger.CheckpointTooOld]


class RequestRefused(VerifierError):
    exit_status = 64


class MalformedRequest(RequestRefused):
    code, status = "malformed_request", 400
    zh = "请求格式不正确：{expected}"
    en = "The request is malformed: {expected}"


class ForeignPage(RequestRefused):
    code, status = "foreign_page", 403
    zh = "这个请求来自别的网站的网页，没有处理。请在本窗口自己的页面上操作。"
    en = "This was sent by another site's page and is refused: use the window's own page."


class MalformedDate(RequestRefused):
    code, status = "malformed_date", 422
    zh = "日期应写成 2026-01-31 的形式。"
    en = "A date is written like 2026-01-31."


class DateInFuture(RequestRefused):
    code, status = "date_in_future", 422
    zh = "不能核验将来的日期：今天是 {today}。"
    en = "A day in the future cannot be judged: today is {today}."


class RequestIdReused(RequestRefused):
    code, status = "request_id_reused", 409
    zh = "这个请求编号已经用于另一次核验，请换一个新的编号。"
    en = "This request id belongs to another check: use a new one."


class NoSuchCheck(RequestRefused):
    code, status = "no_such_check", 404
    zh = "没有这一次核验的记录。"
    en = "There is no such check."


class NoSuchLoading(RequestRefused):
    code, status = "no_such_loading", 404
    zh = "没有这一次导入的记录，窗口可能重新启动过。请看页面底部的数据截至时间，需要时再导入一次。"
    en = "There is no such loading; the window may have been restarted. See how old the facts are, and load it again."


class PackIsLoading(RequestRefused):
    code, status = "pack_is_loading", 409
    zh = "正在导入另一个离线窗口包，请等它结束再试。"
    en = "Another trust pack is being loaded: wait until it is done."


class MalformedSettings(RequestRefused):
    code = "malformed_settings"
    zh = "设置文件不正确：{reason}"
    en = "The settings file is wrong: {reason}"


class NoSource(MalformedSettings):
    code = "no_source"
    zh = (
        "设置 sources：“{address}”不是数据源的写法。有三种写法：http(s)://…（节点）、"
        "mirror+http(s)://…/（镜像，以 / 结尾）、file:///…（本机或 U 盘上的镜像文件夹或离线窗口包）。"
    )
    en = (
        "Setting sources: {address!r} is no source. There are three forms: http(s)://… (a node), "
        "mirror+http(s)://…/ (a mirror, with / at its end), file:///… (a mirror's folder or a trust pack, on this "
        "machine or a stick)."
    )


class WindowUnable(VerifierError):
    status = 503


class CannotListen(WindowUnable):
    code = "cannot_listen"
    zh = "无法监听 {address}：{reason}"
    en = "Cannot listen on {address}: {reason}"


class WindowBusy(WindowUnable):
    code = "window_busy"
    zh = "本窗口正在读取别的图片或文件，请稍等再试。"
    en = "The window is busy reading other pictures and files: try again in a moment."


class ReplicaUnusable(WindowUnable):
    code = "replica_unusable"
    zh = "本窗口的数据文件无法写入（磁盘可能已满），数据没有变化。请联系系统管理员。"
    en = "The replica cannot be written (the disk may be full); the facts are as they were. Call the administrator."


class ReplicaDamaged(WindowUnable):
    code = "replica_damaged"
    zh = "本窗口的数据文件已损坏，无法判定，这不说明凭证有问题。请联系系统管理员：删除该文件，再更新数据。"
    en = (
        "The replica's file is damaged, so nothing can be told; that says nothing about the credential. Call the "
        "administrator: remove the file and update."
    )


class StoreUnusable(WindowUnable):
    code = "store_unusable"
    zh = "核验记录无法写入，本次核验没有作出结论。请联系系统管理员。"
    en = "The record of checks cannot be written, so no verdict was given. Call the administrator."


class StoreOfNewerProgram(StoreUnusable):
    code = "store_of_newer_program"
    zh = "核验记录文件是第 {found} 版，本软件只认识到第 {known} 版。请升级本窗口的软件。"
    en = "The record of checks has version {found}, this program knows {known}: update this window's software."
