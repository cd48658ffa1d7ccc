"""`sft`: supervised fine-tuning of a base model on prompt and completion rows."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import torch
from transformers import PreTrainedTokenizerBase

from ..batches.encode import Example, Tokenizer, encode_rows
from ..batches.forward import choose_forward
from ..data.rows import read_rows
from ..health import check_labels
from ..models.adapt import Adapted, adapt, load_for_training
from ..models.load import choose_device, choose_dtype, device_class, model_digest, model_folder
from ..provenance import provenance
from ..result import Result
from ..run import Run
from ..spec.sft import SftSpec
from .fit import Fit
from .leave import leave_all, leave_first_batch, leave_validation_items, measurements, metrics, model_card
from .ranks import Ranks
from .validation import ItemLoss, Sampler, Validation


def run(spec: SftSpec, run: Run) -> Result:
    """Train, validate, and leave an adapter (or a whole model) with what is known about it.

    Resumes from the newest checkpoint in the job's folder. Raises `BadSpec`, `BadData`, `Cancelled`,
    `OverBudget`, or `JobFault` when the loss is no longer a number.
    """
    ranks = Ranks()
    device = choose_device(spec)
    dtype = choose_dtype(spec.precision, device)
    torch.manual_seed(spec.seed)

    model, tokenizer = load_for_training(spec.model, spec.adaptation, dtype=dtype, device=device)
    run.log(f"Loaded {spec.model} on {device_class(device)} in {str(dtype).removeprefix('torch.')}.")
    examples = encode(read_rows(spec.data.train, spec.data.max_rows), spec, tokenizer, run, what="Training")
    held_out = encode(read_rows(spec.data.validation) if spec.data.validation else [], spec, tokenizer, run)
    adapted = adapt(model, spec.adaptation)
    run.log(describe(adapted, examples))
    forward, how = choose_forward(
        adapted, examples, tokenizer, device=device, packing=spec.packing, batch_size=spec.optim.batch_size
    )
    run.log(how)

    fit = Fit(
        spec,
        run,
        adapted=adapted,
        forward=forward,
        examples=examples,
        validation=Validation(held_out, forward.widened(), ranks, device) if held_out else None,
        sampler=Sampler(run, adapted.model, tokenizer, held_out[: spec.sample_prompts], device),
        ranks=ranks,
        device=device,
    )
    if ranks.is_main:
        leave_first_batch(run.artifacts, examples, fit.order.rows_of_step(0)[: spec.optim.batch_size], tokenizer)
    with fit.stoppable():
        fit.train()
        items = fit.final_validation()
        fit.stop_if_asked()
        if ranks.is_main:
            leave_validation_items(run.artifacts, items, held_out)
        made = result(spec, run, fit, tokenizer, items=items)
    return made


def encode(
    rows: Iterable[Mapping[str, Any]],
    spec: SftSpec,
    tokenizer: PreTrainedTokenizerBase,
    run: Run,
    *,
    what: str = "Validation",
) -> list[Example]:
    """The rows as tokens, without those that have nothing to learn. Raises `BadData` if all are such."""
    encoded = encode_rows(rows, cast(Tokenizer, tokenizer), loss_on=spec.loss_on, max_tokens=spec.max_tokens)
    kept = [example for example in encoded if example.targets]
    alert = check_labels(len(encoded), len(encoded) - len(kept))
    if alert is not None:
        run.warn(f"{what} rows: {alert.text}", remedy=alert.remedy, code=alert.code)
    return kept


def describe(adapted: Adapted, examples: Sequence[Example]) -> str:
    """One line on what will be trained."""
    tokens = sum(len(example.ids) for example in examples)
    targets = sum(example.targets for example in examples)
    fused = f", {adapted.fused_layers} layers fused" if adapted.fused_layers else ""
    return (
        f"{adapted.method} trains {adapted.trainable_parameters:,} of {adapted.total_parameters:,} parameters{fused}; "
        f"{len(examples):,} rows with {tokens:,} tokens, {targets:,} of them learned."
    )


def result(
    spec: SftSpec, run: Run, fit: Fit, tokenizer: PreTrainedTokenizerBase, *, items: Sequence[ItemLoss]
) -> Result:
    """Save what was trained and put the record together."""
    progress, adapted, device = fit.progress, fit.adapted, fit.device
    numbers = metrics(spec, adapted, progress, device=device, epochs=fit.order.epoch_after(progress.step))
    data = {"train": Path(spec.data.train)}
    if spec.data.validation:
        data["validation"] = Path(spec.data.validation)
    record = provenance(spec, data=data, model_digest=model_digest(model_folder(spec.model)))
    artifacts = []
    if fit.ranks.is_main:
        artifacts = leave_all(run, spec, adapted, tokenizer, card=model_card(spec, numbers, record, len(fit.examples)))
    return Result(
        kind=spec.kind,
        metrics=numbers,
        measurements=measurements(numbers, items),
        artifacts=artifacts,
        cost=run.cost(device_class(device)),
        provenance=record,
        details={
            "forward": fit.forward.name,
            "fused_layers": adapted.fused_layers,
            "stopped_early": progress.stopped_early,
        },
    )
