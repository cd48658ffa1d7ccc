"""A study with a result, compared and judged by the product's own code."""

from dataclasses import asdict
from typing import Any

from tests.webapp import factories
from training.claims import judge_claims
from training.compare import Compute, Contender, compare
from webapp.datasets.models import DatasetVersion
from webapp.jobs.models import Study
from webapp.projects.models import Project

LABELS = {"base": "base model", "lora": "LoRA", "full": "full fine-tuning"}
RIGHT = {"base": 150, "lora": 270, "full": 272}
"""Right answers of 300."""
COMPUTE = {
    "base": Compute(0, 0, 0.0, 0.0, None, 0.0),
    "lora": Compute(460_800, 120_000, 7.0e13, 60.0, 900_000_000, 0.01),
    "full": Compute(134_515_008, 120_000, 9.9e13, 80.0, 3_600_000_000, 0.02),
}


def study(project: Project, version: DatasetVersion | None = None, **fields: Any) -> Study:
    """An adaptation study in which LoRA is right on 270 of 300 items, the base model on 150."""
    contenders = [
        Contender(name, {item: float(item < right) for item in range(300)}, COMPUTE[name])
        for name, right in RIGHT.items()
    ]
    comparison = compare(contenders, minimum_effect=0.02, against=["base", "full"], labels=LABELS, seed=0)
    rows = [
        {
            "name": one.name,
            "label": LABELS[one.name],
            "accuracy": asdict(comparison.accuracy(one.name)),  # type: ignore[arg-type]  # it is among them
            "compute": asdict(one.compute),
            "trained_by": None,
            "evaluated_by": None,
        }
        for one in contenders
    ]
    outcome = {
        "headline": "LoRA gains 40.0 points over the base model; full fine-tuning adds none that can be told apart",
        "contenders": rows,
        "comparison": comparison.to_json(),
        "claims_about": "LoRA",
        "frontier": ["base", "lora"],
        "missing": [],
        "overlap": {},
        "claims": [asdict(one) for one in judge_claims(comparison, tuned="lora")],
    }
    given = {
        "project": project,
        "question": "Does it pay?",
        "plan": {"model": "smollm2-135m-instruct"},
        "dataset_version": version or factories.dataset_version(project, name="Letters of Ms Secret"),
        "launch_key": "evidence",
        "outcome": outcome,
    }
    return Study.objects.create(**(given | fields))
