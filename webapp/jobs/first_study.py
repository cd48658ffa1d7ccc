"""The study that a first start queues, so that there is something real to watch."""

from webapp.accounts.links import first_user
from webapp.datasets.models import DatasetVersion
from webapp.projects.models import Project

from .adaptation import AdaptationPlan, launch_adaptation_study
from .models import Study

LAUNCH_KEY = "first-study"


def launch_first_study(project: Project) -> Study:
    """Base model, LoRA and full fine-tuning on the medical-coding sample; launched once however often it is called."""
    version = DatasetVersion.objects.get(dataset__project=project, dataset__code="medical-coding", number=1)
    return launch_adaptation_study(
        by=first_user(),
        project=project,
        version=version,
        plan=AdaptationPlan(model=project.base_model),
        launch_key=LAUNCH_KEY,
        question="Does fine-tuning pay for medical coding, and is an adapter enough?",
    )
