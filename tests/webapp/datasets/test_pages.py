"""The data pages through the real HTTP client: from a form to a version, and what hostile files are answered."""

import gzip
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from tests.webapp import factories
from webapp.accounts.models import User
from webapp.datasets import checking, handlers
from webapp.datasets.models import Dataset, DatasetVersion, Upload, UploadState
from webapp.datasets.working import work_on
from webapp.projects.models import Project


@pytest.fixture
def editor(client: Client, people: dict[str, User], project: Project) -> Client:
    """A browser of the project's editor."""
    client.force_login(people["editor"])
    return client


def _send(client: Client, project: Project, *files: tuple[str, bytes], name: str = "") -> HttpResponse:
    sent = [SimpleUploadedFile(file_name, content) for file_name, content in files]
    answer: HttpResponse = client.post(reverse("datasets:new", args=[project.code]), {"name": name, "file": sent})
    return answer


def _report(client: Client, project: Project, file_name: str, content: bytes) -> dict[str, Any]:
    """What the page shows of an upload after a worker has read it; the page itself must answer."""
    answer = _send(client, project, (file_name, content))
    assert answer.status_code == 302, answer.content.decode()
    upload = Upload.objects.get()
    work_on(upload.pk)
    assert client.get(answer.headers["Location"]).status_code == 200
    upload.refresh_from_db()
    report: dict[str, Any] = upload.report
    return {**report, "state": upload.state, "failure": upload.failure}


CSV = "text,label\n" + "".join(f"invoice {n} is wrong,{'billing' if n % 2 else 'returns'}\n" for n in range(60))


def test_from_form_to_rows(editor: Client, project: Project) -> None:
    sent = _send(editor, project, ("tickets.csv", CSV.encode()), name="Tickets")
    upload = Upload.objects.get()
    place = reverse("datasets:upload", args=[project.code, upload.code])
    assert sent.headers["Location"] == place

    waiting = editor.get(place, headers={"HX-Request": "true", "HX-Target": "working"})
    assert "Waiting for a worker" in waiting.content.decode()
    assert "hx-trigger" in waiting.content.decode()
    work_on(upload.pk)
    done = editor.get(place, headers={"HX-Request": "true", "HX-Target": "working"})
    assert done.headers["HX-Refresh"] == "true"

    page = editor.get(place).content.decode()
    assert "60 of 60 rows can be stored, read as Text with label" in page
    assert "invoice 0 is wrong" in page
    stored = editor.post(
        reverse("datasets:store", args=[project.code, upload.code]),
        {"how": "random", "share_train": 50, "share_validation": 25, "share_test": 25, "seed": 7, "licence": "CC0"},
    )
    assert stored.headers["Location"] == place
    work_on(upload.pk)
    version = DatasetVersion.objects.get()
    assert version.splits == {"train": 30, "validation": 15, "test": 15}
    about = editor.get(editor.get(place).headers["Location"]).content.decode()
    for shown in ("about equally frequent", "CC0", "at random, seed 7: train 50.0%", version.digest):
        assert shown in about

    rows = reverse("datasets:rows", args=[project.code, "tickets", 1])
    first = editor.get(rows).content.decode()
    assert "Rows 1 to 20 of 30" in first
    assert "Rows 21 to 30 of 30" in editor.get(rows, {"offset": 20}).content.decode()
    found = editor.get(rows, {"q": "INVOICE", "split": "test"}).content.decode()
    assert "<mark>invoice</mark>" in found
    assert "No row with" in editor.get(rows, {"q": "no such words"}).content.decode()
    assert editor.get(rows, {"split": "../../secret_key"}).status_code == 404
    assert editor.get(rows, {"offset": "-5", "q": "x" * 500}).status_code == 200

    answer = editor.get(reverse("datasets:download", args=[project.code, "tickets", 1, "train"]))
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a streaming answer has it
    assert len(content.splitlines()) == 30
    assert answer.headers["Content-Disposition"] == 'attachment; filename="tickets-v1-train.jsonl"'


