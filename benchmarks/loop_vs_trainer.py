"""What the training loop itself costs: transformers' Trainer around our batches and loss, beside our own loop.

    python benchmarks/loop_vs_trainer.py [--steps 200]

A Llama of two narrow layers with random weights, so that a step's arithmetic is a few milliseconds and the
loop shows. Both take the same rows in the same order through the same packed forward and the same AdamW over
LoRA weights; the Trainer writes no log, no checkpoint and no progress bar. Prints milliseconds a step.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM, Trainer, TrainingArguments

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from training.batches.encode import Example
from training.batches.forward import PackedForward
from training.batches.order import DataOrder
from training.jobs.fit import Fit
from training.jobs.ranks import Ranks
from training.jobs.validation import Sampler
from training.models.adapt import Adapted, adapt
from training.run import Run
from training.spec import SftSpec

BATCH = 8
CPU = torch.device("cpu")


def main() -> None:
    """Time both, in turns, three times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=200)
    steps = parser.parse_args().steps
    timings: dict[str, list[float]] = {"own": [], "trainer": []}
    for _ in range(3):
        timings["own"].append(own_loop(steps))
        timings["trainer"].append(with_trainer(steps))
    found = {name: min(values) * 1000 / steps for name, values in timings.items()}
    for name, milliseconds in found.items():
        print(f"{name:8}{milliseconds:8.2f} ms a step")
    print(json.dumps(found))


def examples() -> list[Example]:
    """Rows of 20 common and 10 own tokens, 4 of them learned."""
    draw = random.Random(0)
    common = [draw.randrange(500) for _ in range(20)]
    rows = [common + [draw.randrange(500) for _ in range(10)] for _ in range(400)]
    return [Example(tuple(row), (False,) * 26 + (True,) * 4, "", "") for row in rows]


def model() -> tuple[Adapted, PackedForward]:
    """A small model with its adapter."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=512, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4
    )
    adapted = adapt(LlamaForCausalLM(config), spec(1).adaptation)
    adapted.model.train()
    return adapted, PackedForward(adapted, device=CPU, max_tokens=512, max_rows=BATCH)


def spec(steps: int) -> SftSpec:
    """The own loop's spec."""
    optim = {"batch_size": BATCH, "max_steps": steps, "learning_rate": 1e-3}
    raw = {"kind": "sft", "model": "random", "data": {"train": "none"}, "optim": optim, "checkpoint_every_steps": 10**6}
    return SftSpec.parse(raw)


def own_loop(steps: int) -> float:
    """Seconds of `Fit.train`, events written and all."""
    adapted, forward = model()
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder) / "job", spec(steps))
        fit = Fit(
            spec(steps),
            run,
            adapted=adapted,
            forward=forward,
            examples=examples(),
            validation=None,
            sampler=Sampler(run, adapted.model, None, [], CPU),
            ranks=Ranks(),
            device=CPU,
        )
        began = time.perf_counter()
        with fit.stoppable():
            fit.train()
        return time.perf_counter() - began


class PackedTrainer(Trainer):
    """The Trainer with our batches and our loss."""

    packed: PackedForward
    rows: list[Example]

    def compute_loss(self, model: Any, inputs: Any, *_: Any, **__: Any) -> Any:
        """One packed forward for the batch's rows."""
        part = self.packed.losses(self.rows, sorted(inputs["row"].tolist(), key=lambda row: self.rows[row].ids))
        return part.total / part.row_targets.sum()


def with_trainer(steps: int) -> float:
    """Seconds of `Trainer.train`."""
    adapted, forward = model()
    rows = examples()
    order = DataOrder(rows=len(rows), step_rows=BATCH, seed=0)
    dataset = [{"row": row} for step in range(steps) for row in order.rows_of_step(step)]
    with tempfile.TemporaryDirectory() as folder:
        trainer = PackedTrainer(
            model=adapted.model,
            args=TrainingArguments(
                output_dir=folder,
                max_steps=steps,
                per_device_train_batch_size=BATCH,
                learning_rate=1e-3,
                train_sampling_strategy="sequential",
                remove_unused_columns=False,
                save_strategy="no",
                logging_strategy="no",
                report_to="none",
                disable_tqdm=True,
                use_cpu=True,
            ),
            train_dataset=dataset,
        )
        trainer.packed, trainer.rows = forward, rows
        began = time.perf_counter()
        trainer.train()
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
