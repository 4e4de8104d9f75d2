"""Hand-written words from which the fictional neighbourhoods and compounds get their names.

The combinations are invented; a likeness to a real estate is chance.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class ZonePlan:
    """One neighbourhood to lay out: names, stage, and the middle of its rectangle."""

    key: str
    name: str
    name_en: str
    stage: str
    middle: tuple[float, float]
    size_m: tuple[float, float]
    compounds: int


ZONES: Final = (
    ZonePlan("liuan", "柳岸", "Liu'an", "open", (30.6262, 114.2945), (2300, 2100), 23),
    ZonePlan("tingchao", "听潮", "Tingchao", "pilot", (30.5905, 114.2800), (2100, 2000), 21),
    ZonePlan("yunhe", "云鹤", "Yunhe", "open", (30.5800, 114.2400), (2500, 1700), 22),
    ZonePlan("qinxi", "琴溪", "Qinxi", "pilot", (30.5640, 114.2150), (2400, 1900), 20),
    ZonePlan("mohuwan", "墨湖湾", "Mohu Bay", "open", (30.5870, 114.3300), (2500, 1900), 22),
    ZonePlan("qinghe", "青禾", "Qinghe", "open", (30.5095, 114.3215), (2500, 2100), 23),
    ZonePlan("zhanglin", "樟林", "Zhanglin", "pilot", (30.6320, 114.3880), (2400, 2100), 20),
)

DISTRICTS: Final = (
    ("江岸", "Jiang'an", 30.625, 114.305),
    ("江汉", "Jianghan", 30.598, 114.270),
    ("硚口", "Qiaokou", 30.583, 114.225),
    ("汉阳", "Hanyang", 30.552, 114.222),
    ("武昌", "Wuchang", 30.562, 114.318),
    ("洪山", "Hongshan", 30.503, 114.345),
    ("青山", "Qingshan", 30.635, 114.390),
)
"""Real districts of Wuhan with a hand-placed middle; a zone belongs to the nearest."""

MUST_HAVE: Final = {
    "liuan": (("柳岸", "Liu'an", "花园", "Garden"),),
    "tingchao": (("听潮", "Tingchao", "居", "House"),),
    "yunhe": (("云鹤", "Yunhe", "里", "Lane"), ("梧桐", "Wutong", "雅居", "Residence")),
    "qinxi": (("琴台", "Qintai", "里", "Lane"),),
    "mohuwan": (("墨湖", "Mohu", "湾", "Bay"),),
    "qinghe": (("青禾", "Qinghe", "苑", "Court"), ("望樱", "Wangying", "台", "Terrace")),
    "zhanglin": (("樟语", "Zhangyu", "苑", "Court"),),
}
"""Names that stories and pictures of the product use, each in its zone."""

HEADS: Final = (
    ("柳溪", "Liuxi"), ("荷风", "Hefeng"), ("桂影", "Guiying"), ("松涛", "Songtao"), ("竹韵", "Zhuyun"),
    ("枫晚", "Fengwan"), ("梅坞", "Meiwu"), ("兰亭", "Lanting"), ("芦汀", "Luting"), ("蒲塘", "Putang"),
    ("栖霞", "Qixia"), ("晴川", "Qingchuan"), ("烟波", "Yanbo"), ("归帆", "Guifan"), ("渔歌", "Yuge"),
    ("雁渡", "Yandu"), ("鹭洲", "Luzhou"), ("鸥汀", "Outing"), ("鹤鸣", "Heming"), ("燕归", "Yangui"),
    ("星桥", "Xingqiao"), ("月泊", "Yuebo"), ("云台", "Yuntai"), ("露园", "Luyuan"), ("雨舟", "Yuzhou"),
    ("晓岚", "Xiaolan"), ("暮山", "Mushan"), ("澄江", "Chengjiang"), ("春晖", "Chunhui"), ("秋水", "Qiushui"),
    ("麦香", "Maixiang"), ("稻香", "Daoxiang"), ("橘颂", "Jusong"), ("莲心", "Lianxin"), ("菱角", "Lingjiao"),
    ("石榴", "Shiliu"), ("合欢", "Hehuan"), ("丁香", "Dingxiang"), ("海棠", "Haitang"), ("玉兰", "Yulan"),
    ("书院", "Shuyuan"), ("墨香", "Moxiang"), ("棋山", "Qishan"), ("茶坊", "Chafang"), ("陶然", "Taoran"),
    ("安和", "Anhe"), ("永宁", "Yongning"), ("长乐", "Changle"), ("同心", "Tongxin"), ("百福", "Baifu"),
)  # fmt: skip

TAILS: Final = {
    "urban_village": (("村", "Village"), ("湾", "Hamlet"), ("老街", "Old Street")),
    "old_estate": (
        ("里", "Lane"), ("新村", "New Village"), ("小区", "Estate"), ("坊", "Yard"), ("宿舍", "Dormitories"),
        ("苑", "Court"), ("巷", "Alley"),
    ),
    "new_estate": (
        ("花园", "Garden"), ("雅居", "Residence"), ("台", "Terrace"), ("府", "Mansion"), ("家园", "Homes"),
        ("居", "House"), ("公馆", "Place"), ("湖庭", "Lakeside"), ("时代", "Times"),
    ),
}  # fmt: skip
