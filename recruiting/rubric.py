"""The screening sheet: ten anchored items, 0 to 3, in zh and en. An anchor says what is seen, not what is felt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Item:
    """One item of the sheet; ``anchors`` describe what a 0, 1, 2 and 3 look like."""

    code: str
    part: str
    title: Words
    anchors: tuple[Words, Words, Words, Words]


def _item(code: str, part: str, title: tuple[str, str], *anchors: tuple[str, str]) -> Item:
    zero, one, two, three = (Words(*anchor) for anchor in anchors)
    return Item(code, part, Words(*title), (zero, one, two, three))


RUBRIC: tuple[Item, ...] = (
    _item(
        "kitchen", "trial", ("灶台和油烟机", "Stove and hood"),
        ("没擦，或擦花了", "Left alone, or scratched"),
        ("擦了一遍，油还粘手", "Wiped once, still greasy to the touch"),
        ("手摸不粘，边角还有", "Clean to the touch, corners left"),
        ("手摸不粘，边角也干净，先问了能用什么", "Clean to the corners, and asked first what may be used"),
    ),
    _item(
        "bathroom", "trial", ("马桶和洗手台", "Toilet and basin"),
        ("一块布擦到底", "One cloth for everything"),
        ("布分开了，水渍还在", "Separate cloths, water marks left"),
        ("布分开，没有水渍", "Separate cloths, no marks"),
        ("布分开，从干净到脏，最后擦干", "Separate cloths, from clean to dirty, dried at the end"),
    ),
    _item(
        "floor", "trial", ("地面", "Floor"),
        ("没扫就拖", "Mopped without sweeping"),
        ("扫了，家具下面没扫", "Swept, not under the furniture"),
        ("先扫后拖，下面也扫", "Swept, also underneath, then mopped"),
        ("从里到外，拖布换水，地不打滑", "From the far end outwards, fresh water, never slippery"),
    ),
    _item(
        "order", "trial", ("先后和时间", "Order and time"),
        ("二十分钟没做完一样", "Nothing finished in 20 minutes"),
        ("做完一样，来回跑", "One thing finished, much to and fro"),
        ("两样做完，从上到下", "Two things finished, from top to bottom"),
        ("做完还收拾了工具，知道下一样做什么", "All done, tools put away, knows what comes next"),
    ),
    _item(
        "care", "trial", ("东西轻拿轻放", "Care with things"),
        ("碰倒了不说", "Knocked something over and kept silent"),
        ("要提醒才小心", "Careful when reminded"),
        ("自己小心", "Careful by themselves"),
        ("先挪开易碎的，做完放回原处", "Moves what may break first, and puts it back in place"),
    ),
    _item(
        "chemicals", "safety", ("清洁剂和用电", "Chemicals and current"),
        ("洁厕灵和消毒液混用，或湿手拔插头", "Mixes cleaners, or unplugs with wet hands"),
        ("知道不能混，说不出为什么", "Knows not to mix, not why"),
        ("知道不能混，先断电", "Knows not to mix, switches off first"),
        ("都知道，还会看标签、开窗、戴手套", "Knows it all, reads labels, opens windows, wears gloves"),
    ),
    _item(
        "heights", "safety", ("登高和窗户", "Heights and windows"),
        ("要站到窗外或椅子摞椅子", "Would climb out, or stack chairs"),
        ("要人提醒才下来", "Comes down when told"),
        ("只站稳当的凳子", "Only uses a steady stool"),
        ("够不着就说不做", "Says no to what is out of reach"),
    ),
    _item(
        "honesty", "person", ("打碎了怎么办", "What if something breaks"),
        ("不说，藏起来", "Would hide it"),
        ("问到才说", "Would say when asked"),
        ("会告诉客户", "Would tell the customer"),
        ("会马上说，拍照，报平台；讲得出一次真事", "Would say at once, photo, report; tells of a real case"),
    ),
    _item(
        "manner", "person", ("跟人说话", "Talking with people"),
        ("顶嘴，或答非所问", "Answers back, or beside the point"),
        ("问一句答一句", "One word per question"),
        ("听明白了再答，有礼貌", "Listens, then answers politely"),
        ("会先问清楚要求，做不到的先讲", "Asks what is wanted, says first what cannot be done"),
    ),
    _item(
        "keeping", "person", ("守时和留话", "Keeping time"),
        ("今天迟到没说", "Late today without a word"),
        ("迟到，打了电话", "Late, but called"),
        ("准时", "On time"),
        ("早到，带齐东西；介绍人说一向这样", "Early, with everything; references say always so"),
    ),
)  # fmt: skip

CODES = frozenset(item.code for item in RUBRIC)
