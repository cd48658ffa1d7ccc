"""`evaluate`: answer held-out items, judge each, and measure with intervals."""

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from ..events import EventType
from ..inference.answers import Batches, chosen_answers, find_choices, read_answers, written_answers
from ..inference.forward import LanguageModel
from ..inference.items import read_items
from ..inference.predictions import Prediction, PredictionFile
from ..inference.prompts import Encoder
from ..metrics import METRICS, MetricInfo
from ..metrics.rules import PatternRule, normalise
from ..metrics.summary import label_tables, measure
from ..models.load import choose_device, choose_dtype, device_class, load_adapted, model_digest, model_folder
from ..provenance import artifact, provenance
from ..result import Measurement, Result, write_json
from ..run import Run
from ..spec import EvaluateSpec


def run(spec: EvaluateSpec, run: Run) -> Result:
    """Evaluate the spec's model on its rows; goes on from the predictions that an earlier attempt left."""
    if not run.is_main:
        return Result("evaluate")  # the whole evaluation runs on the first device
    metric = METRICS[spec.metric]
    items = read_items(Path(spec.data.test), max_rows=spec.data.max_rows, with_text=metric.way == "likelihood")
    choices = find_choices(spec, items) if metric.way == "choose" else []
    rule = metric.rule(spec) if metric.rule else None
    predictions = PredictionFile(run.artifacts / "predictions.jsonl", {item.index: item.expected for item in items})
    spent = _Spent.read(run.checkpoints / "evaluate.json") if predictions.done else _Spent()
    run.continue_from(spent.elapsed_seconds)

    device = choose_device(spec)
    dtype = choose_dtype(spec.precision, device)
    model, tokenizer = load_adapted(spec.model, spec.adapter, dtype=dtype, device=device)
    language_model = LanguageModel(model)
    encoder = Encoder(tokenizer, language_model.context_tokens)
    run.log(f"{len(items)} items, {len(predictions.done)} answered already; {device.type}, {str(dtype)[6:]}")

    todo = [item for item in items if item.index not in predictions.done]
    if not todo:
        batches: Batches = iter(())
    elif rule is not None:
        batches = written_answers(spec, todo, language_model, tokenizer, encoder, rule, run.check)
    elif choices:
        batches = chosen_answers(spec, todo, choices, language_model, encoder)
    else:
        batches = read_answers(spec, todo, language_model, encoder)
    spent = _answer(run, batches, predictions, len(items), language_model, spent)

    rows = predictions.finish()
    _warn(run, metric, rows, encoder)
    tables = label_tables(rows, choices, _label_form(rule)) if metric.has_labels else {}
    details = {
        "metric": metric.name,
        "precision": str(dtype)[6:],
        "choices": choices or None,
        "cut_prompts": encoder.cut,
        **_ends(rows),
        **tables,
    }
    return _result(spec, run, device, measure(metric, rows, seed=spec.seed), spent, details)


def _result(
    spec: EvaluateSpec, run: Run, device: torch.device, main: Measurement, spent: "_Spent", details: dict[str, Any]
) -> Result:
    test, adapter = Path(spec.data.test), Path(spec.adapter) if spec.adapter else None
    digest = model_digest(model_folder(spec.model))
    return Result(
        kind="evaluate",
        metrics=_metrics(main, spent, device),
        measurements=[main, Measurement("seconds_per_item", spent.evaluate_seconds / main.n, n=main.n, unit="seconds")],
        artifacts=[artifact(run.folder, run.artifacts / "predictions.jsonl", name="predictions", kind="predictions")],
        cost=run.cost(device_class(device)),
        provenance=provenance(spec, data={"data.test": test}, model_digest=digest, adapter=adapter),
        details=details,
    )


def _ends(rows: Sequence[Prediction]) -> dict[str, int]:
    """How written answers ended."""
    return {
        "unfinished_answers": sum(row.get("finished") is False for row in rows),
        "empty_answers": sum(row["predicted"] == "" for row in rows),
    }


