"""Files in and out of a bucket, against a server that speaks S3."""

import hashlib
from pathlib import Path

import pytest
from pytest_django import Settings

from webapp.files import bucket as buckets
from webapp.files.bucket import FileMissing, FilesFault, bucket
from webapp.files.trees import StoredFile, Tree, fetch, picture, store

pytestmark = pytest.mark.services
PART_BYTES = 8 * 1024 * 1024  # what is larger goes in several parts


def test_large_and_small_files_come_back_as_they_went(bucket_url: str, tmp_path: Path) -> None:
    moved: list[int] = []
    for name, content in (("large", b"ab" * (PART_BYTES // 2 + 7)), ("small", b"x"), ("empty", b"")):
        (tmp_path / name).write_bytes(content)
        bucket().put(tmp_path / name, f"a folder/{name}", moved.append)
        bucket().get(f"a folder/{name}", tmp_path / "back", sha256=hashlib.sha256(content).hexdigest())
        assert (tmp_path / "back").read_bytes() == content
    assert sum(moved) == PART_BYTES + 14 + 1
    assert sorted(bucket().keys("a folder/")) == ["a folder/empty", "a folder/large", "a folder/small"]
    bucket().delete(["a folder/large", "a folder/never was"])
    assert sorted(bucket().keys("")) == ["a folder/empty", "a folder/small"]


def test_what_is_missing_is_named(bucket_url: str, tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match=f"datasets/x/train.jsonl is not in {bucket_url}"):
        bucket().get("datasets/x/train.jsonl", tmp_path / "train.jsonl")
    assert list(tmp_path.rglob("*train*")) == []


def test_damaged_content_never_takes_the_files_place(bucket_url: str, tmp_path: Path) -> None:
    bucket().put_text("damaged", "key")
    with pytest.raises(FilesFault, match=r"train\.jsonl is damaged"):
        bucket().get("key", tmp_path / "train.jsonl", sha256=hashlib.sha256(b"whole").hexdigest())
    assert list(tmp_path.rglob("*train*")) == []


def test_a_bucket_that_is_not_there_says_what_to_check(bucket_url: str, settings: Settings, tmp_path: Path) -> None:
    settings.ARTIFACTS_URL = "s3://no-such-bucket/prefix"
    with pytest.raises(FilesFault, match=r"no-such-bucket/prefix does not take or give files.*Check ARTIFACTS_URL"):
        bucket().put_text("x", "key")


def test_a_server_that_is_away_is_a_fault_too(bucket_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    buckets._bucket.cache_clear()
    with pytest.raises(FilesFault, match="does not take or give files"):
        bucket().text("key")
    buckets._bucket.cache_clear()


def test_a_tree_sends_only_what_is_new_and_comes_back_whole(bucket_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "job"
    (folder / "checkpoints" / "step-1").mkdir(parents=True)
    (folder / "checkpoints" / "step-1" / "weights").write_bytes(b"1" * 1000)
    (folder / "events.jsonl").write_text("{}\n")
    first = store(bucket(), "jobs/a/1", folder)
    (folder / "events.jsonl").write_text("{}\n{}\n")
    moved: list[int] = []
    second = store(bucket(), "jobs/a/2", folder, before=[first], moved=moved.append)
    assert sum(moved) == 6
    fetch(bucket(), Tree.from_json(second.to_json()), tmp_path / "there")
    assert (tmp_path / "there" / "events.jsonl").read_text() == "{}\n{}\n"
    assert (tmp_path / "there" / "checkpoints" / "step-1" / "weights").read_bytes() == b"1" * 1000
    assert set(second.under("checkpoints").files) == {"checkpoints/step-1/weights"}
    assert set(second.under("check").files) == set()


@pytest.mark.parametrize("path", ["/etc/passwd", "../other/job", "a/../../b"])
def test_a_listing_cannot_name_places_outside(path: str) -> None:
    with pytest.raises(FilesFault, match="outside its folder"):
        Tree.from_json(Tree({path: StoredFile("key", 1, "digest")}).to_json())


def test_a_picture_stays_as_it_was(tmp_path: Path) -> None:
    folder, into = tmp_path / "job", tmp_path / "picture"
    (folder / "checkpoints" / "step-1").mkdir(parents=True)
    weights, events = folder / "checkpoints" / "step-1" / "weights", folder / "events.jsonl"
    weights.write_text("one")
    events.write_text("one\n")
    (folder / "lock").write_text("")
    picture(folder, into, lambda name: name != "lock")
    weights.unlink()
    with events.open("a") as file:
        file.write("two\n")
    assert (into / "checkpoints" / "step-1" / "weights").read_text() == "one"
    assert (into / "events.jsonl").read_text() == "one\n"
    assert not (into / "lock").exists()