def test_another_form_is_tried_on_real_rows_before_it_is_checked(editor: Client, project: Project) -> None:
    _report(editor, project, "tickets.csv", CSV.encode())
    upload = Upload.objects.get()
    place = reverse("datasets:upload", args=[project.code, upload.code])
    tried = editor.get(place, {"form": "prompt_completion", "column_prompt": "label", "column_completion": "text"})
    assert [part.turns[0].text for part in tried.context["previews"][0].made.parts] == ["returns", "invoice 0 is wrong"]
    unset = editor.get(place, {"form": "chosen_rejected"})
    assert unset.context["previews"][0].fault == "Choose the column for Chosen, Rejected."
    assert editor.get(place, {"form": "no such form", "column_text": "x"}).status_code == 200

    again = reverse("datasets:check-again", args=[project.code, upload.code])
    chosen = {"form": "prompt_completion", "column_prompt": "label", "column_completion": "text"}
    assert editor.post(again, {**chosen, "column_prompt": "no such column"}).status_code == 422
    assert editor.post(again, chosen).status_code == 302
    work_on(upload.pk)
    upload.refresh_from_db()
    assert upload.report["form"] == "prompt_completion"
    assert upload.report["sample"][0] == {"prompt": "returns", "completion": "invoice 0 is wrong"}


def test_faulty_rows_are_listed_and_need_a_tick(editor: Client, project: Project) -> None:
    report = _report(editor, project, "tickets.csv", (CSV + ",billing\ninvoice 0 is wrong,returns\n").encode())
    assert report["faults_total"] == 2
    upload = Upload.objects.get()
    page = editor.get(reverse("datasets:upload", args=[project.code, upload.code])).content.decode()
    assert "Store without the 2 faulty rows" in page
    assert "The same as line 2" in page
    store = reverse("datasets:store", args=[project.code, upload.code])
    shares = {"how": "random", "share_train": 80, "share_validation": 10, "share_test": 10, "seed": 0}
    refused = editor.post(store, shares)
    assert refused.status_code == 422
    assert "Tick this" in refused.content.decode()
    wrong = editor.post(store, {**shares, "share_train": 95, "leave_out_faulty": "on"})
    assert "must add up to 100%" in wrong.content.decode()
    assert "Choose the column" in editor.post(store, {**shares, "how": "group"}).content.decode()
    assert editor.post(store, {**shares, "leave_out_faulty": "on"}).status_code == 302


def test_personal_data_is_told_hidden_and_masked_on_request(editor: Client, project: Project) -> None:
    rows = (json.dumps({"prompt": f"Mail jane{n}@example.com", "completion": str(n)}) for n in range(60))
    report = _report(editor, project, "mails.jsonl", "\n".join(rows).encode())
    assert report["personal_data"]["total"] == 60
    upload = Upload.objects.get()
    page = editor.get(reverse("datasets:upload", args=[project.code, upload.code])).content.decode()
    assert "Mask personal data" in page
    examples = page.split('id="personal"')[1]
    assert "jane0@example.com" not in examples
    editor.post(
        reverse("datasets:store", args=[project.code, upload.code]),
        {"how": "none", "seed": 0, "mask_personal_data": "on"},
    )
    work_on(upload.pk)
    rows_page = editor.get(reverse("datasets:rows", args=[project.code, "mails", 1])).content.decode()
    assert "Mail [EMAIL]" in rows_page
    assert "jane" not in rows_page


def test_deleting_asks_for_the_name_and_says_why_not(
    editor: Client, project: Project, people: dict[str, User], django_capture_on_commit_callbacks: Any
) -> None:
    version = factories.stored_version(project, people["owner"])
    place = reverse("datasets:delete", args=[project.code, "sums", 1])
    assert editor.post(place, {"confirm": "Sums"}).status_code == 422
    from webapp.jobs.models import JobData

    use = JobData.objects.create(job=factories.job(project), version=version, field="data.train", split="train")
    refused = editor.post(place, {"confirm": "Sums v1"})
    assert refused.status_code == 409
    assert "is used by job" in refused.content.decode()
    use.delete()
    with django_capture_on_commit_callbacks(execute=True):
        assert editor.post(place, {"confirm": "Sums v1"}).status_code == 302
    assert not Dataset.objects.exists()


# --- hostile files ------------------------------------------------------------------------------------------------


