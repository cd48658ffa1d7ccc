"""Run an sft job of the tiny model in this process."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.events import Event, read_events
from training.jobs import sft
from training.result import Result
from training.run import Run
from training.spec import SftSpec


def write_rows(path: Path, count: int, *, first: int = 0) -> Path:
    """Sums as rows of messages, with a common instruction."""
    rows = [
        {
            "prompt": [
                {"role": "system", "content": "Add."},
                {"role": "user", "content": f"{number % 7}+{number % 5}"},
            ],
            "completion": [{"role": "assistant", "content": str(number % 7 + number % 5)}],
        }
        for number in range(first, first + count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Job:
    """A folder with a model, rows, and a spec to vary."""

    folder: Path
    model: Path

    def spec(self, **changes: Any) -> SftSpec:
        """A short LoRA run; `changes` replace fields, groups of fields are merged."""
        raw: dict[str, Any] = {
            "kind": "sft",
            "model": str(self.model),
            "data": {"train": str(self.folder / "train.jsonl"), "validation": str(self.folder / "validation.jsonl")},
            "adaptation": {"method": "lora", "rank": 4},
            "optim": {"learning_rate": 0.01, "batch_size": 4, "max_steps": 12},
            "precision": "fp32",
            "device": "cpu",
            "seed": 3,
            "eval_every_steps": 6,
            "sample_prompts": 1,
        }
        for name, value in changes.items():
            raw[name] = {**raw.get(name, {}), **value} if isinstance(value, dict) else value
        return SftSpec.parse(raw)

    def run(
        self, name: str, spec: SftSpec, *, on_event: Callable[[Event, threading.Event], None] | None = None
    ) -> Result:
        """Run in `folder/name`; `on_event` sees each event and may set the stop."""
        stop = threading.Event()
        watch = None if on_event is None else lambda event: on_event(event, stop)
        run = Run(self.folder / name, spec, stop=stop, watch=watch)
        try:
            return sft.run(spec, run)
        finally:
            run.events.close()

    def events(self, name: str, type_: str | None = None) -> list[Event]:
        """The events of a run, of one type if named."""
        found = read_events(self.folder / name / "events.jsonl")
        return [event for event in found if type_ is None or event["type"] == type_]

    def losses(self, name: str) -> dict[int, float]:
        """Loss by step, the latest attempt's where a step came twice."""
        return {event["step"]: event["loss_nats"] for event in self.events(name, "step")}
