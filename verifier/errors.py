"""The errors of the window, each with a permanent code, an HTTP status and an exit status.

VerifierError
├── NothingToJudge          what was handed in holds nothing that could be judged          exit 30
│   ├── NothingFound        nothing_found        422
│   ├── SeveralCodes        several_codes        422
│   ├── UnsupportedFile     unsupported_file     415
│   ├── TooLarge            too_large            413
│   ├── TooManyPixels       too_many_pixels      413
│   ├── TooManyPages        too_many_pages       413
│   ├── DamagedPicture      damaged_picture      422
│   └── UnreadablePdf       unreadable_pdf       422
├── RequestRefused          the request itself is wrong                                    exit 64
│   ├── MalformedRequest    malformed_request    400
│   ├── MalformedDate       malformed_date       422
│   ├── DateInFuture        date_in_future       422
│   ├── RequestIdReused     request_id_reused    409
│   ├── NoSuchCheck         no_such_check        404
│   └── MalformedSettings   malformed_settings   (command line only)
└── WindowUnable            the window cannot work                                         exit 70
    ├── CannotListen        cannot_listen        (command line only)
    └── StoreUnusable       store_unusable       503

Texts never repeat what was handed in: it may be somebody's licence.
"""

from __future__ import annotations

from typing import ClassVar


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


class RequestRefused(VerifierError):
    exit_status = 64


class MalformedRequest(RequestRefused):
    code, status = "malformed_request", 400
    zh = "请求格式不正确：{expected}"
    en = "The request is malformed: {expected}"


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


class MalformedSettings(RequestRefused):
    code = "malformed_settings"
    zh = "设置文件不正确：{reason}"
    en = "The settings file is wrong: {reason}"


class WindowUnable(VerifierError):
    status = 503


class CannotListen(WindowUnable):
    code = "cannot_listen"
    zh = "无法监听 {address}：{reason}"
    en = "Cannot listen on {address}: {reason}"


class StoreUnusable(WindowUnable):
    code = "store_unusable"
    zh = "核验记录无法写入，本次核验没有作出结论。请联系系统管理员。"
    en = "The record of checks cannot be written, so no verdict was given. Call the administrator."