def _zip(name: str, content: bytes, *more: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, text in ((name, content), *more):
            archive.writestr(each, text)
    return buffer.getvalue()


GOOD = b'{"prompt": "a", "completion": "b"}\n'
WHOLE_FILE_FAULTS = {
    "zip bomb": ("bomb.zip", _zip("rows.jsonl", b"0" * 80_000_000), "times its size"),
    "gzip bomb": ("bomb.gz", gzip.compress(b"a" * 80_000_000), "times its size"),
    "path in a zip": ("x.zip", _zip("../../../etc/cron.d/x", GOOD), "points outside"),
    "several in a zip": ("x.zip", _zip("a.jsonl", GOOD, ("b.jsonl", GOOD)), "exactly one file"),
    "zip in a zip": ("x.zip", _zip("x.zip", _zip("a", GOOD)), "archive inside an archive"),
    "cut zip": ("x.zip", _zip("a.jsonl", GOOD)[:-30], "zip archive"),
    "binary": ("x.jsonl", bytes(range(32)) * 200, "binary"),
    "program": ("x.csv", b"\x7fELF" + b"a" * 100, "a program"),
    "pickle": ("x.json", b"\x80\x04\x95" + b"a" * 100, "a pickle"),
    "no rows": ("x.csv", b"prompt,completion\n", "no rows"),
    "only blank lines": ("x.jsonl", b"\n\n\n", ""),
    "not parquet": ("x.parquet", b"PAR1" + b"\0" * 100, ""),
}


@pytest.mark.parametrize("attack", WHOLE_FILE_FAULTS)
def test_a_hostile_file_is_answered(editor: Client, project: Project, attack: str, settings: Settings) -> None:
    name, content, said = WHOLE_FILE_FAULTS[attack]
    report = _report(editor, project, name, content)
    assert report["state"] == UploadState.FAILED
    assert not report["failure"], "a fault of the file, not of the check"
    assert said in report["fatal"] or any(said in fault["message"] for fault in report["faults"])
    assert not list(Path(settings.STATE).glob("datasets/*"))


ROW_FAULTS = {
    "NUL": (GOOD + b'{"prompt": "a\\u0000b", "completion": "c"}\n', "nul_character"),
    "huge line": (GOOD + b'{"prompt": "' + b"a" * 9_000_000 + b'", "completion": "c"}\n', "line_too_long"),
    "deep nesting": (GOOD + b'{"prompt": ' + b"[" * 5000 + b"]" * 5000 + b"}\n", "too_deep"),
    "half a character": (GOOD + b'{"prompt": "\\ud800", "completion": "c"}\n', "wrong_encoding"),
    "bad JSON": (GOOD + b'{"prompt": \n', "bad_json"),
    "Latin-1": (GOOD + '{"prompt": "é", "completion": "c"}\n'.encode("latin-1"), "wrong_encoding"),
}


@pytest.mark.parametrize("attack", ROW_FAULTS)
def test_a_hostile_row_costs_itself_only(editor: Client, project: Project, attack: str) -> None:
    content, reason = ROW_FAULTS[attack]
    report = _report(editor, project, "x.jsonl", content)
    assert (report["state"], report["rows_kept"], report["faults_by_reason"]) == ("ready", 1, {reason: 1})
    assert report["faults"][0]["line"] == 2


@pytest.mark.parametrize(
    "name",
    ["../../../../tmp/evil.jsonl", "..\\..\\evil.jsonl", "/etc/passwd", "a\x00b.jsonl", "x" * 250 + ".jsonl", "."],
)
def test_a_name_is_never_a_path(editor: Client, project: Project, name: str, settings: Settings) -> None:
    boundary = "line-between-parts"
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="name"\r\n\r\n\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    ).encode() + GOOD
    body += f"\r\n--{boundary}--\r\n".encode()
    place = reverse("datasets:new", args=[project.code])
    answer = editor.generic("POST", place, body, content_type=f"multipart/form-data; boundary={boundary}")
    assert answer.status_code in (302, 400, 422)
    files = [path for path in Path(settings.STATE).rglob("*") if path.is_file() and path.suffix != ".sqlite3"]
    allowed = re.compile(r"uploads/[a-z0-9]{12}/0")
    assert all(allowed.fullmatch(str(path.relative_to(settings.STATE))) for path in files)
    for upload in Upload.objects.all():
        assert not re.search(r"[/\\\0]", upload.files[0]["name"])


