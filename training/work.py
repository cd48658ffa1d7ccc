"""What a job does, counted from its spec before it runs: tokens, operations, passes and bytes of each of its parts.

`training.estimate` turns the counts into seconds. Formulas: docs/methods.md, "Prediction before launch".
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .catalogue import Shape
from .data.lengths import CLOSING_TOKENS
from .devices import DeviceSpeed
from .footprint import ATTENTION_MAPS, FOUR_BIT_BYTES, linear_maps, lora_parameters, training_memory
from .layout import (
    CHECKPOINT_SECONDS,
    PACK_TOKENS,
    ROWS_DURING_TRAINING,
    SCORED_TOKENS,
    WRITTEN_ROWS,
    WRITTEN_TOKENS,
)
from .spec import EvaluateSpec, SftSpec

FULL_FLOPS_PER_WEIGHT = 6.0
FROZEN_FLOPS_PER_WEIGHT = 4.0
FORWARD_FLOPS_PER_WEIGHT = 2.0

ENCODING_SECONDS = 3e-4
"""A row through the chat template and the tokenizer, measured on a 2-core server."""
READ_BYTES_PER_SECOND = 1e9
OPENING_SECONDS = 0.5
"""Tokenizer, configuration, and the model's modules before its weights."""

_PROCESS_BYTES = 0.9 * 1024**3
_CHECK_PASSES = 6
_LETTERS_A_TOKEN = 4.0
_METHOD_TIME = {"full": 1.0, "lora": 1.0, "dora": 1.4, "qlora": 1.5, "ia3": 1.0, "prompt": 1.0}
"""Time beyond the counted operations: dora norms its merged weights each step, qlora unpacks 4-bit weights."""


@dataclass(frozen=True)
class DataFacts:
    """What the data's manifest tells. Token counts are means a row; `target_tokens` is the part that is learned or
    answered, `shared_tokens` what rows of a batch begin with in common; `shortest_tokens` and `longest_tokens` bound
    whole rows. Zero where not known."""

    rows: int
    mean_tokens: float
    target_tokens: float = 0.0
    longest_tokens: int = 0
    shortest_tokens: int = 0
    validation_rows: int = 0
    choices: int = 0
    shared_tokens: float = 0.0


@dataclass(frozen=True)
class Part:
    """A part of a job's time, as what must be done in it. `seconds` counts what does not depend on the device's speed;
    `layer_passes` are layers begun, however little each computes."""

    name: str
    seconds: float = 0.0
    learning_flops: float = 0.0
    reading_flops: float = 0.0
    layer_passes: float = 0.0
    weights_moved: float = 0.0
    weights_updated: float = 0.0
    written_bytes: float = 0.0

    def takes(self, device: DeviceSpeed, devices: int = 1) -> float:
        """Seconds on so many devices: arithmetic is shared among them, the rest is not."""
        computing = self.learning_flops + self.reading_flops / device.reading_gain
        return (
            self.seconds
            + computing / (device.flops_per_second * devices)
            + self.layer_passes * device.layer_seconds
            + self.weights_moved / device.weights_per_second
            + self.weights_updated / device.updates_per_second
            + self.written_bytes / device.written_bytes_per_second
        )


@dataclass(frozen=True)
class Work:
    """All of a job. `flops` are those of its arithmetic; `tokens` those of its rows, before a shared start is saved."""

    parts: Sequence[Part]
    tokens: float
    flops: float
    memory_bytes: float
    steps: int = 0
    epochs: float = 0.0
    trainable: int = 0


def planned_steps(spec: SftSpec, rows: int) -> int:
    """Optimizer steps: those given, else those of the epochs given, else the kind's default."""
    if spec.optim.max_steps is not None:
        return spec.optim.max_steps
    if spec.optim.epochs is not None:
        return max(1, math.ceil(spec.optim.epochs * rows / rows_per_step(spec)))
    return spec.default_steps


