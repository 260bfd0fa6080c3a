"""The invented people, firms and bureaus of the vectors: codes have right check characters, and belong to nobody."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

PUDONG = "https://scjgj.pudong.example.cn/yinxin"
HEFEI = "https://zhengzhao.hefei.example.cn"

BUSINESS_LICENCE = {
    "certificate_identifier": "1.2.156.3005.2.11100000MB0YX0001Q001.11310115000YX00012.310115202400417.001.X",
    "certificate_holder_name": "上海浦印云启软件有限公司",
    "certificate_holder_code": "91310115MA1YX00013",
    "enterprise_type": "有限责任公司（自然人投资或控股）",
    "legal_representative": "顾明远",
    "registered_capital": "人民币伍佰万元整",
    "business_scope": "一般项目：技术服务、技术开发、技术咨询、技术转让；软件开发；信息系统集成服务；"
    "数据处理和存储支持服务；电子产品销售；广告制作。",
    "registered_address": "上海市浦东新区张杨路2188弄16号3层302室",
    "certificate_validate_start": "2024-03-18",
    "certificate_validate_end": "2054-03-17",
}

FOOD_BUSINESS_PERMIT = {
    "certificate_identifier": "1.2.156.3005.2.11100000MB0YX0001Q002.11340100000YX0001N.340104202500093.001.O",
    "certificate_number": "JY23401040000937",
    "certificate_holder_name": "合肥巷口徽味餐饮有限公司",
    "certificate_holder_code": "91340100MA2YX00021",
    "legal_representative": "方静",
    "registered_address": "安徽省合肥市蜀山区望江西路501号",
    "business_premises": "安徽省合肥市蜀山区望江西路501号1幢101商铺",
    "main_business_form": "餐饮服务经营者（小型餐馆）",
    "business_items": "热食类食品制售；冷食类食品制售；自制饮品制售",
    "certificate_issued_date": "2025-06-09",
    "certificate_validate_start": "2025-06-09",
    "certificate_validate_end": "2030-06-08",
}

DRIVING_LICENCE = {
    "certificate_identifier": "1.2.156.3005.2.11100000MB0YX0002U001.11340100000YX0001N.340100198507.001.G",
    "certificate_holder_name": "方静",
    "certificate_holder_code": "340100198507110023",
    "sex": "女",
    "nationality": "中国",
    "address": "安徽省合肥市蜀山区望江西路501号2幢1203室",
    "birth_date": "1985-07-11",
    "first_issue_date": "2006-08-02",
    "vehicle_classes": "C1",
    "certificate_validate_start": "2022-08-02",
    "certificate_validate_end": "长期",
    "file_number": "340100123456",
    "record": "",
}

RARE_NAMES = {
    "certificate_holder_name": "㽏𠮷བོད་ཡིགئۇيغۇرچە",
    "address": "新疆维吾尔自治区喀什地区喀什市恰萨街道𡘙巷7号",
}


class Example(NamedTuple):
    """One credential to write, at `index` of a batch of `size` that starts at the authority's position `first`."""

    name: str
    type_file: str
    claims: dict[str, str]
    issuer: str
    first: int
    index: int
    size: int
    is_bound: bool
    shown: tuple[str, ...] | None = None

    def octets(self, purpose: str, length: int = 32) -> bytes:
        """Test-only keys, seeds and nonces: never random, never to be used for anything else."""
        return sha256(f"yinxin/vectors/1/{self.name}/{purpose}".encode()).digest()[:length]


REFERENCE = Example(
    "reference-licence", "business_licence", BUSINESS_LICENCE, PUDONG, 1_048_000, 733, 1024, is_bound=True
)

EXAMPLES = (
    Example("paper-business-licence", "business_licence", BUSINESS_LICENCE, PUDONG, 0, 5, 64, is_bound=False),
    Example(
        "name-and-validity-only",
        "food_business_permit",
        FOOD_BUSINESS_PERMIT,
        HEFEI,
        64,
        63,
        100,
        is_bound=True,
        shown=("certificate_holder_name", "certificate_validate_start", "certificate_validate_end"),
    ),
    Example("no-end-and-empty-field", "driving_licence", DRIVING_LICENCE, HEFEI, 2**40 + 17, 65_535, 65_536, True),
    Example("rare-characters", "driving_licence", DRIVING_LICENCE | RARE_NAMES, HEFEI, 9, 0, 3, is_bound=True),
    Example(
        "absent-fields",
        "driving_licence",
        {name: text for name, text in DRIVING_LICENCE.items() if name not in ("file_number", "record")},
        HEFEI,
        12,
        2,
        3,
        is_bound=False,
    ),
    Example("batch-of-one", "food_business_permit", FOOD_BUSINESS_PERMIT, HEFEI, 0, 0, 1, is_bound=True),
    Example("nothing-shown", "business_licence", BUSINESS_LICENCE, PUDONG, 2**20 - 1, 1, 2, is_bound=True, shown=()),
    Example(
        "long-scope",
        "business_licence",
        BUSINESS_LICENCE | {"business_scope": "许可项目：危险化学品经营；" * 38 + "道路货物运输"},
        PUDONG,
        3_000_000,
        40_000,
        65_000,
        is_bound=True,
    ),
)
