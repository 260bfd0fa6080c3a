#!/usr/bin/env python3
"""Writes the example CSV files: 200 invented certificates of three types, and one file with rows that do not fit.

Everything is invented and deterministic; codes have valid check digits (GB 32100 with GB 11714 inside, GB 11643).
Run from the checkout with the project's Python: `python examples/generate.py`.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

from stdnum.cn import ric, uscc

FOLDER = Path(__file__).resolve().parent
TODAY = date(2026, 11, 1)
LONG_TERM = "长期"

_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"
GIVEN = [
    "雨桐",
    "建国",
    "思远",
    "秀兰",
    "子墨",
    "海峰",
    "欣怡",
    "志强",
    "若曦",
    "立新",
    "晓彤",
    "明哲",
    "玉珍",
    "一诺",
    "卫东",
    "嘉懿",
]
RARE_NAMES = ["张㽏", "𠮷田", "买买提·热合曼", "扎西次仁", "李喆", "王旻昊", "陈垚", "赵龘"]
FIRM_WORDS = [
    "云栖",
    "申禾",
    "浦江",
    "青梧",
    "澄海",
    "鹿鸣",
    "松果",
    "望潮",
    "元启",
    "凌霄",
    "知夏",
    "南溪",
    "沐光",
    "百川",
    "星野",
    "安和",
]
FIRM_KINDS = ["信息科技", "食品", "供应链管理", "文化传播", "餐饮管理", "贸易", "环境工程", "医疗器械"]
SHANGHAI_ROADS = ["示范路", "樱桃路", "海棠路", "青枫路", "白鹭路", "银杏路"]
SHANGHAI_DISTRICTS = {"310101": "黄浦区", "310104": "徐汇区", "310110": "杨浦区", "310115": "浦东新区"}
ANHUI_COUNTIES = {
    "340102": "合肥市瑶海区",
    "340203": "芜湖市弋江区",
    "340802": "安庆市迎江区",
    "341502": "六安市金安区",
}
SCOPES = [
    "许可项目：食品销售。一般项目：技术服务、技术开发、技术咨询；软件开发；日用百货销售；广告设计、代理。",
    "一般项目：供应链管理服务；国内货物运输代理；普通货物仓储服务；包装服务；信息咨询服务（不含许可类信息咨询服务）。",
    "一般项目：企业管理咨询；会议及展览服务；礼仪服务；平面设计；文具用品零售；组织文化艺术交流活动。",
    "许可项目：餐饮服务。一般项目：餐饮管理；外卖递送服务；厨具卫具及日用杂品零售；食用农产品批发。",
]


def credit_code(kind: str, area: str, chance: random.Random) -> str:
    """A GB 32100 code: `kind` two characters (91 enterprise, 92 sole trader, 11 state organ), `area` six digits."""
    organisation = "MA" + "".join(chance.choices(_CODE_ALPHABET, k=6))
    weighed = sum(_ORGANISATION_ALPHABET.index(c) * w for c, w in zip(organisation, _ORGANISATION_WEIGHTS, strict=True))
    check = "0123456789X0"[(11 - weighed % 11) % 11]
    without_check = f"{kind}{area}{organisation}{check}"
    return without_check + uscc.calc_check_digit(without_check)


def citizen_number(area: str, born: date, woman: bool, chance: random.Random) -> str:
    sequence = chance.randrange(100, 999) // 2 * 2 + (0 if woman else 1)
    without_check = f"{area}{born:%Y%m%d}{sequence:03d}"
    return without_check + ric.calc_check_digit(without_check + "0")  # it passes over the last character


def person(chance: random.Random, number: int) -> str:
    if number % 12 == 5:
        return RARE_NAMES[number // 12 % len(RARE_NAMES)]
    return chance.choice(SURNAMES) + chance.choice(GIVEN)


def firm(chance: random.Random) -> str:
    return f"上海{''.join(chance.sample(FIRM_WORDS, 2))}{chance.choice(FIRM_KINDS)}有限公司"


def some_day(chance: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=chance.randrange((last - first).days))


def address(chance: random.Random, district: str) -> str:
    return f"上海市{district}{chance.choice(SHANGHAI_ROADS)}{chance.randrange(1, 900)}号{chance.randrange(1, 20)}层"


def business_licences(chance: random.Random, count: int) -> Iterable[dict[str, str]]:
    for number in range(count):
        area, district = chance.choice(list(SHANGHAI_DISTRICTS.items()))
        founded = some_day(chance, date(2001, 1, 1), TODAY)
        yield {
            "名称": firm(chance),
            "统一社会信用代码": credit_code("91", area, chance),
            "类型": chance.choice(
                ["有限责任公司（自然人投资或控股）", "有限责任公司（自然人独资）", "股份有限公司（非上市）"]
            ),
            "法定代表人": person(chance, number),
            "注册资本": "" if number % 20 == 7 else f"人民币{chance.choice([50, 100, 300, 500, 1000, 5000])}万元整",
            "经营范围": chance.choice(SCOPES),
            "住所": address(chance, district),
            "成立日期": founded.isoformat(),
            "有效期至": LONG_TERM if number % 3 else founded.replace(year=2041, day=min(founded.day, 28)).isoformat(),
        }


def food_permits(chance: random.Random, count: int) -> Iterable[dict[str, str]]:
    for number in range(count):
        area, district = chance.choice(list(SHANGHAI_DISTRICTS.items()))
        issued = some_day(chance, date(2023, 1, 1), TODAY)
        yield {
            "许可证编号": f"JY2{area}{chance.randrange(10**6):06d}{number % 10}",
            "经营者名称": firm(chance),
            "统一社会信用代码": credit_code("91", area, chance),
            "法定代表人（负责人）": person(chance, number),
            "住所": address(chance, district),
            "经营场所": address(chance, district),
            "主体业态": chance.choice(["餐饮服务经营者", "食品销售经营者（网络经营）", "单位食堂"]),
            "经营项目": chance.choice(
                ["热食类食品制售", "预包装食品（含冷藏冷冻食品）销售", "冷食类食品制售；糕点类食品制售"]
            ),
            "发证日期": issued.isoformat(),
            "有效期自": issued.isoformat(),
            "有效期至": (issued.replace(year=issued.year + 5, day=min(issued.day, 28))).isoformat(),
        }


def driving_licences(chance: random.Random, count: int) -> Iterable[dict[str, str]]:
    for number in range(count):
        area, county = chance.choice(list(ANHUI_COUNTIES.items()))
        born, woman = some_day(chance, date(1950, 1, 1), date(2006, 1, 1)), chance.random() < 0.5
        first = some_day(chance, max(born.replace(year=born.year + 19, day=min(born.day, 28)), date(1992, 1, 1)), TODAY)
        starts = some_day(chance, date(2021, 1, 1), TODAY)
        yield {
            "姓名": person(chance, number),
            "证号": citizen_number(area, born, woman, chance),
            "性别": "女" if woman else "男",
            "国籍": "中国",
            "住址": f"安徽省{county}示范街道{chance.randrange(1, 300)}号",
            "出生日期": born.isoformat(),
            "初次领证日期": min(first, starts).isoformat(),
            "准驾车型": chance.choice(["C1", "C2", "C1D", "A2D", "B2"]),
            "有效期自": starts.isoformat(),
            "有效期至": LONG_TERM
            if number % 10 == 9
            else starts.replace(year=2036, day=min(starts.day, 28)).isoformat(),
            "档案编号": f"{area}{chance.randrange(10**6):06d}",
            "记录": "" if number % 4 else "实习期至" + (min(first, starts) + timedelta(days=365)).isoformat(),
        }


def bad_rows(chance: random.Random) -> Iterable[dict[str, str]]:
    """Business licences of which the second, third and fourth do not fit: check digit, missing name, bad date."""
    rows = list(business_licences(chance, 5))
    code = rows[1]["统一社会信用代码"]
    rows[1]["统一社会信用代码"] = code[:-1] + ("0" if code[-1] != "0" else "1")
    rows[2]["名称"] = ""
    rows[3]["成立日期"] = "2024-02-30"
    return rows


def write(name: str, rows: Iterable[Mapping[str, str]]) -> None:
    """UTF-8 with a byte order mark, as a spreadsheet saves it."""
    listed = list(rows)
    with (FOLDER / name).open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, listed[0].keys())
        table.writeheader()
        table.writerows(listed)


def main() -> None:
    write("shanghai-business-licences.csv", business_licences(random.Random(1), 80))  # noqa: S311 - invented, not secret
    write("shanghai-food-permits.csv", food_permits(random.Random(2), 60))  # noqa: S311
    write("anhui-driving-licences.csv", driving_licences(random.Random(3), 60))  # noqa: S311
    write("bad-rows.csv", bad_rows(random.Random(4)))  # noqa: S311


if __name__ == "__main__":
    main()
