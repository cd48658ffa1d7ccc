"""Versions: whole or not at all, the same from the same rows, split without leaks."""

import json
from collections import Counter

import pytest
from pydantic import ValidationError

from training.data.browse import browse
from training.data.forms import ColumnMapping, Form
from training.data.manifest import Manifest, verify
from training.data.overlap import overlap_of_files
from training.data.rows import read_rows
from training.data.splits import SplitPlan, boundaries, split_places, unit_of
from training.data.store import Stopped, build_version, remove_leftovers
from training.faults import BadData

from .files import exchanges, write_gzip, write_jsonl

MAPPING = ColumnMapping(form=Form.PROMPT_COMPLETION, columns={"prompt": "prompt", "completion": "completion"})
THREE = {"train": 0.8, "validation": 0.1, "test": 0.1}


def rows_of(folder):
    return {path.stem: list(read_rows(path)) for path in sorted(folder.glob("*.jsonl"))}


def test_a_version_holds_its_rows_and_says_so(tmp_path):
    source = write_jsonl(tmp_path / "up.jsonl", [*exchanges(100), "nope", exchanges(1)[0]])
    progress = []
    manifest = build_version(source, folder=tmp_path / "v1", name="Up", progress=progress.append)
    assert {name: info.rows for name, info in manifest.splits.items()} == {"train": 80, "validation": 10, "test": 10}
    assert (manifest.rows_total, manifest.rows_kept, manifest.faults_by_reason) == (
        102,
        100,
        {"bad_json": 1, "duplicate": 1},
    )
    assert manifest.faults[0]["line"] == 101
    assert Manifest.read(tmp_path / "v1") == manifest
    assert verify(tmp_path / "v1") == []
    stored = rows_of(tmp_path / "v1")
    assert sorted(row["prompt"] for rows in stored.values() for row in rows) == sorted(
        row["prompt"] for row in exchanges(100)
    )
    assert progress == sorted(progress)
    assert progress[-1] <= 1
    assert {path.name for path in tmp_path.iterdir()} == {"up.jsonl", "v1"}
    assert {path.suffix for path in (tmp_path / "v1").iterdir()} == {".jsonl", ".idx", ".json"}


def test_the_digest_speaks_of_rows_and_splits_alone(tmp_path):
    rows = exchanges(50)
    one = write_jsonl(tmp_path / "one.jsonl", rows)
    packed = write_gzip(tmp_path / "two.gz", json.dumps(rows).encode())

    def digest(source, folder, **settings):
        return build_version(source, folder=tmp_path / folder, mapping=MAPPING, **settings).digest

    first = digest(one, "a")
    assert digest(packed, "b") == first
    assert digest(one, "c", splits=SplitPlan(seed=1)) != first
    assert digest(write_jsonl(tmp_path / "three.jsonl", rows[:-1]), "d") != first


def test_verify_names_a_split_that_was_changed(tmp_path):
    build_version(write_jsonl(tmp_path / "up.jsonl", exchanges(20)), folder=tmp_path / "v1")
    with (tmp_path / "v1" / "test.jsonl").open("a") as file:
        file.write("{}\n")
    (tmp_path / "v1" / "validation.jsonl").unlink()
    assert verify(tmp_path / "v1") == ["validation", "test"]


@pytest.mark.parametrize("stop_at", [0, 1, 2, 3])
def test_nothing_is_left_of_a_build_that_is_stopped(tmp_path, stop_at):
    source = write_jsonl(tmp_path / "up.jsonl", exchanges(600))
    calls = iter(range(10_000))
    with pytest.raises(Stopped):
        build_version(source, folder=tmp_path / "v1", mapping=MAPPING, should_stop=lambda: next(calls) == stop_at)
    assert [path.name for path in tmp_path.iterdir()] == ["up.jsonl"]


@pytest.mark.parametrize(
    ("rows", "settings", "word"),
    [
        ([*exchanges(3), "nope"], {"keep_going": False}, "line 4"),
        (["nope"], {}, "nope"),
        ([{"x": 1, "y": None}], {}, "form"),
        (exchanges(5), {"splits": SplitPlan(how="column", column="split")}, "split"),
        ([{"prompt": "", "completion": "x"}], {"mapping": MAPPING}, "No row"),
    ],
)
def test_nothing_is_left_of_a_build_that_fails(tmp_path, rows, settings, word):
    source = write_jsonl(tmp_path / "up.jsonl", rows)
    with pytest.raises(BadData) as caught:
        build_version(source, folder=tmp_path / "v1", **settings)
    assert word in caught.value.what or caught.value.why
    assert [path.name for path in tmp_path.iterdir()] == ["up.jsonl"]


