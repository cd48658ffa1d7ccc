"""What a worker does with an upload: check it, store it; and what the sweep does with those left behind."""

import hashlib
import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from training.catalogue import prepared_folder
from training.data.forms import ColumnMapping
from training.data.manifest import Manifest
from training.data.splits import SPLITS, SplitPlan
from training.data.stats import TokenCounter, token_counter
from training.data.store import build_version, remove_leftovers
from training.faults import JobFault, as_fault
from webapp.files.places import files_root

from . import checking, tasks
from .claims import MOST_ATTEMPTS, SILENT_SECONDS, Claim, ClaimLost
from .folders import DATASETS, upload_files, upload_folder
from .models import WORKING, DatasetVersion, Upload, UploadState
from .options import StoreOptions
from .published import forget_version, publish_version
from .services import add_version
from .statistics import merged

log = structlog.get_logger("uplift.datasets")
_GIVEN_UP = "The work on this upload broke off several times. The server's log says why; check again to try once more."
_ORPHAN_SECONDS = 86_400


def work_on(upload_id: int) -> None:
    """Check or store one upload, if there is work and nobody does it. Safe to call any number of times."""
    claim = Claim.take(upload_id)
    if claim is None:
        return
    upload = Upload.objects.select_related("project", "dataset", "created_by").get(pk=upload_id)
    try:
        if upload.state == UploadState.CHECKING:
            check(upload, claim)
        else:
            store(upload, claim)
    except ClaimLost:
        log.info("upload taken over or thrown away", upload=upload.code)
    except Exception as error:
        fault = as_fault(error)
        if not isinstance(error, JobFault):
            log.exception("upload not worked through", upload=upload.code)
        ended = UploadState.FAILED if upload.state == UploadState.CHECKING else UploadState.READY
        claim.finish(state=ended, failure=". ".join(part for part in (fault.what, fault.why, fault.remedy) if part))


def check(upload: Upload, claim: Claim) -> None:
    """Read the files and keep the report for a person to decide on."""
    report = checking.check(upload, progress=claim.tell)
    claim.finish(state=UploadState.READY if report["usable"] else UploadState.FAILED, report=report, failure="")


def store(upload: Upload, claim: Claim) -> None:
    """Store the files as decided, as the next version of their dataset; then the upload's files go."""
    options = StoreOptions.model_validate(upload.options)
    folder = f"{DATASETS}/{upload.code}-{claim.name[:6]}"
    manifest = _build(upload, options, files_root() / folder, claim)
    is_new = False
    try:
        publish_version(folder, claim.tell)
        with transaction.atomic():
            version, is_new = add_version(upload, manifest=manifest, folder=folder)
            if not claim.finish(state=UploadState.STORED, version=version, dataset=version.dataset, failure=""):
                is_new = False
                raise ClaimLost
    finally:
        if not is_new:
            forget_version(folder)
    shutil.rmtree(upload_folder(upload), ignore_errors=True)


def _build(upload: Upload, options: StoreOptions, folder: Path, claim: Claim) -> dict[str, Any]:
    """Write the version's folder; returns its manifest with the statistics over all splits."""
    files = upload_files(upload)
    by_split = {each["split"]: path for each, path in zip(upload.files, files, strict=True)}
    # what is measured with comes first: of two equal rows the later one counts as the duplicate
    several = {split: by_split[split] for split in reversed(SPLITS) if split in by_split} if len(files) > 1 else None
    count_tokens, tokenizer = _tokens_of(upload.project.base_model)
    manifest: Manifest = build_version(
        several or files[0],
        folder=folder,
        mapping=ColumnMapping.model_validate(upload.report["mapping"]),
        splits=SplitPlan(how="given") if several else options.plan,
        name=", ".join(each["name"] for each in upload.files),
        mask_personal_data=options.mask_personal_data,
        drop_overlap=options.drop_overlap,
        count_tokens=count_tokens,
        progress=claim.tell,
        limits=checking.limits(),
        provenance=_provenance(upload, options, files, tokenizer),
    )
    shown = manifest.model_dump(mode="json")
    statistics = merged([split["statistics"] for split in shown["splits"].values()])
    return {**shown, "statistics": statistics, "overlap_dropped": options.drop_overlap}


def _provenance(upload: Upload, options: StoreOptions, files: list[Path], tokenizer: str) -> dict[str, Any]:
    """Where the rows came from: each file with its SHA-256, who brought it when, and what counted its tokens."""
    hashed = []
    for each, path in zip(upload.files, files, strict=True):
        with path.open("rb") as file:
            hashed.append({**each, "sha256": hashlib.file_digest(file, "sha256").hexdigest()})
    return {
        "files": [{name: each[name] for name in ("name", "bytes", "split", "sha256")} for each in hashed],
        "uploaded_by": upload.created_by.email if upload.created_by else "",
        "uploaded_at": upload.created_at.isoformat(),
        "tokenizer": tokenizer,
        "source": options.source,
        "licence": options.licence,
    }


def _tokens_of(model: str) -> tuple[TokenCounter | None, str]:
    """Counts tokens as the project's base model does, and its name; (None, "") where it is not on this machine."""
    folder = prepared_folder(model)
    path = folder / "tokenizer.json" if folder else None
    return (token_counter(path), model) if path and path.is_file() else (None, "")


def sweep_uploads() -> int:
    """Send again every upload that waits for a worker or whose worker is silent; give up on the hopeless.

    Also deletes what crashes left on disk. Returns how many uploads were sent.
    """
    silent = Upload.objects.filter(state__in=WORKING, changed_at__lt=timezone.now() - timedelta(seconds=SILENT_SECONDS))
    hopeless = silent.filter(attempts__gte=MOST_ATTEMPTS)
    now = timezone.now()
    hopeless.filter(state=UploadState.STORING).update(
        state=UploadState.READY, claim="", failure=_GIVEN_UP, changed_at=now
    )
    hopeless.filter(state=UploadState.CHECKING).update(
        state=UploadState.FAILED, claim="", failure=_GIVEN_UP, changed_at=now
    )
    sent = sum(tasks.send(pk) for pk in silent.values_list("pk", flat=True))
    remove_orphans()
    return sent


def remove_orphans() -> int:
    """Delete day-old folders of uploads and versions that no row speaks of; returns how many."""
    datasets = files_root() / DATASETS
    known_versions = {Path(folder).name for folder in DatasetVersion.objects.values_list("folder", flat=True)}
    known_uploads = set(Upload.objects.exclude(state=UploadState.STORED).values_list("code", flat=True))
    removed = remove_leftovers(datasets, older_than_seconds=_ORPHAN_SECONDS)
    for parent, known in ((datasets, known_versions), (Path(settings.UPLOAD_FOLDER), known_uploads)):
        for path in parent.iterdir() if parent.is_dir() else ():
            is_old = time.time() - path.stat().st_mtime > _ORPHAN_SECONDS
            if is_old and path.is_dir() and path.name not in known and not path.name.startswith((".", "incoming")):
                shutil.rmtree(path, ignore_errors=True)
                removed += 1
    return removed
