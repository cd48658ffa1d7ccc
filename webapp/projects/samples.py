"""The sample project that comes with the product: real text to train on and to measure with, from the first minute.

Nothing is fetched: the datasets are made from installed packages and come in by the same way as any upload.
"""

import time

from training.data.samples import SAMPLES, Sample, write_sample
from training.home import samples_folder
from webapp.accounts.links import first_user
from webapp.accounts.models import User
from webapp.datasets.models import Dataset, DatasetVersion, Upload, UploadState
from webapp.datasets.options import StoreOptions
from webapp.datasets.services import Part, discard_upload, receive_upload, store_upload
from webapp.datasets.working import work_on

from .models import Project
from .services import create_project

CODE = "medical-coding"
NAME = "Medical coding"
TASK = "Route a diagnosis text to one of eight departments. Word problems come along, for checkable reasoning."
_WAIT_SECONDS = 300


def sample_project() -> Project:
    """The sample project with both sample datasets stored; made or completed if need be. Safe to call again.

    It belongs to the first administrator (see `webapp.accounts.links.first_user`).
    """
    owner = first_user()
    project = Project.objects.filter(code=CODE).first() or create_project(by=owner, name=NAME, task=TASK)
    for sample in SAMPLES.values():
        sample_version(owner, project, sample)
    return project


def sample_version(owner: User, project: Project, sample: Sample) -> DatasetVersion:
    """The first version of the sample's dataset in the project; uploaded and stored if it is not there."""
    found = DatasetVersion.objects.filter(dataset__project=project, dataset__name=sample.title, number=1).first()
    if found is not None:
        return found
    # what an earlier start left half-done
    for leftover in Upload.objects.filter(project=project, dataset_name=sample.title).exclude(
        state__in=(UploadState.STORING, UploadState.STORED)
    ):
        discard_upload(by=owner, upload=leftover)
    folder = samples_folder() / sample.name
    splits = write_sample(sample.name, folder).splits
    parts = [Part(f"{sample.name}-{split}.jsonl", folder / info.file, split) for split, info in splits.items()]
    upload = receive_upload(by=owner, project=project, files=parts, dataset_name=sample.title, queued=False)
    _worked(upload)
    options = StoreOptions(leave_out_faulty=True, source=sample.source, licence=sample.licence)
    store_upload(by=owner, upload=upload, options=options, queued=False)
    _worked(upload)
    if upload.version is None:
        raise RuntimeError(f"The sample {sample.title} could not be stored: {upload.failure or upload.report}")
    Dataset.objects.filter(pk=upload.version.dataset_id).update(description=sample.summary)
    return upload.version


def _worked(upload: Upload) -> None:
    """Do what the upload waits for here and now, or wait for the worker that was quicker."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        work_on(upload.pk)
        upload.refresh_from_db()
        if not upload.is_working or time.monotonic() > deadline:
            return
        time.sleep(0.5)
