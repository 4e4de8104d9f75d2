"""Who lives in the demo city: names, and hidden traits that no page and no matcher ever sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulation.chance import bell, between, chance, pick


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FAMILY: Final = (
    "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN_WORKER: Final = _names(
    "桂香 玉珍 春梅 爱华 秀兰 冬梅 菊英 小红 翠萍 凤英 丽华 金花 腊梅 建国 美玲 红霞 桂芳 玉兰 "
    "水仙 春桃 雪琴 银花 大庆 秋菊 素珍 兰英 桂英 志强 月娥 彩云 巧云 淑芬 惠珍 小燕 国芳 艳红 "
    "金凤 秀英 玉梅 海燕 春兰 福珍 荷花 晓梅 喜梅 传芳 德英 润芝 小琴 莲香 "
)
GIVEN_CUSTOMER: Final = _names(
    "晓 婷 静怡 思远 雨桐 子涵 浩然 欣 佳宁 明哲 雅文 磊 诗琪 俊 梦洁 晨 倩 博 露 瑶 志远 慧 洋 岚 可欣 宇 敏 帆 璐 凯 "
)
PRAISE: Final = (
    "做得很细，灶台缝里都擦到了。",
    "准时，人很和气，走之前还把垃圾带下去了。",
    "地拖得干净，猫毛也吸了。",
    "第二次约她了，放心。",
    "话不多，手脚麻利。",
    "老人一个人在家，她很有耐心。",
    "窗槽都洗了，没想到。",
    "比说好的还多擦了冰箱。",
    "很干净，下周还约。",
)
FINE: Final = (
    "还可以，卫生间角落可以再仔细一点。",
    "晚了几分钟，打过电话。",
    "做完了，没什么可说的。",
    "中规中矩。",
)
BLAME: Final = (
    "灶台没擦干净，我又擦了一遍。",
    "床底没拖。",
    "看手机的时间有点多。",
    "说好两小时，提前二十分钟走了。",
)


@dataclass(frozen=True)
class WorkerSoul:
    """How somebody really works: quality in stars, and the chances of saying yes, being late, failing."""

    quality: float
    says_yes: float
    late_minutes: float
    calls_off: float
    stays_away: float
    silent: float


@dataclass(frozen=True)
class CustomerSoul:
    """How somebody really judges: strictness in stars, the chances of answering, writing, calling off, complaining."""

    strictness: float
    answers: float
    writes: float
    calls_off: float
    complains: float


def worker_soul(seed: int, worker: int) -> WorkerSoul:
    """Return the hidden traits of a worker: most are good, a few are not."""
    weak = chance(seed, "weak", worker) < 0.1
    return WorkerSoul(
        quality=min(4.95, max(2.6, bell(3.5 if weak else 4.5, 0.25, seed, "quality", worker))),
        says_yes=between(0.72, 0.97, seed, "yes", worker),
        late_minutes=bell(-5 if not weak else 6, 4, seed, "late", worker),
        calls_off=0.03 if weak else 0.006,
        stays_away=0.02 if weak else 0.002,
        silent=between(0.01, 0.08, seed, "silent", worker),
    )


def customer_soul(seed: int, customer: int) -> CustomerSoul:
    """Return the hidden traits of a customer."""
    return CustomerSoul(
        strictness=bell(0, 0.25, seed, "strict", customer),
        answers=between(0.35, 0.9, seed, "answers", customer),
        writes=between(0.1, 0.7, seed, "writes", customer),
        calls_off=between(0.0, 0.05, seed, "off", customer),
        complains=0.05,
    )


def worker_name(seed: int, number: int) -> str:
    """Return a worker's name."""
    return FAMILY[int(chance(seed, "family", number) * 40)] + GIVEN_WORKER[number % len(GIVEN_WORKER)]


def customer_name(seed: int, number: int) -> str:
    """Return a customer's name."""
    return pick(FAMILY, seed, "cfamily", number) + pick(GIVEN_CUSTOMER, seed, "cgiven", number)


def phone(kind: str, number: int) -> str:
    """Return a made phone number; 131 for customers, 132 for workers, 133 for the others."""
    prefix = {"customer": "131", "worker": "132"}.get(kind, "133")
    return f"+86{prefix}27{number:06d}"
