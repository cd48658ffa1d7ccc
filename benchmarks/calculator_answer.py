"""What a person at the ROI calculator waits for: from a key or a slider to the new figures, and to the new charts.

    python benchmarks/calculator_answer.py                        # every preset, Chromium, the server as it is shipped
    python benchmarks/calculator_answer.py --presets claims-team --rounds 4 --width 390

It starts `manage.py up --only web` with a state folder of its own, opens the calculator in Chromium and makes real
gestures: numbers typed key by key, sliders dragged with the mouse, options switched off and on, figures with a
distribution in full, another currency, another preset, Back. Each reading is taken inside the page, from the time stamp
of the last event of the gesture (so the wait before a request is sent counts) to the moment at which

    figures   the sentence and the figures that answer this very event are in the page
    painted   the frame with them is on the screen
    charts    every chart in view shows the new data; all charts: those further down as well
    server    the browser has the first byte of the answer, from the moment it sent the request

and `cpu` is the processor time of the server an answer. Each net present value that is shown after a number was typed
must be the one of `roi.evaluate`. Exit status 1 where one is not, or a target is missed on a machine that is idle.
"""

import argparse
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SOURCE))

import roi  # noqa: E402

WATCH = (Path(__file__).parent / "calculator_watch.js").read_text()
FLAGS = "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update"
TARGETS = {"figures": (100, 150), "server": (40, None)}
"""Most milliseconds of the median and of the 95th percentile, over everything typed and dragged."""

FIGURES = {"work.items_per_month": 1.0, "work.minutes_per_item": 1.0, "work.labour_cost_per_hour": 1.0,
           "work.coverage": 100.0, "work.cost_per_error": 1.0}  # fmt: skip
"""What is typed, and how many of the field's units one of the engine's is."""

COLUMNS = ("server", "figures", "painted", "charts", "all_charts")


def main() -> int:
    """Measure, print the table and the JSON; returns the exit status."""
    options = parse()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="uplift-benchmark-") as home:
        os.environ["UPLIFT_HOME"] = home
        with server(home) as (address, process), browser(address, options) as page:
            readings = measure(page, process, options)
    return report(readings, load, options)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", nargs="+", default=list(roi.PRESETS), choices=list(roi.PRESETS))
    parser.add_argument("--rounds", type=int, default=2, help="how often each figure is typed and dragged")
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=900)
    return parser.parse_args()


# the server and the browser


@contextmanager
def server(home: str) -> Iterator[tuple[str, int]]:
    """The shipped web server on a free port: its address and the launcher's process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "UPLIFT_HOME": home, "PORT": str(port)}
    log = Path(home) / "benchmark.log"
    with log.open("wb") as output:
        command = [sys.executable, "manage.py", "up", "--only", "web"]
        process = subprocess.Popen(command, cwd=SOURCE, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        while "is ready after" not in log.read_text():
            if process.poll() is not None:
                raise SystemExit(log.read_text())
            time.sleep(0.2)
        yield f"http://localhost:{port}", process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def browser(address: str, options: argparse.Namespace) -> Iterator[Any]:
    """A page of Chromium that watches itself."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        chromium = play.chromium.launch(executable_path=found, args=FLAGS.split())
        page = chromium.new_page(
            base_url=address, viewport={"width": options.width, "height": options.height}, reduced_motion="reduce"
        )
        page.add_init_script(WATCH)
        yield page
        chromium.close()


