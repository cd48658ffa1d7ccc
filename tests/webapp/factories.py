"""Real rows for tests of the site. Plain functions: each required value is visible where it is called."""

import hashlib
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.text import slugify

from webapp.accounts.models import User
from webapp.datasets import services as receive
from webapp.datasets.models import Dataset, DatasetVersion, Upload
from webapp.datasets.options import StoreOptions
from webapp.datasets.working import work_on
from webapp.jobs.models import Job, JobState
from webapp.projects.models import Membership, Project, Role
from webapp.projects.services import create_project

PEOPLE = ("owner", "editor", "viewer", "stranger")
PASSWORD = "a long enough passphrase"


def user(email: str, *, name: str = "", **fields: Any) -> User:
    """A person with `PASSWORD`."""
    return User.objects.create_user(email, PASSWORD, name=name, **fields)


def project(*, owner: User, editor: User | None = None, viewer: User | None = None, name: str = "Triage") -> Project:
    """A project with these members, made as people make one."""
    made = create_project(by=owner, name=name, task="Sort incoming letters.")
    for member, role in ((editor, Role.EDITOR), (viewer, Role.VIEWER)):
        if member is not None:
            Membership.objects.create(project=made, user=member, role=role)
    return made


def dataset_version(project: Project, *, name: str = "Letters", rows: int = 40) -> DatasetVersion:
    """A stored version with the splits train, validation and test, whose files hold `rows`, 8 and 8 rows."""
    sizes = {"train": rows, "validation": 8, "test": 8}
    digest = hashlib.sha256(f"{project.code} {name}".encode()).hexdigest()
    folder = Path("datasets") / digest[:16]
    (Path(settings.STATE) / folder).mkdir(parents=True, exist_ok=True)
    for split, count in sizes.items():
        lines = (
            json.dumps({"prompt": f"{split} letter {number} asks:", "completion": " refund" if number % 2 else " bill"})
            for number in range(count)
        )
        (Path(settings.STATE) / folder / f"{split}.jsonl").write_text("\n".join(lines) + "\n")
    dataset = Dataset.objects.create(project=project, code=slugify(name), name=name)
    return DatasetVersion.objects.create(
        dataset=dataset,
        number=1,
        digest=digest,
        row_type="prompt-completion",
        folder=str(folder),
        splits=sizes,
        manifest={},
    )


def job(project: Project, *, name: str = "lora", state: str = JobState.DONE, **fields: Any) -> Job:
    """A job as it stands in the database, without a process."""
    spec = {"kind": "sft", "model": project.base_model, "adaptation": {"method": "lora"}}
    return Job.objects.create(
        **{"project": project, "name": name, "kind": "sft", "spec": spec, "state": state, **fields}
    )


def upload(project: Project, by: User, content: str | bytes, *, name: str = "rows.jsonl") -> Upload:
    """An upload of one file with this content, read through as a worker does."""
    folder = Path(settings.STATE) / "brought"
    folder.mkdir(exist_ok=True)
    path = folder / "file"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    part = receive.Part(name, path)
    made = receive.receive_upload(by=by, project=project, files=[part], dataset_name=name.split(".")[0])
    work_on(made.pk)
    made.refresh_from_db()
    return made


def stored_version(project: Project, by: User, *, name: str = "Sums", rows: int = 60) -> DatasetVersion:
    """A version that came in by the whole way: uploaded, checked, stored with random splits."""
    lines = (json.dumps({"question": f"What is {n} plus one?", "answer": str(n % 4)}) for n in range(rows))
    made = upload(project, by, "\n".join(lines), name=f"{name}.jsonl")
    receive.store_upload(by=by, upload=made, options=StoreOptions())
    work_on(made.pk)
    made.refresh_from_db()
    assert made.version is not None, made.failure
    return made.version