def rows_per_step(spec: SftSpec) -> int:
    """Rows of one optimizer step over all devices."""
    return spec.optim.batch_size * spec.optim.gradient_accumulation * spec.devices


def trainable_parameters(spec: SftSpec, model: Shape) -> int:
    """Weights that learn."""
    maps = linear_maps(model)
    chosen = ATTENTION_MAPS if spec.adaptation.targets == "attention" else tuple(maps)
    match spec.adaptation.method:
        case "full":
            return model.parameters
        case "lora" | "qlora":
            return lora_parameters(model, spec.adaptation.rank, chosen)
        case "dora":
            norms = model.layers * sum(maps[name][1] for name in chosen)
            return lora_parameters(model, spec.adaptation.rank, chosen) + norms
        case "ia3":
            return model.layers * (2 * maps["k"][1] + model.intermediate_size)
        case "prompt":
            return spec.adaptation.prompt_tokens * model.hidden_size


@dataclass(frozen=True)
class _Sizes:
    """A model's weights without embeddings and of its output layer, and bytes a weight on the device."""

    body: int
    head: int
    width: int

    @classmethod
    def of(cls, spec: SftSpec | EvaluateSpec, model: Shape, device: DeviceSpeed) -> "_Sizes":
        head = model.vocabulary * model.hidden_size
        precision = device.precision if spec.precision == "auto" else spec.precision
        width = 4 if precision in ("fp32", "float32") else 2
        return cls(model.parameters - head * (1 if model.tied_embeddings else 2), head, width)

    def reading(self, tokens: float, predictions: float) -> float:
        """Operations of a forward over `tokens` with logits for `predictions` of them."""
        return FORWARD_FLOPS_PER_WEIGHT * (self.body * tokens + self.head * predictions)


@dataclass(frozen=True)
class _Packed:
    """Rows laid out as jobs lay them out: tokens that are computed, and sequences they fill."""

    tokens: float
    sequences: float

    @classmethod
    def of(cls, rows: float, length: float, shared: float, *, most_tokens: float, most_rows: float) -> "_Packed":
        """`rows` of `length` that share a start, in sequences of at most so many tokens and rows."""
        own = max(1.0, length - shared)
        fitting = max(1.0, min(most_rows, (most_tokens - shared) / own))
        sequences = math.ceil(rows / fitting) if rows else 0
        return cls(rows * own + sequences * min(shared, length - own), sequences)


def _most(device: DeviceSpeed, on_cpu: int, on_gpu: int) -> int:
    return on_cpu if device.name == "cpu" else on_gpu


def sft_work(spec: SftSpec, data: DataFacts, model: Shape, device: DeviceSpeed) -> Work:
    """The work of a training."""
    rows = min(data.rows, spec.data.max_rows or data.rows)
    steps = planned_steps(spec, rows)
    length = min(data.mean_tokens, spec.max_tokens)
    shared = min(data.shared_tokens, length) if spec.packing else 0.0
    targets = length if spec.loss_on == "all" else min(data.target_tokens or length / 2, length)
    sizes = _Sizes.of(spec, model, device)
    trainable = trainable_parameters(spec, model)
    prompt = spec.adaptation.prompt_tokens if spec.adaptation.method == "prompt" else 0
    rows_read = _RowsRead(length, shared, targets, prompt)
    train = _train(spec, rows_read, model, sizes, device, steps=steps, trainable=trainable)
    check = _validate(spec, rows_read, model, sizes, device, steps=steps, rows=data.validation_rows)
    load = Part(
        "load",
        seconds=_load_seconds(model, sizes) + ENCODING_SECONDS * (rows + data.validation_rows),
        reading_flops=sizes.reading(_CHECK_PASSES * min(3, rows) * length, 0),
        layer_passes=_CHECK_PASSES * model.layers,
    )
    seconds = train.takes(device, spec.devices) + check.takes(device, spec.devices)
    save = _save(spec, model, sizes, steps=steps, trainable=trainable, seconds=seconds)
    seen = steps * rows_per_step(spec)
    return Work(
        parts=(load, train, check, save),
        tokens=seen * (length + prompt),
        flops=train.learning_flops / _METHOD_TIME[spec.adaptation.method] + check.reading_flops,
        memory_bytes=_memory_bytes(spec, model, sizes, trainable, length + prompt, targets),
        steps=steps,
        epochs=seen / rows if rows else 0.0,
        trainable=trainable,
    )