def test_a_damaged_archive_is_not_stored_in_part(tmp_path):
    source = write_gzip(tmp_path / "up.gz", b'{"prompt": "a", "completion": "b"}\n' * 1000)
    source.write_bytes(source.read_bytes()[:-12])
    with pytest.raises(BadData, match="damaged"):
        build_version(source, folder=tmp_path / "v1", mapping=MAPPING)
    assert not (tmp_path / "v1").exists()


def test_a_stored_version_is_never_overwritten(tmp_path):
    source = write_jsonl(tmp_path / "up.jsonl", exchanges(20))
    manifest = build_version(source, folder=tmp_path / "v1")
    with pytest.raises(FileExistsError):
        build_version(source, folder=tmp_path / "v1", splits=SplitPlan(how="none"))
    assert Manifest.read(tmp_path / "v1") == manifest


def test_leftovers_of_killed_builds_are_removed(tmp_path):
    (tmp_path / ".v1.part-abc").mkdir()
    (tmp_path / "v2").mkdir()
    assert remove_leftovers(tmp_path) == 0
    assert remove_leftovers(tmp_path, older_than_seconds=-1) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["v2"]


def test_random_splits_keep_equal_questions_together(tmp_path):
    rows = [{"prompt": f"Question {i // 3}?", "completion": f"answer {i}"} for i in range(300)]
    manifest = build_version(write_jsonl(tmp_path / "up.jsonl", rows), folder=tmp_path / "v1")
    assert manifest.overlap["rows"] == 0
    sizes = {name: info.rows for name, info in manifest.splits.items()}
    assert sum(sizes.values()) == 300
    assert all(abs(sizes[name] - 300 * share) <= 3 for name, share in THREE.items())
    where = {}
    for split, stored in rows_of(tmp_path / "v1").items():
        for row in stored:
            where.setdefault(row["prompt"], set()).add(split)
    assert all(len(splits) == 1 for splits in where.values())


def test_group_splits_keep_a_group_together(tmp_path):
    rows = [{**row, "patient": f"p{i % 40}"} for i, row in enumerate(exchanges(400))]
    plan = SplitPlan(how="group", column="patient", fractions={"train": 0.5, "test": 0.5}, seed=3)
    manifest = build_version(write_jsonl(tmp_path / "up.jsonl", rows), folder=tmp_path / "v1", splits=plan)
    assert manifest.splits["train"].rows + manifest.splits["test"].rows == 400
    patient_of = {row["prompt"]: row["patient"] for row in rows}
    stored = rows_of(tmp_path / "v1")
    patients = {split: {patient_of[row["prompt"]] for row in stored[split]} for split in stored}
    assert not patients["train"] & patients["test"]
    assert 150 <= manifest.splits["train"].rows <= 250


def test_a_column_names_the_split(tmp_path):
    names = ["train", "Training", "val", "dev", "TEST", "somewhere", None]
    rows = [{**row, "split": name} for row, name in zip(exchanges(7), names, strict=True)]
    plan = SplitPlan(how="column", column="split")
    manifest = build_version(
        write_jsonl(tmp_path / "up.jsonl", rows), folder=tmp_path / "v1", mapping=MAPPING, splits=plan
    )
    assert {name: info.rows for name, info in manifest.splits.items()} == {"train": 2, "validation": 2, "test": 1}
    assert manifest.faults_by_reason == {"unknown_split": 2}


def given(tmp_path, **splits):
    return {name: write_jsonl(tmp_path / f"up-{name}.jsonl", rows) for name, rows in splits.items()}


def test_overlap_between_given_splits_is_a_fault_with_examples(tmp_path):
    leaked = [{"prompt": "QUESTION  number 3!", "completion": "said otherwise"}]
    source = given(tmp_path, train=exchanges(10), test=[*exchanges(5, start=50), *leaked])
    manifest = build_version(source, folder=tmp_path / "v1")
    assert manifest.overlap["pairs"] == [{"splits": ["train", "test"], "rows": 1}]
    assert manifest.overlap["examples"] == [{"splits": ["train", "test"], "lines": [4, 6], "text": "question number 3"}]
    assert manifest.faults_by_reason == {"overlap": 1}
    assert manifest.faults_total == 1
    assert manifest.warnings
    assert overlap_of_files(source["train"], source["test"]).to_json() == manifest.overlap


def test_equal_rows_are_duplicates_in_one_split_and_overlap_across_two(tmp_path):
    rows = exchanges(4)
    source = given(tmp_path, train=[*rows, rows[0]], test=[rows[1], *exchanges(2, 50)])
    manifest = build_version(source, folder=tmp_path / "v1")
    assert manifest.faults_by_reason == {"duplicate": 1, "overlap": 1}
    flat = [{**row, "split": "train"} for row in rows] + [{**rows[2], "split": "test"}, {**rows[3], "split": "train"}]
    plan = SplitPlan(how="column", column="split")
    one = write_jsonl(tmp_path / "one.jsonl", flat)
    manifest = build_version(one, folder=tmp_path / "v2", mapping=MAPPING, splits=plan)
    assert manifest.faults_by_reason == {"duplicate": 1, "overlap": 1}


