"""The geometry of a drawn signature: what counts as one, and how it is drawn again. Pure."""

from collections.abc import Iterable

from core.errors import DomainError

EMPTY_SIGNATURE = "签名为空，请企业负责人在框内签字；如对方拒签，请点“拒签”并写明原因。"
DAMAGED_SIGNATURE = "签名数据不完整，没有保存。请点“重签”后再签一次。"

WIDTH = 1000  # strokes are stored on a pad 1000 wide, so that every screen draws the same
HEIGHT = 370
SHORTEST = 60  # a slip of the finger is no signature
MOST_STROKES = 500
FRAME = (100, 30)  # the place for a signature on paper, in widths of the pen
MOST_POINTS = 20_000

Stroke = list[list[int]]


def checked_strokes(raw: object) -> list[Stroke]:
    """A drawn signature as a list of strokes, each a list of [x, y] on a pad WIDTH wide.

    Raises DomainError for an empty pad and for anything that is not a drawing.
    """
    if not raw:
        raise DomainError(EMPTY_SIGNATURE)
    if not isinstance(raw, list) or len(raw) > MOST_STROKES:
        raise DomainError(DAMAGED_SIGNATURE)
    strokes = [_stroke(points) for points in raw]
    if sum(len(points) for points in strokes) > MOST_POINTS:
        raise DomainError(DAMAGED_SIGNATURE)
    if sum(_length(points) for points in strokes) < SHORTEST:
        raise DomainError(EMPTY_SIGNATURE)
    return strokes


def _stroke(points: object) -> Stroke:
    if not isinstance(points, list) or not points:
        raise DomainError(DAMAGED_SIGNATURE)
    return [_point(point) for point in points]


def _point(point: object) -> list[int]:
    if not isinstance(point, list) or len(point) != 2:
        raise DomainError(DAMAGED_SIGNATURE)
    if not all(type(value) is int and 0 <= value <= WIDTH for value in point):
        raise DomainError(DAMAGED_SIGNATURE)
    return [point[0], point[1]]


def _length(points: Stroke) -> int:
    steps = zip(points, points[1:], strict=False)
    return sum(abs(one[0] - two[0]) + abs(one[1] - two[1]) for one, two in steps)


def svg_path(strokes: Iterable[Stroke]) -> str:
    """The strokes as the `d` of one SVG path; a dot becomes a line of no length."""
    parts = []
    for (x, y), *rest in strokes:
        parts.append(f"M{x} {y}" + ("".join(f"L{a} {b}" for a, b in rest) or "h0"))
    return "".join(parts)


def svg_box(strokes: Iterable[Stroke]) -> str:
    """The view box that holds the strokes."""
    lowest = max((y for points in strokes for _, y in points), default=0)
    return f"0 0 {WIDTH} {max(HEIGHT, lowest + 10)}"


def svg_frame(strokes: Iterable[Stroke]) -> tuple[str, int]:
    """The view box that fits the drawing closely, and a pen that looks the same at every size."""
    points = [point for points in strokes for point in points]
    left, top = min(x for x, _ in points), min(y for _, y in points)
    width = max(max(x for x, _ in points) - left, 1)
    height = max(max(y for _, y in points) - top, 1)
    pen = max(round(max(width / FRAME[0], height / FRAME[1])), 1)
    return f"{left - pen} {top - pen} {width + 2 * pen} {height + 2 * pen}", pen