@dataclass(frozen=True)
class _RowsRead:
    """Mean tokens of a row: whole, shared with its neighbours, learned; and of the soft prompt before it."""

    length: float
    shared: float
    targets: float
    prompt: int

    def packed(self, rows: float, device: DeviceSpeed, most_rows: float = math.inf) -> _Packed:
        length, shared = self.length + self.prompt, self.shared + self.prompt
        return _Packed.of(
            rows,
            length,
            shared,
            most_tokens=_most(device, PACK_TOKENS["cpu"], PACK_TOKENS["cuda"]),
            most_rows=most_rows,
        )


def _train(
    spec: SftSpec, read: _RowsRead, model: Shape, sizes: _Sizes, device: DeviceSpeed, *, steps: int, trainable: int
) -> Part:
    """Forward, backward and update of every step."""
    packed = read.packed(rows_per_step(spec), device, spec.optim.batch_size)
    is_full = spec.adaptation.method == "full"
    factor = FULL_FLOPS_PER_WEIGHT if is_full else FROZEN_FLOPS_PER_WEIGHT
    flops = factor * (sizes.body * packed.tokens + sizes.head * rows_per_step(spec) * read.targets)
    if not is_full:
        flops += FULL_FLOPS_PER_WEIGHT * trainable * packed.tokens
    return Part(
        "train",
        learning_flops=steps * flops * _METHOD_TIME[spec.adaptation.method],
        layer_passes=3 * steps * packed.sequences / spec.devices * model.layers,
        weights_updated=steps * trainable,
    )


def _validate(
    spec: SftSpec, read: _RowsRead, model: Shape, sizes: _Sizes, device: DeviceSpeed, *, steps: int, rows: int
) -> Part:
    """The loss of some validation rows and a few answers, about ten times; at the end the loss of all rows."""
    if not rows:
        return Part("validate")
    every = spec.eval_every_steps or max(5, math.ceil(steps / 10))
    times = (steps - 1) // every
    some = read.packed(min(ROWS_DURING_TRAINING, rows), device)
    whole = read.packed(rows, device)
    checked = times * min(ROWS_DURING_TRAINING, rows) + rows
    answers = times * min(spec.sample_prompts, rows)
    flops = sizes.reading(times * some.tokens + whole.tokens, checked * read.targets)
    flops += answers * sizes.reading(read.length - read.targets, 1)
    return Part(
        "validate",
        reading_flops=flops,
        layer_passes=(times * some.sequences + whole.sequences + answers * (1 + read.targets)) * model.layers,
        weights_moved=answers * read.targets * (sizes.body + sizes.head),
    )


def _load_seconds(model: Shape, sizes: _Sizes) -> float:
    return OPENING_SECONDS + model.parameters * sizes.width / READ_BYTES_PER_SECOND


def _save(spec: SftSpec, model: Shape, sizes: _Sizes, *, steps: int, trainable: int, seconds: float) -> Part:
    """Checkpoints (a weight and two moments in fp32) and what is left at the end."""
    every = spec.checkpoint_every_steps
    checkpoints = steps // every if every is not None else seconds // CHECKPOINT_SECONDS
    left = model.parameters * sizes.width if spec.adaptation.method == "full" else 4 * trainable
    return Part("save", written_bytes=12.0 * trainable * checkpoints + left)


