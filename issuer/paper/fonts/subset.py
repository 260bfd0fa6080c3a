"""How the committed fonts were cut from Debian's: run it again to get the same characters from newer fonts.

    apt-get download fonts-noto-cjk fonts-noto-core fonts-noto-extra unicode-data
    python issuer/paper/fonts/subset.py --cjk NotoSansCJK-Regular.ttc --unihan Unihan_OtherMappings.txt.bz2 \
        --whole NotoSerifTibetan-Regular.ttf --whole NotoNaskhArabic-Regular.ttf

Han characters: 通用规范汉字 (8,105, Unihan's kTGH), GB 2312, and the rare ones named in RARE. Outlines are kept, hints
and vertical layout are dropped. Needs fontTools, which fpdf2 brings.
"""

from __future__ import annotations

import argparse
import bz2
from collections.abc import Iterator
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTCollection, TTFont  # type: ignore[import-untyped]

HERE = Path(__file__).parent
FACE = "Noto Sans CJK SC"
RARE = "㽏𠮷堃喆曌淼犇骉赟瑨祎曈玥彧昇昪晙烜璟珺翀赟赟锜镕頔馡驫龑龘"
RANGES = ((0x20, 0x7E), (0xA0, 0xFF), (0x2010, 0x2040), (0x2160, 0x217F), (0x3000, 0x303F), (0xFF00, 0xFFEF))


def gb2312() -> Iterator[int]:
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                yield ord(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue


def general_standard(unihan: Path) -> set[int]:
    """通用规范汉字表, from the lines `U+4E00<tab>kTGH<tab>2013:1`."""
    with bz2.open(unihan, "rt", encoding="utf-8") as lines:
        return {int(line.split("\t")[0][2:], 16) for line in lines if "\tkTGH\t" in line}


def characters(unihan: Path) -> set[int]:
    ranges = {code for first, last in RANGES for code in range(first, last + 1)}
    return ranges | set(gb2312()) | general_standard(unihan) | {ord(character) for character in RARE}


def cut(font: TTFont, wanted: set[int], target: Path) -> None:
    options = subset.Options()
    options.hinting = False
    options.desubroutinize = False
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE"]
    options.layout_features = ["*"] if "Arab" in target.stem or "Tibetan" in target.stem else ["locl", "mark", "mkmk"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.save(target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cjk", type=Path, required=True)
    parser.add_argument("--unihan", type=Path, required=True)
    parser.add_argument("--whole", type=Path, action="append", default=[])
    arguments = parser.parse_args()
    faces = {face["name"].getDebugName(4): face for face in TTCollection(arguments.cjk).fonts}
    cut(faces[FACE], characters(arguments.unihan), HERE / "NotoSansCJKsc-Subset.otf")
    for source in arguments.whole:
        font = TTFont(source)
        cut(font, set(font.getBestCmap()), HERE / source.name)


if __name__ == "__main__":
    main()
