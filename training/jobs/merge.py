"""`merge`: one model in safetensors from a base model and a trained adapter."""

import torch

from ..catalogue import count_parameters
from ..models.load import choose_dtype, model_digest, model_folder
from ..models.save import merge_adapter
from ..provenance import artifact, provenance
from ..result import Result
from ..run import Run
from ..spec.merge import MergeSpec


def run(spec: MergeSpec, run: Run) -> Result:
    """Leave `artifacts/model`, which stock transformers loads without peft. Computed on the CPU.

    Raises `BadSpec` where the adapter does not fit the base, or is a soft prompt.
    """
    dtype = choose_dtype(spec.precision, torch.device("cpu"))
    run.log(f"Merging {spec.adapter} into {spec.model} in {str(dtype).removeprefix('torch.')}.")
    folder = run.artifacts / "model"
    merge_adapter(spec.model, spec.adapter, folder, dtype=dtype)
    merged = artifact(run.folder, folder, name="model", kind="model")
    return Result(
        kind=spec.kind,
        metrics={"total_parameters": count_parameters(folder), "model_bytes": merged.bytes},
        artifacts=[merged],
        cost=run.cost("cpu"),
        provenance=provenance(spec, data={}, model_digest=model_digest(model_folder(spec.model))),
    )
