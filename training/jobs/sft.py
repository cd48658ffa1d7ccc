"""`sft`: supervised fine-tuning of a base model on prompt and completion rows."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import torch
from transformers import PreTrainedTokenizerBase

from ..batches.encode import Example, Tokenizer, encode_rows
from ..batches.forward import choose_forward
from ..batches.order import DataOrder
from ..data.rows import read_rows
from ..health import check_labels
from ..models.adapt import Adapted, adapt, load_for_training
from ..models.load import choose_device, choose_dtype, device_class, model_digest, model_folder
from ..provenance import provenance
from ..result import Result
from ..run import Run
from ..spec.sft import SftSpec
from .fit import Fit, Plan
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

    rows = list(read_rows(spec.data.train, spec.data.max_rows))
    validation_rows = list(read_rows(spec.data.validation)) if spec.data.validation else []
    model, tokenizer = load_for_training(spec.model, spec.adaptation, dtype=dtype, device=device)
    run.log(f"Loaded {spec.model} on {device_class(device)} in {str(dtype).removeprefix('torch.')}.")

    examples = encode(rows, spec, tokenizer, run, what="training")
    validation_examples = encode(validation_rows, spec, tokenizer, run, what="validation")
    adapted = adapt(model, spec.adaptation)
    run.log(describe(adapted, examples))
    forward, how = choose_forward(
        adapted.model,
        adapted.causal_lm,
        examples,
        device=device,
        packing=spec.packing,
        batch_size=spec.optim.batch_size,
        pad_id=cast(int, tokenizer.pad_token_id),
    )
    run.log(how)

    plan, order = plan_training(spec, len(examples), ranks.world)
    if ranks.is_main:
        leave_first_batch(run.artifacts, examples, order.rows_of_step(0)[: spec.optim.batch_size], tokenizer)
    validation = Validation(validation_examples, forward, ranks, device) if validation_examples else None
    sampler = Sampler(run, adapted.model, tokenizer, validation_examples[: spec.sample_prompts], device)
    fit = Fit(
        spec,
        run,
        adapted=adapted,
        forward=forward,
        examples=examples,
        order=order,
        plan=plan,
        validation=validation,
        sampler=sampler if spec.sample_prompts else None,
        ranks=ranks,
        device=device,
    )
    fit.fit()
    items = fit.final_validation()

    if ranks.is_main:
        leave_validation_items(run.artifacts, items, validation_examples)
    return result(spec, run, fit, tokenizer, items=items)


def encode(
    rows: Sequence[Mapping[str, Any]], spec: SftSpec, tokenizer: PreTrainedTokenizerBase, run: Run, *, what: str
) -> list[Example]:
    """The rows as tokens, without those that have nothing to learn. Raises `BadData` if all are such."""
    encoded = encode_rows(rows, cast(Tokenizer, tokenizer), loss_on=spec.loss_on, max_tokens=spec.max_tokens)
    kept = [example for example in encoded if example.targets]
    alert = check_labels(len(encoded), len(encoded) - len(kept))
    if alert is not None:
        run.warn(f"{what.capitalize()} rows: {alert.text}", remedy=alert.remedy, code=alert.code)
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


def plan_training(spec: SftSpec, rows: int, world: int) -> tuple[Plan, DataOrder]:
    """Steps, warm-up, evaluations and checkpoints of a run, and the order of its rows."""
    optim = spec.optim
    step_rows = optim.batch_size * optim.gradient_accumulation * world
    last_row = None
    if optim.max_steps is not None:
        steps = optim.max_steps
    elif optim.epochs is not None:
        last_row = math.ceil(optim.epochs * rows)
        steps = math.ceil(last_row / step_rows)
    else:
        steps = spec.default_steps
    plan = Plan(
        total_steps=steps,
        warmup_steps=math.ceil(optim.warmup_fraction * steps),
        eval_every=spec.eval_every_steps or max(5, math.ceil(steps / 10)),
        checkpoint_every=spec.checkpoint_every_steps,
    )
    return plan, DataOrder(rows=rows, step_rows=step_rows, seed=spec.seed, last_row=last_row)


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
