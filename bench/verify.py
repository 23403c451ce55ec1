"""How long the browser needs to check a draw: drs1.js in a worker beside a plain hash and sort.

    python -m bench.verify [candidates ...]

Prints one line for each size: seconds of worker time to check the whole certificate, seconds for
SHA-256 of as many ids and one sort in the same worker, and their ratio (medians of five runs).
"""

import json
import os
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from draws import drs1

CHROMIUM = os.environ.get("PORTAL_CHROMIUM") or shutil.which("chromium")
SCRIPT = Path(__file__).resolve().parents[1] / "static" / "drs1.js"
RUNS = 5
WORK = """
onmessage = ({ data: { certificate, count } }) => {
  const raw = new TextEncoder().encode(certificate);
  const timed = (work) => {
    const from = performance.now();
    work();
    return (performance.now() - from) / 1000;
  };
  const ids = Array.from({ length: count }, (_, k) => new TextEncoder().encode("91340100MA" + k));
  const verify = timed(() => {
    const { verdict, why } = DRS1.verify(raw);
    if (verdict !== "passed") throw new Error(why);
  });
  const plain = timed(() => ids.map((id) => DRS1.digest("DRS1-SHA256", id)).sort());
  postMessage({ verify, plain });
};
"""
START = """(source) => {
  window.worker = new Worker(URL.createObjectURL(new Blob([source])));
}"""
RUN = """([certificate, count]) => new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.postMessage({ certificate, count });
})"""
PPM = {"A": 50_000, "B": 100_000, "C": 200_000, "D": 1_000_000}


def certificate(count: int) -> str:
    """A draw over four tiers, a fifth of all selected, lists inline."""
    plan = [("suite", drs1.SHA256), ("beacon", "none", "-")]
    plan += [("stratum", tier, "up", str(ppm), "0", "-", "1") for tier, ppm in PPM.items()]
    rows = ((f"91340100MA{k:08d}", "AAAAAABBCD"[k % 10], "P", "-", "-", "-") for k in range(count))
    chain = drs1.chain("BENCH", bytes(32), 16)
    data: dict[str, Any] = {
        "draw_id": "BENCH",
        "plan": drs1.file_text("DRS1-plan", "BENCH", plan),
        "candidates": drs1.file_text("DRS1-candidates", "BENCH", rows),
        "inspectors": drs1.file_text("DRS1-inspectors", "BENCH", []),
        "recusals": drs1.file_text("DRS1-recusals", "BENCH", []),
        "prev": drs1.ZERO,
        "anchor": chain[0],
        "chain": chain[1:2],
        "commits": {},
        "reveals": {},
        "beacon_value": "-",
        "events": [],
    }
    made = drs1.certificate(data, drs1.draw(data), title="t", authority="a", publication=[])
    return json.dumps(made, ensure_ascii=False)


def main(sizes: list[int]) -> None:
    """Print the line of each size."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = chromium.new_page()
        page.evaluate(START, SCRIPT.read_text(encoding="utf-8") + WORK)
        for count in sizes:
            text = certificate(count)
            runs = [page.evaluate(RUN, [text, count]) for _ in range(RUNS)]
            verify = statistics.median(run["verify"] for run in runs)
            plain = statistics.median(run["plain"] for run in runs)
            ratio = statistics.median(run["verify"] / run["plain"] for run in runs)
            print(
                f"{count} candidates: verify {verify:.2f} s (first {runs[0]['verify']:.2f} s), "
                f"plain hash and sort {plain:.2f} s, ratio {ratio:.1f}"
            )
        chromium.close()


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000])