@dataclass(frozen=True)
class _Spent:
    """What the items answered so far cost, over all attempts; kept beside the predictions."""

    elapsed_seconds: float = 0.0
    evaluate_seconds: float = 0.0
    tokens: int = 0
    flops: float = 0.0

    @classmethod
    def read(cls, path: Path) -> "_Spent":
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return cls()


def _answer(
    run: Run, batches: Batches, predictions: PredictionFile, total: int, language_model: LanguageModel, before: _Spent
) -> _Spent:
    """Take batch after batch: predictions to disk, a `step` event, a look whether to stop.

    A stop waits for what is being written, not for a batch: the answers of one batch are soon given again.
    """
    started = time.monotonic()
    resumed_at = len(predictions.done)
    spent = before
    for step, batch in enumerate(batches, start=1):
        with run.graceful():
            predictions.append(batch)
            seconds = time.monotonic() - started
            spent = _Spent(
                elapsed_seconds=run.elapsed_seconds,
                evaluate_seconds=before.evaluate_seconds + seconds,
                tokens=before.tokens + language_model.work.tokens,
                flops=before.flops + language_model.work.flops,
            )
            write_json(run.checkpoints / "evaluate.json", asdict(spent))
            done = len(predictions.done)
            run.emit(
                EventType.STEP,
                step=step,
                items_done=done,
                items_total=total,
                eta_seconds=seconds / max(1, done - resumed_at) * (total - done),
                tokens_per_second=language_model.work.tokens / seconds,
                peak_memory_bytes=peak_memory_bytes(language_model.device),
                **_running(list(predictions.done.values())),
            )
        if done < total:
            run.check()
    return spent


def _running(rows: Sequence[Prediction]) -> dict[str, float]:
    """The figure so far: `accuracy` (or `score`) of judged answers, `loss_nats` a token of read ones."""
    if rows and "loglik_nats" in rows[0]:
        return {"loss_nats": -sum(row["loglik_nats"] for row in rows) / sum(row["tokens"] for row in rows)}
    running = {"accuracy": sum(bool(row["correct"]) for row in rows) / max(1, len(rows))}
    if rows and "score" in rows[0]:
        running["score"] = sum(row["score"] for row in rows) / len(rows)
    return running


def _warn(run: Run, metric: MetricInfo, rows: Sequence[Prediction], encoder: Encoder) -> None:
    if encoder.cut:
        run.warn(
            f"{encoder.cut} prompts are longer than the model's context and lost their start",
            remedy="Shorten these prompts: what was cut, often the instruction, was not read.",
            code="prompt_cut",
        )
    if metric.way != "generate":
        return
    ends = _ends(rows)
    if ends["empty_answers"]:
        run.warn(
            f"{ends['empty_answers']} of {len(rows)} answers are empty",
            remedy="Look at the form of the prompts: the model ends its answer at once.",
            code="empty_answers",
        )
    if ends["unfinished_answers"] > len(rows) / 2:
        run.warn(
            f"{ends['unfinished_answers']} of {len(rows)} answers were cut off at the longest length",
            remedy="Raise max_new_tokens, or ask for a shorter answer. Multiple choice does not depend on it.",
            code="unfinished_answers",
        )


def _label_form(rule: object) -> Callable[[str], str]:
    """How a predicted text is compared with the labels of the confusion matrix."""
    if isinstance(rule, PatternRule):
        return lambda text: normalise(rule.find(text) or text)
    return normalise


def _metrics(main: Measurement, spent: _Spent, device: torch.device) -> dict[str, float | int | None]:
    return {
        main.metric: main.value,
        "items": main.n,
        "evaluate_seconds": spent.evaluate_seconds,
        "seconds_per_item": spent.evaluate_seconds / main.n,
        "tokens": spent.tokens,
        "tokens_per_second": spent.tokens / spent.evaluate_seconds if spent.evaluate_seconds else None,
        "flops": spent.flops,
        "peak_memory_bytes": peak_memory_bytes(device),
    }


def peak_memory_bytes(device: torch.device) -> int:
    """The most memory held so far: on the GPU where there is one, else by the process."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else peak * 1024)