def processor_seconds(launcher: int) -> float:
    """Of the launcher's children, which are the web server, and of theirs."""
    parents, seconds = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        parents[int(folder.name)] = int(fields[1])
        seconds[int(folder.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    ours = {launcher}
    while found := {process for process, parent in parents.items() if parent in ours} - ours:
        ours |= found
    return sum(seconds[process] for process in ours - {launcher})


# gestures


def measure(page: Any, process: int, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Every gesture on every preset, in an order and with numbers that are the same each time."""
    chance = random.Random(0)
    readings: list[dict[str, Any]] = []
    for preset in options.presets:
        page.goto(f"/roi/?preset={preset}")
        page.wait_for_selector("[data-chart].js-plotly-plot >> nth=5", state="attached")
        page.wait_for_timeout(1000)
        before = processor_seconds(process)
        found = [*typed(page, preset, chance, options.rounds), *dragged(page, options.rounds), *others(page)]
        cpu = 1000 * (processor_seconds(process) - before) / sum(reading["answers"] for reading in found)
        readings += [reading | {"preset": preset, "cpu": cpu} for reading in found]
    return readings


def done(page: Any, gesture: str, **more: Any) -> dict[str, Any]:
    """The reading, once nothing is under way any more."""
    until = time.monotonic() + 30
    while not page.evaluate("watched.idle()"):
        if time.monotonic() > until:
            raise SystemExit(f"no answer to a gesture: {gesture} {more}")
        page.wait_for_timeout(100)
    page.wait_for_timeout(150)  # a late answer would count as well
    return {"gesture": gesture, **page.evaluate("watched.reading()"), **more}


def typed(page: Any, preset: str, chance: random.Random, rounds: int) -> Iterator[dict[str, Any]]:
    """Numbers typed at the pace of a quick typist; what is then shown is held against the engine."""
    scenario = roi.preset(preset)
    means = {place.path: place.quantity.mean for place in roi.quantities(scenario)}
    changed: dict[str, float] = {}
    for _ in range(rounds):
        for name, factor in FIGURES.items():
            number = float(f"{means[name] * factor * chance.uniform(0.6, 1.5):.3g}")
            changed[name] = number / factor
            page.locator(f"#figures [name='{name}']").click(click_count=3)
            page.evaluate("watched.begin('input')")
            page.keyboard.type(f"{number:,.10g}", delay=90)
            reading = done(page, "typed", figure=name)
            expected = shown(roi.replace(scenario, dict(changed)), page.locator("#show").evaluate("at => at.value"))
            yield reading | {"expected": expected}


def shown(scenario: roi.Scenario, front: str) -> str:
    """The net present value of the option in front, as the calculator writes money."""
    from webapp.business.charts.parts import amount

    front = front or max(roi.simulate(scenario, trials=4096).options, key=lambda option: option.chance_best).key
    value = roi.evaluate(scenario).option(front).npv.value
    assert value is not None
    return amount(value, scenario.currency)


def dragged(page: Any, rounds: int) -> Iterator[dict[str, Any]]:
    """Sliders dragged with the mouse, a step a frame; the time counts from the last step."""
    for number in range(rounds):
        for name in FIGURES:
            slider = page.locator(f"[data-figure='{name}'] input[type=range]")
            slider.scroll_into_view_if_needed()
            box = slider.bounding_box()
            middle = box["y"] + box["height"] / 2
            start, stop = (0.3, 0.7) if number % 2 else (0.8, 0.35)
            page.evaluate("watched.begin('input')")
            page.mouse.move(box["x"] + start * box["width"], middle)
            page.mouse.down()
            for step in range(1, 31):
                page.mouse.move(box["x"] + (start + (stop - start) * step / 30) * box["width"], middle)
                page.wait_for_timeout(16)
            # the hand rests before it lets go
            reading = done(page, "dragged", figure=name)
            page.mouse.up()
            yield reading


def others(page: Any) -> Iterator[dict[str, Any]]:
    """An option out and in, a distribution in full, another currency, another preset, Back."""
    option = page.locator("#figures [name=option]").last
    for name in ("option out", "option in"):
        page.evaluate("watched.begin('input')")
        option.click()
        yield done(page, name)
    page.evaluate("watched.begin('click')")
    page.locator("[data-figure='work.cost_per_error'] button[name=open]").click()
    yield done(page, "range opened")
    high = page.locator("#figures [name='work.cost_per_error.high']")
    high.click(click_count=3)
    page.evaluate("watched.begin('input')")
    page.keyboard.type(high.input_value().replace(",", "") + "0", delay=90)
    yield done(page, "range typed")
    page.evaluate("watched.begin('input', 'change')")
    page.locator("#locale").select_option("de-DE")
    yield done(page, "currency")
    page.evaluate("watched.begin('click')")
    page.locator(".calc-bar .tabs a:not([aria-current])").first.click()
    yield done(page, "preset")
    page.evaluate("watched.begin('popstate')")
    page.evaluate("history.back()")
    yield done(page, "back")


# the table


def report(readings: list[dict[str, Any]], load: float, options: argparse.Namespace) -> int:
    """Print medians and 95th percentiles of each preset and of each kind of gesture, and the verdicts."""
    print(f"{options.width} x {options.height}, load average {load:.1f} before the start; ms, median / 95th percentile")
    print(f"{'':34}" + "".join(f"{name.replace('_', ' '):>15}" for name in COLUMNS) + f"{'cpu':>8}")
    hands = [reading for reading in readings if reading["gesture"] in ("typed", "dragged")]
    for preset in options.presets:
        for gesture in ("typed", "dragged"):
            line(f"{preset}, {gesture}", [r for r in hands if (r["preset"], r["gesture"]) == (preset, gesture)])
    for gesture in dict.fromkeys(reading["gesture"] for reading in readings if reading not in hands):
        line(gesture, [reading for reading in readings if reading["gesture"] == gesture])
    line("all typed and dragged", hands)
    drags = [reading for reading in hands if reading["gesture"] == "dragged"]
    rate = sum(reading["answers"] for reading in drags) / max(1, sum(reading["events"] for reading in drags))
    checked = [reading for reading in readings if "expected" in reading]
    wrong = [reading for reading in checked if reading["expected"] != reading["npv"]]
    size = statistics.median(reading["bytes"] for reading in hands) / 1000
    print(f"while dragging, {rate:.0%} of the slider's steps were answered on their way; {size:.0f} kB an answer")
    print(f"net present values shown as roi.evaluate has them: {len(checked) - len(wrong)} of {len(checked)}")
    for reading in wrong:
        print(f"  {reading['preset']} {reading['state']}: {reading['npv']}, not {reading['expected']}")
    held = {}
    for name, (middle, tail) in TARGETS.items():
        found = quantiles([reading[name] for reading in hands])
        held[name] = found[0] <= middle and (tail is None or found[1] <= tail)
    print("; ".join(f"{name}: {'held' if ok else 'NOT HELD'}" for name, ok in held.items()))
    print(json.dumps({name: quantiles([reading[name] for reading in hands]) for name in COLUMNS} | {"held": held}))
    return 0 if all(held.values()) and not wrong else 1


def line(name: str, readings: list[dict[str, Any]]) -> None:
    """One row of the table."""
    cells = "".join(f"{middle:>8.0f} /{tail:>5.0f}" for middle, tail in
                    (quantiles([reading[column] for reading in readings]) for column in COLUMNS))  # fmt: skip
    print(f"{name:34}{cells}{statistics.median(reading['cpu'] for reading in readings):>8.0f}")


def quantiles(values: list[float]) -> tuple[float, float]:
    """Median and 95th percentile: the value that 5% are above."""
    ordered = sorted(values)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]


if __name__ == "__main__":
    raise SystemExit(main())
