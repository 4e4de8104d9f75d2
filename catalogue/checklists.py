"""What is ticked off at each kind of visit: short, checkable by looking, in the order the work is done."""

from __future__ import annotations

from typing import Final

Item = dict[str, str]


def _items(*rows: tuple[str, str, str]) -> list[Item]:
    return [{"code": code, "zh": zh, "en": en} for code, zh, en in rows]


_STANDARD = _items(
    ("air", "开窗通风，和客户确认重点", "Open the windows; agree on what matters most"),
    ("dust", "从高到低擦灰：柜面、桌面、窗台、开关", "Dust from high to low: cupboards, tables, sills, switches"),
    ("kitchen_top", "厨房：灶台、台面、水槽擦净无油", "Kitchen: hob, worktop and sink free of grease"),
    ("kitchen_front", "厨房：柜门和墙砖溅油擦掉", "Kitchen: splashes off doors and tiles"),
    ("bathroom", "卫生间：马桶内外、洗手台、镜子", "Bathroom: toilet inside and out, basin, mirror"),
    ("shower", "淋浴区：玻璃、龙头、地漏头发清掉", "Shower: glass, taps, hair out of the drain"),
    ("beds", "整理床铺和沙发", "Make the beds, tidy the sofa"),
    ("floor", "全屋吸尘或扫地，再拖一遍", "Hoover or sweep every floor, then mop"),
    ("rubbish", "收垃圾、换袋，带下楼", "Take the rubbish down, put in new bags"),
    ("handover", "工具归位，请客户看一遍", "Put tools back; walk round with the customer"),
)

_DEEP = _items(
    ("walk", "和客户走一遍，拍下原样，定好顺序", "Walk round, photograph as found, agree on the order"),
    ("high", "高处除尘：灯具、柜顶、空调外壳", "High places: lamps, tops of cupboards, air-conditioner covers"),
    ("hood", "油烟机外壳、油杯、滤网去油", "Hood: casing, cup and filter degreased"),
    ("cupboards", "橱柜内清空擦净，按原样放回", "Cupboards emptied, wiped, put back as they were"),
    ("fridge", "冰箱内外、密封条擦净", "Fridge inside and out, door seals"),
    ("tiles", "厨卫墙砖缝、地砖缝刷净", "Joints of wall and floor tiles brushed"),
    ("lime", "龙头、花洒、玻璃去水垢", "Limescale off taps, shower head, glass"),
    ("doors", "门、门框、踢脚线、插座面板", "Doors, frames, skirting boards, sockets"),
    ("under", "床下、沙发下、家电后面", "Under beds and sofas, behind appliances"),
    ("floor", "地面分区清洗，请客户看一遍", "Floors room by room; walk round with the customer"),
)

_WINDOW = _items(
    ("safe", "只擦室内够得到的；不探身、不爬窗外", "Only what is reached from inside; no leaning or climbing out"),
    ("clear", "移开窗台物品，铺好防水布", "Clear the sills, lay the sheet"),
    ("screens", "纱窗拆下或原位刷净", "Insect screens brushed, in place or taken down"),
    ("tracks", "窗槽吸尘、擦净", "Tracks hoovered and wiped"),
    ("frames", "窗框、把手、窗台擦净", "Frames, handles and sills wiped"),
    ("glass", "玻璃两面刮净，无水痕", "Glass clean on both sides, no streaks"),
    ("check", "对光检查，漏处补擦", "Look against the light, mend what was missed"),
    ("back", "物品放回，锁好每扇窗", "Put things back, lock every window"),
)

_COOKING = _items(
    ("agree", "确认人数、口味、忌口和过敏", "Agree on number, taste, what to avoid, allergies"),
    ("hands", "洗手，戴围裙，看食材新不新鲜", "Wash hands, apron on, look at the groceries"),
    ("boards", "生熟分开案板和刀", "Separate boards and knives for raw and cooked"),
    ("cook", "按约定的菜做好，按时上桌", "Cook what was agreed, on the table in time"),
    ("through", "肉、蛋、豆角完全熟透", "Meat, eggs and beans cooked through"),
    ("leftovers", "剩菜装盒，写上日期放冰箱", "Leftovers boxed, dated, in the fridge"),
    ("kitchen", "锅碗洗净，灶台台面擦净", "Dishes done, hob and worktop wiped"),
    ("gas", "关火关气，垃圾带走", "Gas off, rubbish taken out"),
)

_IRONING = _items(
    ("sort", "按面料和洗标分类，先问不能熨的", "Sort by fabric and label; ask what must not be ironed"),
    ("test", "熨斗底板擦净，先在里面试温", "Clean the plate, test the heat on an inside seam"),
    ("shirts", "衬衫：领、袖口、肩、前后片", "Shirts: collar, cuffs, shoulders, front and back"),
    ("trousers", "裤子：裤线对齐，膝部平整", "Trousers: creases in line, knees flat"),
    ("bedding", "床品叠成一样大小", "Bedding folded to one size"),
    ("hang", "挂好或叠好，按人分开", "Hung or folded, a pile for each person"),
    ("off", "拔电源，熨斗放凉再收", "Unplug, let the iron cool, then put it away"),
)

CHECKLISTS: Final[dict[str, list[Item]]] = {
    "standard": _STANDARD,
    "deep": _DEEP,
    "window": _WINDOW,
    "cooking": _COOKING,
    "ironing": _IRONING,
}