def _memory_bytes(spec: SftSpec, model: Shape, sizes: _Sizes, trainable: int, length: float, targets: float) -> float:
    """The process itself and what its step holds."""
    frozen_width = FOUR_BIT_BYTES if spec.adaptation.method == "qlora" else sizes.width
    batch = spec.optim.batch_size
    return (
        _PROCESS_BYTES
        + training_memory(
            model,
            learned=trainable,
            frozen_width=0.0 if spec.adaptation.method == "full" else frozen_width,
            width=sizes.width,
            tokens=batch * length,
            targets=batch * targets,
        ).total
    )


def evaluate_work(spec: EvaluateSpec, data: DataFacts, model: Shape, device: DeviceSpeed) -> Work:
    """The work of an evaluation."""
    rows = min(data.rows, spec.data.max_rows or data.rows)
    sizes = _Sizes.of(spec, model, device)
    answer = data.target_tokens or min(spec.max_new_tokens, 16)
    prompt = max(1.0, data.mean_tokens - answer)
    shared = min(data.shared_tokens, prompt - 1)
    texts = 1
    if spec.metric == "choice":
        part, tokens = _choose(spec, rows, prompt - shared, data, model, sizes, device)
        texts += _options(spec, data)
    elif spec.metric == "perplexity":
        part = _read(rows, data.mean_tokens - shared, answer, model, sizes, device)
        tokens = rows * (data.mean_tokens - shared)
    else:
        part, tokens = _write(spec, rows, prompt - shared, answer, model, sizes, device)
    load = Part("load", seconds=_load_seconds(model, sizes) + ENCODING_SECONDS * rows * texts)
    return Work(
        parts=(load, part),
        tokens=tokens,
        flops=part.reading_flops,
        memory_bytes=_PROCESS_BYTES
        + model.parameters * sizes.width
        + 4.0 * (spec.batch_tokens or 2048) * (model.vocabulary + 20 * model.hidden_size),
    )


def _read(rows: float, own: float, predictions: float, model: Shape, sizes: _Sizes, device: DeviceSpeed) -> Part:
    """`own` tokens of each row through the model, with logits for some of them."""
    passes = math.ceil(rows * own / _most(device, *SCORED_TOKENS))
    return Part(
        "answer",
        reading_flops=sizes.reading(rows * own, rows * predictions),
        layer_passes=passes * model.layers,
    )


def _options(spec: EvaluateSpec, data: DataFacts) -> int:
    return len(spec.choices) if spec.choices else max(2, data.choices)


def _choose(
    spec: EvaluateSpec, rows: int, own: float, data: DataFacts, model: Shape, sizes: _Sizes, device: DeviceSpeed
) -> tuple[Part, float]:
    """Every option after its prompt, all but its last token, which is only predicted."""
    count = _options(spec, data)
    letters = sum(map(len, spec.choices or [])) / count
    option = letters / _LETTERS_A_TOKEN or data.target_tokens - CLOSING_TOKENS
    read = own + count * max(0.0, option - 1)
    return _read(rows, read, 1 + read - own, model, sizes, device), rows * read


def _write(
    spec: EvaluateSpec, rows: int, own: float, answer: float, model: Shape, sizes: _Sizes, device: DeviceSpeed
) -> tuple[Part, float]:
    """Answers written token by token, many rows at a time. A model that was not trained on such rows writes on up to
    the limit; one that was ends where the answers of its rows did."""
    is_trained = spec.adapter is not None or spec.model.startswith("job:")
    written = min(spec.max_new_tokens, answer + 1) if is_trained else spec.max_new_tokens
    at_once = max(1.0, min(_most(device, *WRITTEN_ROWS), _most(device, *WRITTEN_TOKENS) / own))
    batches = math.ceil(rows / at_once)
    turns = batches * written
    part = Part(
        "answer",
        reading_flops=sizes.reading(rows * (own + written), rows * written),
        layer_passes=(batches + turns) * model.layers,
        weights_moved=turns * (sizes.body + sizes.head),
    )
    return part, rows * (own + written)