def test_formulas_stay_text(editor: Client, project: Project) -> None:
    rows = "".join(f'"=HYPERLINK(""http://evil/{n}"")",<script>alert({n})</script>\n' for n in range(60))
    report = _report(editor, project, "x.csv", ("prompt,completion\n" + rows).encode())
    assert report["sample"][0]["prompt"] == '=HYPERLINK("http://evil/0")'
    upload = Upload.objects.get()
    page = editor.get(reverse("datasets:upload", args=[project.code, upload.code])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(0)" in page


def test_a_file_past_the_limit_stops_early(editor: Client, project: Project, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 1_000_000
    answer = _send(editor, project, ("big.jsonl", GOOD * 60_000))
    assert answer.status_code == 413
    assert "larger than 0 MB" in answer.content.decode()
    assert not Upload.objects.exists()
    assert not list((Path(settings.UPLOAD_FOLDER) / "incoming").iterdir())


def test_nobody_fills_the_disk(client: Client, project: Project, settings: Settings) -> None:
    place = reverse("datasets:new", args=[project.code])
    answer = client.post(place, {"file": SimpleUploadedFile("x.jsonl", GOOD * 1000)})
    assert answer.status_code == 302
    assert not Path(settings.UPLOAD_FOLDER).exists()


def test_a_viewer_sees_and_does_not_act(client: Client, project: Project, people: dict[str, User]) -> None:
    factories.upload(project, people["owner"], GOOD)
    client.force_login(people["viewer"])
    page = client.get(reverse("datasets:list", args=[project.code])).content.decode()
    assert "Upload a dataset" not in page
    page = client.get(reverse("datasets:upload", args=[project.code, Upload.objects.get().code])).content.decode()
    assert "Store it" not in page
    assert "Throw the upload away" not in page


def test_a_huge_body_is_cut_off(editor: Client, project: Project, settings: Settings, monkeypatch: Any) -> None:
    """Past the limit a small body is still read to its end, so that browsers show the answer; a huge one is not."""
    settings.MAX_UPLOAD_BYTES = 1_500_000
    monkeypatch.setattr(handlers, "_READ_TO_THE_END_BYTES", 100_000)
    boundary = "line-between-parts"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'.encode()
    body = head + b"a" * 5_000_000 + f"\r\n--{boundary}--\r\n".encode()
    stream = io.BytesIO(body)
    kind = f"multipart/form-data; boundary={boundary}"
    request = RequestFactory().generic("POST", "/", body, content_type=kind, **{"wsgi.input": stream})
    request.user = User.objects.get(email="editor@example.com")
    assert not request.FILES
    assert "larger than" in request.upload_refused
    assert 1_500_000 < stream.tell() < 2_000_000
    assert not list((Path(settings.UPLOAD_FOLDER) / "incoming").iterdir())


def test_a_new_version_of_a_dataset(editor: Client, project: Project, people: dict[str, User]) -> None:
    version = factories.stored_version(project, people["owner"])
    place = reverse("datasets:new-version", args=[project.code, version.dataset.code])
    assert "New version of Sums" in editor.get(place).content.decode()
    content = "".join(json.dumps({"question": f"{n} times 3?", "answer": str(3 * n)}) + "\n" for n in range(60))
    assert editor.post(place, {"file": SimpleUploadedFile("other.jsonl", content.encode())}).status_code == 302
    upload = Upload.objects.order_by("-pk")[0]
    work_on(upload.pk)
    store = reverse("datasets:store", args=[project.code, upload.code])
    editor.post(store, {"how": "none", "seed": 0})
    work_on(upload.pk)
    upload.refresh_from_db()
    assert upload.version is not None
    assert (upload.version.number, upload.version.dataset) == (2, version.dataset)
    newest = editor.get(reverse("datasets:dataset", args=[project.code, version.dataset.code]))
    assert newest.headers["Location"].endswith("/sums/2/")


def test_a_check_that_broke_off_can_be_tried_again(
    editor: Client, project: Project, people: dict[str, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    _send(editor, project, ("rows.jsonl", GOOD))
    upload = Upload.objects.get()

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the disk hung")

    with monkeypatch.context() as patch:
        patch.setattr(checking, "check", broken)
        work_on(upload.pk)
    place = reverse("datasets:upload", args=[project.code, upload.code])
    page = editor.get(place).content.decode()
    assert "the disk hung" in page
    assert "Check again" in page
    assert editor.post(reverse("datasets:check-again", args=[project.code, upload.code])).status_code == 302
    work_on(upload.pk)
    assert "1 of 1 row can be stored" in editor.get(place).content.decode()
