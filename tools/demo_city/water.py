"""Water of the demo city, drawn by hand from the gaps the streets leave: approximate, for drawing only.

The street data carry no rivers or lakes. Banks of the Yangtze follow the riverside roads with a margin; the Han is
a band of constant width along its middle; lakes are rough rings. Good enough to find one's way, not for surveying.
"""

import math
from collections.abc import Sequence
from typing import Any

Ring = list[tuple[float, float]]

YANGTZE_LEFT_BANK: Ring = [
    (30.3855, 114.133), (30.397, 114.145), (30.4074, 114.1555), (30.419, 114.162), (30.4325, 114.166),
    (30.440, 114.177), (30.446, 114.179), (30.4577, 114.1857), (30.4624, 114.1955), (30.4636, 114.1994),
    (30.4703, 114.2062), (30.4779, 114.213), (30.4888, 114.2208), (30.4947, 114.2276), (30.4997, 114.2305),
    (30.5027, 114.2355), (30.506, 114.2405), (30.5122, 114.2446), (30.517, 114.2495), (30.5245, 114.2535),
    (30.5315, 114.2615), (30.539, 114.2672), (30.5475, 114.2725), (30.5515, 114.2752), (30.5575, 114.279),
    (30.563, 114.2805), (30.5658, 114.2840), (30.5690, 114.2865), (30.5715, 114.2895), (30.579, 114.2925),
    (30.5835, 114.2945), (30.593, 114.2995), (30.601, 114.3045), (30.611, 114.3105), (30.6223, 114.3168),
    (30.627, 114.3205), (30.6318, 114.3231), (30.6382, 114.3278), (30.6428, 114.3341), (30.650, 114.3388),
    (30.6547, 114.3411), (30.6628, 114.3474), (30.6682, 114.3521), (30.672, 114.360), (30.6773, 114.3694),
    (30.6845, 114.3819), (30.6926, 114.3968), (30.698, 114.4164), (30.7065, 114.445), (30.709, 114.480),
    (30.712, 114.520), (30.716, 114.556),
]  # fmt: skip
"""Upstream to downstream along the riverside roads of Hanyang and Hankou."""

YANGTZE_RIGHT_BANK: Ring = [
    (30.3838, 114.1633), (30.3939, 114.175), (30.4048, 114.1838), (30.4149, 114.1886), (30.4241, 114.1906),
    (30.4351, 114.1994), (30.4401, 114.2042), (30.4443, 114.2062), (30.4477, 114.2149), (30.4485, 114.2208),
    (30.451, 114.2266), (30.456, 114.2325), (30.4661, 114.2383), (30.4754, 114.2451), (30.4829, 114.250),
    (30.4938, 114.2597), (30.501, 114.2656), (30.508, 114.274), (30.514, 114.2827), (30.5204, 114.2848),
    (30.528, 114.2860), (30.5385, 114.285), (30.5438, 114.2865), (30.5497, 114.2879), (30.5538, 114.2909),
    (30.5585, 114.2947), (30.563, 114.298), (30.572, 114.3052), (30.5813, 114.3117), (30.5948, 114.3215),
    (30.6007, 114.3269), (30.6135, 114.338), (30.623, 114.3498), (30.629, 114.356), (30.6317, 114.3607),
    (30.6378, 114.3702), (30.6435, 114.3803), (30.6476, 114.3898), (30.652, 114.4015), (30.6547, 114.4089),
    (30.6600, 114.4190), (30.6655, 114.435), (30.669, 114.460), (30.673, 114.500), (30.680, 114.556),
]  # fmt: skip
"""Upstream to downstream along the riverside roads of Wuchang, Qingshan and beyond."""

BANK_MARGIN_M = 130.0
"""Between a riverside road and the water: the dike and the meadow before it."""

TIANXING_ISLAND: Ring = [
    (30.6560, 114.3600), (30.6650, 114.3655), (30.6730, 114.3790), (30.6815, 114.3950), (30.6870, 114.4130),
    (30.6890, 114.4320), (30.6850, 114.4350), (30.6760, 114.4150), (30.6670, 114.3950), (30.6590, 114.3760),
]  # fmt: skip