def test_overlap_can_be_left_out_of_training(tmp_path):
    source = given(tmp_path, train=exchanges(10), validation=exchanges(2, 30), test=[*exchanges(5, 50), *exchanges(3)])
    manifest = build_version(source, folder=tmp_path / "v1", drop_overlap=True)
    assert {name: info.rows for name, info in manifest.splits.items()} == {"train": 7, "validation": 2, "test": 8}
    assert (manifest.overlap["rows"], manifest.faults_total) == (3, 0)
    changed = [{**row, "completion": "else"} for row in exchanges(3)]
    source = given(tmp_path, train=exchanges(10), test=[*exchanges(5, 50), *changed])
    manifest = build_version(source, folder=tmp_path / "v2", drop_overlap=True)
    assert {name: info.rows for name, info in manifest.splits.items()} == {"train": 7, "test": 8}
    assert manifest.overlap["rows"] == 3
    assert manifest.faults_total == 0
    assert overlap_of_files(tmp_path / "v2" / "train.jsonl", tmp_path / "v2" / "test.jsonl").total == 0


def test_personal_data_is_masked_before_rows_are_stored(tmp_path):
    rows = [{"prompt": f"Write to ann{i}@example.org", "completion": f"ok {i}"} for i in range(5)]
    source = write_jsonl(tmp_path / "up.jsonl", rows)
    plan = SplitPlan(how="none")
    manifest = build_version(source, folder=tmp_path / "v1", splits=plan, mask_personal_data=True)
    assert manifest.masked
    assert {row["prompt"] for row in rows_of(tmp_path / "v1")["train"]} == {"Write to [EMAIL]"}
    assert "example.org" not in (tmp_path / "v1" / "train.jsonl").read_text()
    assert build_version(source, folder=tmp_path / "v2", splits=plan).personal_data["total"] == 5


@pytest.mark.parametrize(
    "settings",
    [
        {"how": "group"},
        {"fractions": {"train": 0.8}},
        {"fractions": {"train": 1.5, "test": -0.5}},
        {"fractions": {"train": 0.5, "other": 0.5}},
        {"how": "magic"},
        {"seed": -1},
    ],
)
def test_a_plan_that_cannot_be_is_refused(settings):
    with pytest.raises(ValidationError):
        SplitPlan(**settings)


@pytest.mark.parametrize("count", [1, 3, 10, 997])
def test_fractions_are_met_to_the_row(count):
    units = [unit_of(7, i) for i in range(count)]
    edges = boundaries(lambda: units, count, [0.8, 0.1, 0.1])
    sizes = Counter(split_places(units, edges))
    assert sizes[0] == round(0.8 * count)
    assert sizes[0] + sizes[1] == round(0.9 * count)


def test_a_split_that_gets_no_row_is_told(tmp_path):
    manifest = build_version(write_jsonl(tmp_path / "up.jsonl", exchanges(2)), folder=tmp_path / "v1")
    assert any("No row fell to" in warning for warning in manifest.warnings)


def test_browse_any_page(tmp_path):
    build_version(
        write_jsonl(tmp_path / "up.jsonl", exchanges(1000)), folder=tmp_path / "v1", splits=SplitPlan(how="none")
    )
    path = tmp_path / "v1" / "train.jsonl"
    page = browse(path, offset=700, limit=3)
    assert [(found.index, found.row["prompt"]) for found in page.rows] == [
        (i, f"question number {i}") for i in (700, 701, 702)
    ]
    assert (page.total, page.next_offset) == (1000, 703)
    assert browse(path, offset=997, limit=50).next_offset is None
    assert browse(path, offset=5000).rows == []
    assert len(browse(path, offset=-3, limit=10_000).rows) == 500


def test_search_goes_through_texts_and_stops_in_time(tmp_path):
    rows = [*exchanges(600), {"prompt": 'Say "Größe"\nin caps', "completion": "GRÖSSE \\ prompt"}]
    build_version(write_jsonl(tmp_path / "up.jsonl", rows), folder=tmp_path / "v1", splits=SplitPlan(how="none"))
    path = tmp_path / "v1" / "train.jsonl"
    assert [found.index for found in browse(path, search="NUMBER 59", limit=3).rows] == [59, 590, 591]
    first = browse(path, search="number 59", limit=2)
    assert browse(path, search="number 59", offset=first.next_offset).rows[0].index == 591
    for words in ('"größe"', "grösse", 'größe"\nin', "\\ prompt"):
        assert [found.index for found in browse(path, search=words).rows] == [600], words
    assert browse(path, search="completion").rows == []
    hurried = browse(path, search="caps", seconds=-1)
    assert hurried.stopped_early
    assert hurried.next_offset == 256
