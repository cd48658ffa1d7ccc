"""A prediction for a spec whose data are files on this machine: what `python -m training estimate` prints."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .catalogue import KNOWN_MODELS, Shape, shape_of
from .catalogue import locate as locate_model
from .data.check import check_file
from .data.lengths import Lengths, sampled_lengths
from .data.stats import TokenCounter, estimated_tokens, token_counter
from .devices import DeviceSpeed, cpu, device_here
from .estimate import predict
from .faults import BadData, BadSpec
from .readiness import readiness
from .spec import EvaluateSpec, JobSpec, SftSpec
from .spec.paths import locate
from .speed import recorded
from .work import DataFacts


def estimate_spec(spec: JobSpec, folders: Sequence[Path], *, minimum_effect: float = 0.02) -> dict[str, Any]:
    """`prediction` and `findings` as plain data. Relative paths are looked for in `folders`.

    Raises `BadData` for a file that is missing or has no usable row, `BadSpec` for a model that is neither here nor
    known, or a kind without a prediction.
    """
    found, missing = locate(spec, folders)
    if missing:
        named = ", ".join(f"{file.field} ({file.named})" for file in missing)
        raise BadData(f"Not found: {named}", remedy="Correct the path.")
    if not isinstance(found, SftSpec | EvaluateSpec):
        raise BadSpec(f"No prediction is made for the kind {spec.kind}")
    shape, count = _model(found.model)
    device = _device(found)
    data = data_facts(found, count)
    prediction = predict(found, data, shape, device)
    findings = readiness(found, data, prediction, device, minimum_effect=minimum_effect)
    return {"prediction": prediction.to_json(), "findings": [vars(finding) for finding in findings]}


def data_facts(spec: SftSpec | EvaluateSpec, count: TokenCounter = estimated_tokens) -> DataFacts:
    """Rows and lengths of the spec's files, each read once."""
    rows, lengths = _statistics(Path(spec.data.train if isinstance(spec, SftSpec) else spec.data.test), count)
    tokens = rows["tokens"]
    validation = spec.data.validation if isinstance(spec, SftSpec) else None
    return DataFacts(
        rows=rows["rows"],
        mean_tokens=tokens["mean"] + lengths.template,
        target_tokens=lengths.answer,
        longest_tokens=tokens["longest"],
        shortest_tokens=next((bucket["from"] for bucket in tokens["histogram"] if bucket["rows"]), 0),
        validation_rows=_statistics(Path(validation), count)[0]["rows"] if validation else 0,
        choices=len(rows["labels"]),
        shared_tokens=lengths.shared,
    )


def _statistics(file: Path, count: TokenCounter) -> tuple[Mapping[str, Any], Lengths]:
    report = check_file(file, count_tokens=count)
    if report.rows_kept == 0:
        first = next(iter(report.faults), None)
        raise BadData(f"{file} has no usable row", why=str(first or ""), remedy="Run `python -m training data check`.")
    return report.statistics, sampled_lengths(report.sample, count)


def _model(name: str) -> tuple[Shape, TokenCounter]:
    """The model's sizes and its own token counter, where its files are here; else what is known of it."""
    try:
        folder = locate_model(name)
    except BadSpec:
        known = KNOWN_MODELS.get(name)
        if known is None:
            raise
        return known.shape, estimated_tokens
    tokenizer = folder / "tokenizer.json"
    return shape_of(folder), token_counter(tokenizer) if tokenizer.is_file() else estimated_tokens


def _device(spec: JobSpec) -> DeviceSpeed:
    return cpu(measured=recorded()) if spec.device == "cpu" else device_here()