HAN_MIDDLE: Ring = [
    (30.5969, 114.060), (30.6002, 114.0707), (30.5968, 114.0805), (30.5977, 114.0895), (30.596, 114.102),
    (30.596, 114.110), (30.5963, 114.1189), (30.5929, 114.1261), (30.5929, 114.135), (30.5942, 114.1404),
    (30.5954, 114.1453), (30.5981, 114.1511), (30.6012, 114.1555), (30.6038, 114.160), (30.6042, 114.1663),
    (30.6027, 114.1712), (30.5992, 114.1727), (30.5938, 114.1721), (30.590, 114.1747), (30.5873, 114.1771),
    (30.5838, 114.181), (30.5822, 114.185), (30.5825, 114.1895), (30.5855, 114.1939), (30.5876, 114.1966),
    (30.5893, 114.200), (30.5876, 114.2031), (30.5856, 114.2054), (30.5833, 114.2067), (30.5812, 114.2101),
    (30.5792, 114.2131), (30.5769, 114.2158), (30.5749, 114.2188), (30.5736, 114.2255), (30.5739, 114.2315),
    (30.5726, 114.2369), (30.5697, 114.2409), (30.5679, 114.2449), (30.5664, 114.2496), (30.5656, 114.2563),
    (30.5646, 114.2623), (30.5635, 114.269), (30.5632, 114.275), (30.5638, 114.2791), (30.5647, 114.2831),
    (30.5656, 114.2890),
]  # fmt: skip
HAN_WIDTH_M = 190.0

LAKES: dict[str, tuple[str, str, Ring]] = {
    "donghu": ("东湖", "East Lake", [
        (30.5520, 114.3569), (30.5574, 114.3608), (30.5581, 114.3679), (30.5629, 114.3730), (30.5710, 114.3758),
        (30.5765, 114.3790), (30.5820, 114.3850), (30.5880, 114.3885), (30.5920, 114.3948), (30.5930, 114.4027),
        (30.5873, 114.4090), (30.5792, 114.4106), (30.5731, 114.4137), (30.5697, 114.4216), (30.5629, 114.4264),
        (30.5574, 114.4248), (30.5533, 114.4169), (30.5513, 114.4090), (30.5492, 114.4027), (30.5438, 114.3987),
        (30.5400, 114.3948), (30.5384, 114.3869), (30.5377, 114.3790), (30.5384, 114.3734), (30.5424, 114.3695),
        (30.5465, 114.3640), (30.5486, 114.3600),
    ]),
    "shahu": ("沙湖", "Sha Lake", [
        (30.5724, 114.3237), (30.5744, 114.3300), (30.5765, 114.3379), (30.5751, 114.3450), (30.5724, 114.3458),
        (30.5669, 114.3395), (30.5649, 114.3363), (30.5656, 114.3300), (30.5690, 114.3261),
    ]),
    "nanhu": ("南湖", "South Lake", [
        (30.5016, 114.3395), (30.5057, 114.3442), (30.5050, 114.3537), (30.5030, 114.3600), (30.4976, 114.3608),
        (30.4955, 114.3690), (30.4908, 114.3703), (30.4853, 114.3663), (30.4839, 114.3537), (30.4843, 114.3426),
        (30.4908, 114.3371),
    ]),
    "moshuihu": ("墨水湖", "Moshui Lake", [
        (30.5497, 114.2249), (30.5508, 114.2331), (30.5473, 114.2385), (30.5425, 114.2410), (30.5395, 114.2425),
        (30.5355, 114.2395), (30.5380, 114.2344), (30.5391, 114.2263), (30.5438, 114.2222),
    ]),
    "yuehu": ("月湖", "Moon Lake", [
        (30.5631, 114.2500), (30.5634, 114.2545), (30.5626, 114.2588), (30.5602, 114.2590), (30.5588, 114.2556),
        (30.5602, 114.2506),
    ]),
}  # fmt: skip

