"""The quiz at the end of training: ten questions, zh and en, as data. Everything a worker must know is in here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """One text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Question:
    """``right`` is the code of the right choice; ``why`` is told after a wrong answer."""

    code: str
    text: Text
    choices: Mapping[str, Text]
    right: str
    why: Text


QUIZ: tuple[Question, ...] = (
    Question(
        "bleach",
        Text("洁厕灵和84消毒液能一起用吗？", "May toilet cleaner and bleach be used together?"),
        {
            "a": Text("能，去污更快", "Yes, it cleans faster"),
            "b": Text("不能，会放出毒气", "No, they give off poisonous gas"),
            "c": Text("开窗就能", "Yes, with the window open"),
        },
        "b",
        Text("两样混在一起会放出氯气，开窗也不行。先冲干净，再用另一样。",
             "Together they give off chlorine, window or not. Rinse well before using the other one."),
    ),
    Question(
        "window",
        Text("客户要您擦三楼窗户的外面，够不着怎么办？", "The outside of a third-floor window is out of reach. Now?"),
        {
            "a": Text("站到窗台外面擦", "Climb out on the sill"),
            "b": Text("用擦窗杆，够不着就跟客户说不擦", "Use a pole; what it cannot reach stays undone, and say so"),
            "c": Text("让客户扶着您", "Let the customer hold you"),
        },
        "b",
        Text("身子不出窗。够不着的不擦，不扣钱也不扣分。",
             "Never lean out. What cannot be reached is left, without any loss of pay or score."),
    ),
    Question(
        "plug",
        Text("擦插座和电器前，先做什么？", "What comes first before wiping sockets and appliances?"),
        {
            "a": Text("拔插头、关电源，用干布", "Unplug, switch off, use a dry cloth"),
            "b": Text("用湿布快点擦", "Wipe quickly with a wet cloth"),
            "c": Text("戴手套就行", "Gloves are enough"),
        },
        "a",
        Text("有水有电最危险。先断电，再用干布。", "Water and current kill. Switch off first, then a dry cloth."),
    ),
    Question(
        "broken",
        Text("不小心打碎了客户的杯子，怎么办？", "You broke a customer's cup. What do you do?"),
        {
            "a": Text("悄悄收拾掉", "Clear it away quietly"),
            "b": Text("自己掏钱赔，不声张", "Pay out of your own pocket and say nothing"),
            "c": Text("马上告诉客户，拍照，报给平台", "Tell the customer at once, take a photo, report it"),
        },
        "c",
        Text("说出来就不怕。不是故意的，由保障金出，不从您工钱里扣。",
             "Say it and all is well: the guarantee fund pays for accidents, not your wage."),
    ),
    Question(
        "start_code",
        Text("开工的四位数字从哪来？", "Where do the four digits for starting come from?"),
        {
            "a": Text("到了门口，客户当面告诉您", "The customer tells you at the door"),
            "b": Text("提前打电话问客户要", "You ask for them by phone beforehand"),
            "c": Text("随便填四个数", "Any four digits will do"),
        },
        "a",
        Text("见到人才问。这四个数证明您真的到了，时间从这里算起。",
             "Only face to face: the digits prove that you came, and the time counts from there."),
    ),
    Question(
        "commission",
        Text("客户付90元，您到手多少？", "The customer pays ¥90. How much reaches you?"),
        {
            "a": Text("72元，平台抽两成", "¥72, the platform keeps a fifth"),
            "b": Text("90元，一分不抽", "¥90, nothing is taken"),
            "c": Text("看您的分高不高", "It depends on your score"),
        },
        "b",
        Text("基础家政不抽成，手续费也是平台出。工资单上每一笔都看得到。",
             "Basic work is free of commission, and the platform pays the processing. Every line is on the payslip."),
    ),
    Question(
        "privacy",
        Text("在客户家里能拍照发朋友圈吗？", "May you post photos of a customer's home?"),
        {
            "a": Text("不露脸就能", "Yes, without faces"),
            "b": Text("不能，地址和家里的样子都不能往外说", "No: neither the address nor the inside is for others"),
            "c": Text("做得干净就能", "Yes, if it is clean"),
        },
        "b",
        Text("只拍平台要的照片。客户住哪、家里什么样，谁也不说。",
             "Only photos the work asks for. Where somebody lives and how is nobody else's business."),
    ),
    Question(
        "decline",
        Text("不想接一个新活，会怎么样？", "What happens when you decline an offer?"),
        {
            "a": Text("扣分", "You lose points"),
            "b": Text("一周不派活", "No offers for a week"),
            "c": Text("什么也不扣，下次照样问您", "Nothing, you are asked again next time"),
        },
        "c",
        Text("不接不要紧。接了又不去才要紧，来不了要早点说。",
             "Declining is free. Accepting and not coming is not: if you cannot come, say so early."),
    ),
    Question(
        "unsafe",
        Text("在客户家里觉得不安全，先做什么？", "You feel unsafe in a home. What comes first?"),
        {
            "a": Text("把活干完再说", "Finish the work"),
            "b": Text("马上离开，再按“安全求助”", "Leave at once, then press the safety button"),
            "c": Text("跟客户吵清楚", "Have it out with the customer"),
        },
        "b",
        Text("人最要紧。先走，十五分钟内有人联系您，做过的时间照付。",
             "You come first. Leave; somebody calls within 15 minutes, and the time worked is paid."),
    ),
    Question(
        "private_cash",
        Text("客户说私下给现金，不走平台，怎么办？", "A customer offers cash to leave the platform out. You say?"),
        {
            "a": Text("收下，省事", "Take it, less trouble"),
            "b": Text("可以把她登记成自己的客户，平台不收钱，保险还在",
                      "Register her as your own client: free of charge, and the insurance stays"),
            "c": Text("跟她多要一点", "Ask for a little more"),
        },
        "b",
        Text("自己的客户也能登记，一分不收。不登记，出了事没有保险。",
             "Your own clients may be registered for free. Without it nothing is insured."),
    ),
)  # fmt: skip


def grade(answers: Mapping[str, str]) -> tuple[float, tuple[str, ...]]:
    """Return the share of right answers (0..1) and the codes of the questions that were wrong or left out."""
    wrong = tuple(question.code for question in QUIZ if answers.get(question.code) != question.right)
    return 1 - len(wrong) / len(QUIZ), wrong
