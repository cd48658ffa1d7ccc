"""How well finished jobs were predicted: each job's parts as they would be foretold now, beside what they took.

    python benchmarks/prediction.py [FOLDER_OF_JOBS]

Reads the job folders of a state folder (`var/jobs`), or of any other place, and the record of `python -m training
speed`. Nothing that finished jobs teach is used, so this is what a fresh machine's first prediction would be. The
seconds of a part are the time between its events; the start of the process is left out on both sides.
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from training.catalogue import DEFAULT_MODEL, shape_of
from training.catalogue import locate as locate_model
from training.data.stats import token_counter
from training.devices import device_here
from training.estimate import Prediction, predict
from training.estimate_files import data_facts
from training.faults import BadSpec
from training.home import state_folder
from training.spec import EvaluateSpec, SftSpec, parse_spec

PART_OF = {"eval": "validate", "sample": "validate", "checkpoint": "save", "done": "save", "log": "load"}


def main() -> None:
    """Print a line a job and one for all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else state_folder() / "jobs"
    told = took = 0.0
    print(f"{'job':12}{'kind':10}{'foretold s':>12}{'took s':>9}{'ratio':>7}  parts: foretold / took")
    for result in sorted(folder.glob("*/result.json")):
        found = one(result.parent)
        if found is not None:
            told, took = told + found[0], took + found[1]
    if told:
        print(f"{'all':22}{told:12.1f}{took:9.1f}{took / told:7.2f}")


def one(folder: Path) -> tuple[float, float] | None:
    """The seconds foretold and taken; None for a job of a kind that is not foretold."""
    spec = parse_spec(json.loads((folder / "spec.json").read_text(encoding="utf-8")))
    if not isinstance(spec, SftSpec | EvaluateSpec):
        return None
    foretold = prediction(spec)
    parts = {name: seconds for name, seconds in foretold.parts.items() if name != "start"}
    taken = parts_taken(folder, "train" if isinstance(spec, SftSpec) else "answer")
    told, took = sum(parts.values()), sum(taken.values())
    beside = ", ".join(f"{name} {parts.get(name, 0):.1f} / {taken[name]:.1f}" for name in taken)
    print(f"{folder.name:12}{spec.kind:10}{told:12.1f}{took:9.1f}{took / told:7.2f}  {beside}")
    return told, took


def prediction(spec: SftSpec | EvaluateSpec) -> Prediction:
    """Without what other jobs teach. A model that is gone counts as the embedded one."""
    try:
        model = locate_model(spec.model)
    except BadSpec:
        model = locate_model(DEFAULT_MODEL)
    count = token_counter(model / "tokenizer.json")
    return predict(spec, data_facts(spec, count), shape_of(model), device_here())


def parts_taken(folder: Path, of_steps: str) -> dict[str, float]:
    """Seconds between events, each counted for the part of the later one."""
    taken: dict[str, float] = defaultdict(float)
    last: float | None = None
    for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if last is not None:
            taken[PART_OF.get(event["type"], of_steps)] += event["time"] - last
        last = event["time"]
    return taken


if __name__ == "__main__":
    main()
