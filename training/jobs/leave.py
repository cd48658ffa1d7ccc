"""What a training job leaves: artifacts, measurements, the model card."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from statistics import stdev
from typing import Any

import torch
from transformers import PreTrainedTokenizerBase

from ..batches.encode import Example, Tokenizer, decoded
from ..models.adapt import Adapted
from ..models.save import save_adapter, save_model
from ..provenance import artifact
from ..result import ArtifactFile, Measurement, write_json
from ..run import Run
from ..spec.sft import SftSpec
from .memory import peak_memory_bytes
from .state import Progress
from .validation import ItemLoss, mean_nats

KEPT_ITEMS = 50
"""Validation items kept at each end: so many best and so many worst."""


def leave_first_batch(folder: Path, examples: Sequence[Example], rows: Sequence[int], tokenizer: Tokenizer) -> None:
    """`first_batch.json`: the rows of the first batch, token by token, with what is learned."""
    shown = [{"row": row, "tokens": decoded(examples[row], tokenizer)} for row in rows]
    write_json(folder / "first_batch.json", {"rows": shown})


def leave_validation_items(folder: Path, items: Sequence[ItemLoss], examples: Sequence[Example]) -> None:
    """`validation_items.jsonl`: the worst and the best items by mean loss, the worst first."""
    ordered = sorted(items, key=lambda item: -item.nats / max(1, item.targets))
    if len(ordered) > 2 * KEPT_ITEMS:
        ordered = ordered[:KEPT_ITEMS] + ordered[-KEPT_ITEMS:]
    lines = [
        {
            "index": item.index,
            "prompt": examples[item.index].prompt,
            "completion": examples[item.index].completion,
            "loss_nats": item.nats / max(1, item.targets),
            "n_tokens": item.targets,
        }
        for item in ordered
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / "validation_items.jsonl").write_text(text, encoding="utf-8")


def leave_model(run: Run, spec: SftSpec, adapted: Adapted, tokenizer: PreTrainedTokenizerBase) -> ArtifactFile:
    """The trained adapter (`artifacts/adapter`), or the whole model (`artifacts/model`) after full fine-tuning."""
    if adapted.method == "full":
        folder = run.artifacts / "model"
        save_model(adapted.causal_lm, tokenizer, folder)
        return artifact(run.folder, folder, name="model", kind="model")
    folder = run.artifacts / "adapter"
    save_adapter(adapted.model, folder, base_name=spec.model)
    return artifact(run.folder, folder, name="adapter", kind="adapter")


def leave_all(
    run: Run, spec: SftSpec, adapted: Adapted, tokenizer: PreTrainedTokenizerBase, *, card: str
) -> list[ArtifactFile]:
    """Save the model and the card; returns the records of every artifact of the job."""
    (run.artifacts / "README.md").write_text(card, encoding="utf-8")
    records = [leave_model(run, spec, adapted, tokenizer)]
    for file, name, kind in (
        ("README.md", "model card", "card"),
        ("first_batch.json", "first batch", "first_batch"),
        ("validation_items.jsonl", "validation items", "validation_items"),
    ):
        records.append(artifact(run.folder, run.artifacts / file, name=name, kind=kind))
    return records


def metrics(
    spec: SftSpec, adapted: Adapted, progress: Progress, *, device: torch.device, epochs: float
) -> dict[str, float | int | None]:
    """The plain numbers of the result."""
    return {
        "train_seconds": progress.train_seconds,
        "train_tokens": progress.row_tokens,
        "computed_tokens": progress.computed_tokens,
        "target_tokens": progress.target_tokens,
        "tokens_per_second": progress.row_tokens / progress.train_seconds if progress.train_seconds else None,
        "trainable_parameters": adapted.trainable_parameters,
        "total_parameters": adapted.total_parameters,
        "flops": progress.flops,
        "peak_memory_bytes": peak_memory_bytes(device),
        "train_loss_nats": progress.train_loss_nats,
        "validation_loss_nats": progress.validation_loss_nats,
        "best_step": progress.best_step or progress.step,
        "steps": progress.step,
        "epochs": round(epochs, 4),
        "learning_rate": spec.learning_rate,
    }


def measurements(numbers: dict[str, float | int | None], items: Sequence[ItemLoss]) -> list[Measurement]:
    """The result's numbers as measurements; the validation loss with a 95% interval over items."""
    found = []
    if items:
        low, high = loss_interval(items)
        found.append(Measurement("validation_loss", mean_nats(items), low, high, n=len(items), unit="nats per token"))
    for name, key, unit in (
        ("train_seconds", "train_seconds", "seconds"),
        ("train_flops", "flops", "FLOP"),
        ("train_tokens", "train_tokens", "tokens"),
        ("peak_memory", "peak_memory_bytes", "bytes"),
        ("trainable_parameters", "trainable_parameters", "parameters"),
    ):
        value = numbers[key]
        if value is not None:
            found.append(Measurement(name, float(value), n=1, unit=unit))
    return found


def loss_interval(items: Sequence[ItemLoss]) -> tuple[float, float] | tuple[None, None]:
    """95% interval of the mean loss a token, items being independent: a ratio of sums by the delta method.

    With loss L_i and tokens T_i of item i and R = sum L / sum T, the error of R is
    sqrt(n) * stdev(L_i - R T_i) / sum T. (None, None) for fewer than two items.
    """
    if len(items) < 2:
        return None, None
    mean = mean_nats(items)
    spread = stdev(item.nats - mean * item.targets for item in items)
    half = 1.959964 * spread * math.sqrt(len(items)) / sum(item.targets for item in items)
    return max(0.0, mean - half), mean + half


def model_card(spec: SftSpec, numbers: dict[str, float | int | None], record: dict[str, Any], rows: int) -> str:
    """A model card in Markdown from the facts of this job alone."""
    what = "A whole model" if spec.adaptation.method == "full" else "An adapter"
    loss = numbers["validation_loss_nats"]
    facts = {
        "Base model": spec.model,
        "Method": spec.adaptation.method
        + ("" if spec.adaptation.method in ("full", "ia3", "prompt") else f", rank {spec.adaptation.rank}"),
        "Training rows": rows,
        "Steps": numbers["steps"],
        "Epochs": numbers["epochs"],
        "Learning rate": spec.learning_rate,
        "Trainable parameters": f"{numbers['trainable_parameters']:,} of {numbers['total_parameters']:,}",
        "Trained tokens": f"{numbers['train_tokens']:,}",
        "Training time": f"{numbers['train_seconds'] or 0:.1f} s",
        "Compute": f"{numbers['flops'] or 0:.3g} FLOP",
        "Validation loss": "not measured" if loss is None else f"{loss:.4f} nats a token",
        "Seed": spec.seed,
        "Base model digest": record["model_digest"],
        "Data digests": ", ".join(f"{name} {digest[:16]}" for name, digest in record["data_sha256"].items()),
        "Code": record["code_version"],
        "Libraries": ", ".join(f"{name} {version}" for name, version in record["libraries"].items()),
    }
    lines = "\n".join(f"| {name} | {value} |" for name, value in facts.items())
    return (
        f"---\nbase_model: {spec.model}\n---\n\n# Fine-tuned {Path(spec.model).name}\n\n"
        f"{what} trained by supervised fine-tuning. Every figure below was recorded by the training job.\n\n"
        f"| fact | value |\n|---|---|\n{lines}\n\n"
        "Licence and limits of the base model hold for this one too. It was not tested for safety by this job.\n"
    )