LABELS: tuple[tuple[str, str, str, float, float, int], ...] = (
    ("place", "汉口", "Hankou", 30.6085, 114.2630, 0),
    ("place", "汉阳", "Hanyang", 30.5260, 114.2150, 0),
    ("place", "武昌", "Wuchang", 30.5445, 114.3280, 0),
    ("place", "青山", "Qingshan", 30.6130, 114.4020, 0),
    ("place", "光谷", "Guanggu", 30.4930, 114.4030, 0),
    ("place", "沌口", "Zhuankou", 30.4900, 114.1650, 0),
    ("water", "长江", "Yangtze", 30.5870, 114.3068, -58),
    ("water", "长江", "Yangtze", 30.5185, 114.2680, -45),
    ("water", "长江", "Yangtze", 30.6400, 114.3520, -52),
    ("water", "汉江", "Han River", 30.5745, 114.2270, 0),
    ("water", "东湖", "East Lake", 30.5650, 114.3920, 0),
    ("water", "沙湖", "Sha Lake", 30.5710, 114.3340, 0),
    ("water", "南湖", "South Lake", 30.4945, 114.3530, 0),
    ("water", "墨水湖", "Moshui Lake", 30.5450, 114.2310, 0),
)
"""Real names on the map at hand-placed points: kind, name, name in letters, lat, lon, turn in degrees."""


def labels() -> list[dict[str, Any]]:
    """Rows of labels for the city file."""
    return [
        {"kind": kind, "name": name, "name_en": name_en, "point": [lat, lon], "turn": turn}
        for kind, name, name_en, lat, lon, turn in LABELS
    ]


def waters() -> list[dict[str, Any]]:
    """Rows for the city file: key, names, kind (river, lake, island) and a smoothed ring."""
    yangtze = inset(YANGTZE_LEFT_BANK + YANGTZE_RIGHT_BANK[::-1], BANK_MARGIN_M)
    rows = [
        row("changjiang", "长江", "Yangtze", "river", yangtze),
        row("hanjiang", "汉江", "Han River", "river", band(HAN_MIDDLE, HAN_WIDTH_M)),
    ]
    rows += [row(key, name, name_en, "lake", ring) for key, (name, name_en, ring) in LAKES.items()]
    return [*rows, row("tianxingzhou", "天兴洲", "Tianxing Island", "island", TIANXING_ISLAND)]


def row(key: str, name: str, name_en: str, kind: str, ring: Ring) -> dict[str, Any]:
    """One water with its ring rounded to about ten metres."""
    smooth = [[round(lat, 4), round(lon, 4)] for lat, lon in rounded_off(ring, 2)]
    return {"key": key, "name": name, "name_en": name_en, "kind": kind, "ring": smooth}


def inset(ring: Ring, metres: float) -> Ring:
    """The ring with every corner moved inward."""
    turn = 1 if signed_area(ring) > 0 else -1
    return [shifted(ring[at - 1], ring[at], ring[(at + 1) % len(ring)], metres * turn) for at in range(len(ring))]


def band(line: Ring, width_m: float) -> Ring:
    """The ring around a line of constant width."""
    before = [line[0], *line[:-1]]
    after = [*line[1:], line[-1]]
    left = [shifted(a, b, c, width_m / 2) for a, b, c in zip(before, line, after, strict=True)]
    right = [shifted(a, b, c, -width_m / 2) for a, b, c in zip(before, line, after, strict=True)]
    return left + right[::-1]


def shifted(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], metres: float
) -> tuple[float, float]:
    """Point b moved to the left of the direction a → c."""
    shrink = math.cos(math.radians(b[0]))
    north, east = c[0] - a[0], (c[1] - a[1]) * shrink
    size = math.hypot(north, east) or 1.0
    degrees = metres / 111_195
    return b[0] + degrees * east / size, b[1] - degrees * north / size / shrink


def signed_area(ring: Ring) -> float:
    """Twice the area, positive when the ring runs counter-clockwise on a map."""
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return sum(a[1] * b[0] - b[1] * a[0] for a, b in pairs)


def rounded_off(ring: Sequence[tuple[float, float]], times: int) -> Ring:
    """Corner cutting (Chaikin): each corner becomes two, `times` over."""
    if times == 0:
        return list(ring)
    cut: Ring = []
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        cut.append((0.75 * a[0] + 0.25 * b[0], 0.75 * a[1] + 0.25 * b[1]))
        cut.append((0.25 * a[0] + 0.75 * b[0], 0.25 * a[1] + 0.75 * b[1]))
    return rounded_off(cut, times - 1)
