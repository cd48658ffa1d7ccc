"""Hostile files are answered: with a reason, in bounded time and memory."""

import gzip
import io
import json
import struct
import time
import tracemalloc
import zipfile
import zlib

import pytest

from training.data.check import check_file
from training.data.limits import MIB, Limits

from .files import exchanges, told, write_gzip, write_jsonl, write_zip

LINE = b'{"prompt": "a", "completion": "b"}\n'


def peak_bytes(work):
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def letters_gzip(path, size):
    """A gzip of one row and `size` bytes of one letter, written without holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    blocks = (packer.compress(b"x" * MIB) for _ in range(size // MIB))
    path.write_bytes(b"".join([packer.compress(LINE), *blocks, packer.flush()]))
    return path


def test_a_gzip_bomb_is_refused_by_its_ratio(tmp_path):
    path = letters_gzip(tmp_path / "bomb.jsonl.gz", 80 * MIB)
    reports = []
    assert peak_bytes(lambda: reports.append(check_file(path, limits=Limits(max_line_bytes=MIB)))) < 10 * MIB
    assert told(reports[0])[0] == (None, "zip_bomb")


def test_a_bomb_is_refused_by_its_size(tmp_path):
    path = write_gzip(tmp_path / "big.jsonl.gz", LINE * 50_000)
    report = check_file(path, limits=Limits(max_unpacked_bytes=MIB))
    assert told(report)[0] == (None, "zip_bomb")
    assert not report.usable


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({}, "archive_members"),
        ({"a.jsonl": LINE, "b.jsonl": LINE}, "archive_members"),
        ({"../../etc/cron.d/x": LINE}, "unsafe_name"),
        ({"/etc/passwd": LINE}, "unsafe_name"),
        ({"C:\\rows.jsonl": LINE}, "unsafe_name"),
        ({"..\\rows.jsonl": LINE}, "unsafe_name"),
        ({"rows\x01.jsonl": LINE}, "unsafe_name"),
        ({"inner.gz": gzip.compress(LINE)}, "archive_members"),
        ({"rows.jsonl": b""}, "empty_file"),
        ({"": LINE}, "unsafe_name"),
        ({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}, "binary_file"),
    ],
)
def test_archives_that_are_not_one_file(tmp_path, members, reason):
    assert told(check_file(write_zip(tmp_path / "rows.zip", members))) == [(None, reason)]


def test_what_a_mac_adds_to_an_archive_is_passed_over(tmp_path):
    members = {
        "folder/": b"",
        "folder/rows.jsonl": LINE,
        "__MACOSX/folder/._rows.jsonl": b"x",
        "folder/.DS_Store": b"x",
    }
    assert check_file(write_zip(tmp_path / "rows.zip", members)).rows_kept == 1


def test_a_zip_with_a_huge_list_of_files_is_not_listed(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(15_000):
            archive.writestr(f"file-{number:040d}", b"")
    path = tmp_path / "many.zip"
    path.write_bytes(buffer.getvalue())
    del buffer
    assert peak_bytes(lambda: check_file(path)) < 5 * MIB
    assert told(check_file(path)) == [(None, "archive_members")]


def test_encrypted_truncated_and_lying_archives(tmp_path):
    whole = write_zip(tmp_path / "rows.zip", {"rows.jsonl": LINE * 1000}).read_bytes()
    cases = {
        "cut.zip": whole[:-40],
        "flagged.zip": _with_encryption_flag(whole),
        "broken.zip": whole[:60] + bytes([whole[60] ^ 0xFF]) + whole[61:],
        "cut.gz": gzip.compress(LINE * 1000)[:-20],
        "tail.gz": gzip.compress(LINE) + b"garbage behind the end",
    }
    for name, content in cases.items():
        path = tmp_path / name
        path.write_bytes(content)
        report = check_file(path)
        assert told(report)[0][1] == "bad_archive", name
        assert not report.usable, name


def _with_encryption_flag(content):
    """Both headers of the only member say that it is encrypted."""
    changed = bytearray(content)
    central = content.index(b"PK\x01\x02")
    for at in (6, central + 8):
        struct.pack_into("<H", changed, at, struct.unpack_from("<H", changed, at)[0] | 1)
    return bytes(changed)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n1 0 obj",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"\x80\x04\x95\x10\x00\x00\x00",
        bytes(range(256)) * 40,
        bytes(5000),
        b"SQLite format 3\0" + bytes(100),
    ],
)
def test_binary_files(tmp_path, content):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    assert told(check_file(path)) == [(None, "binary_file")]


def test_files_that_hold_nothing(tmp_path):
    for name, content, reason in (
        ("a.jsonl", b"", "empty_file"),
        ("b.jsonl", b"\n \n", "no_rows"),
        ("c.csv", b"prompt,completion\n", "no_rows"),
        ("d.json", b"\xef\xbb\xbf", "no_rows"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert [reason_ for _, reason_ in told(check_file(path))] == [reason], name
    assert told(check_file(tmp_path / "nowhere.csv")) == [(None, "missing_file")]
    assert told(check_file(tmp_path)) == [(None, "missing_file")]


def test_utf16_without_its_mark_and_utf32(tmp_path):
    for name, encoding in (("a.jsonl", "utf-16-le"), ("b.jsonl", "utf-32")):
        path = tmp_path / name
        path.write_bytes((LINE * 50).decode().encode(encoding))
        assert told(check_file(path)) == [(1, "wrong_encoding")]


def test_a_file_past_the_upload_limit(tmp_path):
    path = write_jsonl(tmp_path / "rows.jsonl", exchanges(100))
    assert told(check_file(path, limits=Limits(max_file_bytes=1000))) == [(None, "too_large")]
    assert told(check_file(path, limits=Limits(max_rows=10)))[0] == (11, "too_many_rows")


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.csv", "rows.txt", "rows.json"])
def test_a_line_of_100_mb_costs_one_fault_and_no_memory(tmp_path, name):
    path = tmp_path / name
    before, around = {
        "rows.jsonl": (LINE, b'{"prompt": "%s", "completion": "b"}\n'),
        "rows.csv": (b"prompt,completion\na,b\n", b"%s,b\n"),
        "rows.txt": (b"first line\n", b"%s\n"),
        "rows.json": (b"[" + LINE + b",", b'{"prompt": "%s", "completion": "b"},\n'),
    }[name]
    left, right = around.split(b"%s")
    with path.open("wb") as file:
        file.write(before + left)
        for _ in range(100):
            file.write(b"x" * MIB)
        file.write(right + {"rows.csv": b"z,b\n", "rows.txt": b"z\n"}.get(name, LINE.replace(b"a", b"z")))
        file.write(b"]" if name == "rows.json" else b"")
    limits = Limits(max_line_bytes=MIB)
    reports = []
    assert peak_bytes(lambda: reports.append(check_file(path, limits=limits))) < 8 * MIB
    assert [reason for _, reason in told(reports[0])] == ["line_too_long"]
    assert told(reports[0])[0][0] in (2, 3)
    assert reports[0].rows_kept == 2


def nested(depth):
    return '{"prompt": ' + "[" * depth + "]" * depth + ', "completion": "b"}'


def test_deep_nesting_and_huge_numbers_are_one_fault_each(tmp_path):
    rows = [
        {"prompt": "a", "completion": "b"},
        nested(33),
        nested(100_000),
        '{"a":' * 100_000,
        "[" * 1_000_000,
        '{"prompt": 1' + "0" * 5000 + "}",
        '{"prompt": 1e999, "completion": "b"}',
        '{"prompt": NaN, "completion": "b"}',
        '{"prompt": "a", "prompt": "b", "completion": "c"}',
        '{"prompt": [' + "{}," * 200_000 + '{}], "completion": "b"}',
        '["prompt"]',
        "3",
        "null",
    ]
    report = check_file(write_jsonl(tmp_path / "rows.jsonl", rows))
    assert [reason for _, reason in told(report)] == [
        *["too_deep"] * 4,
        *["bad_number"] * 3,
        "duplicate_key",
        "too_deep",
        *["not_an_object"] * 3,
    ]


def test_brackets_in_a_text_are_not_nesting(tmp_path):
    row = {"prompt": "[[{{" * 5000 + '\\"', "completion": "}]"}
    assert check_file(write_jsonl(tmp_path / "rows.jsonl", [row])).rows_kept == 1


def test_a_deep_list_as_the_whole_file(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text("[" * 100_000 + "]" * 100_000)
    assert (1, "too_deep") in told(check_file(path))


def test_messages_in_a_cell_are_bounded_as_well(tmp_path):
    path = tmp_path / "rows.csv"
    good = '"[{""role"": ""user"", ""content"": ""x""}, {""role"": ""assistant"", ""content"": ""y""}]"\n'
    deep = '"' + "[" * 5000 + '{""role"": ""user"", ""content"": ""x""}' + "]" * 5000 + '"'
    path.write_text("messages\n" + good + good.replace("x", "z") + deep + "\n")
    assert told(check_file(path)) == [(4, "mixed_types")]


def test_fault_details_are_bounded_and_all_are_counted(tmp_path):
    path = write_jsonl(tmp_path / "rows.jsonl", [*exchanges(3), *["nope"] * 1000])
    report = check_file(path)
    assert (len(report.faults.items), report.faults.total, report.rows_kept) == (200, 1000, 3)


def test_memory_does_not_grow_with_the_rows(tmp_path):
    """Five times the rows, the same peak: nothing is kept a row."""

    def peak(count):
        path = tmp_path / f"{count}.jsonl"
        with path.open("w") as file:
            for i in range(count):
                file.write(json.dumps({"prompt": f"question {i} " + "word " * 50, "completion": f"answer {i}"}) + "\n")
        return peak_bytes(lambda: check_file(path))

    small, large = peak(600), peak(3000)
    assert large < small + MIB


def test_names_of_columns_and_values_cannot_flood_a_report(tmp_path):
    row = {"prompt": "a", "completion": "b", "x" * 100_000: "y" * 100_000}
    report = check_file(write_jsonl(tmp_path / "rows.jsonl", [row] * 3))
    assert len(json.dumps(report.to_json())) < 200_000


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "1 " * 100_000, "1-" * 100_000, "a@" * 100_000, "a.b@" + "c." * 99_000]
)
def test_long_texts_take_little_time(tmp_path, text):
    """No pattern that looks for personal data, and no normalisation, goes back over what it has seen."""
    path = write_jsonl(tmp_path / "rows.jsonl", [{"prompt": text[:199_000], "completion": "b"}])
    started = time.process_time()
    assert check_file(path).rows_kept == 1
    assert time.process_time() - started < 3


def test_a_parquet_bomb_of_one_text_repeated_by_number(tmp_path):
    """16 GB of text in a small file: one value of 4 MB, stored once, that every row points to."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = 4096
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["x" * 4 * MIB]))
    path = tmp_path / "bomb.parquet"
    pq.write_table(pa.table({"prompt": texts, "completion": ["a"] * rows}), path, store_schema=False)
    report = check_file(path, limits=Limits(max_line_bytes=MIB))
    assert (report.rows_kept, report.faults.by_reason["line_too_long"]) == (0, rows)
    assert pa.default_memory_pool().max_memory() < 200 * MIB
