"""Every format, packed or not, gives the same rows; lines are told as an editor counts them."""

import gzip
import json

import pytest

from training.data.check import check_file
from training.data.limits import Limits

from .files import exchanges, told, write_gzip, write_jsonl, write_zip

ROWS = [{"question": "What, if any?", "answer": 'A "quoted"\nanswer'}, {"question": "Größe?", "answer": "日本"}]


def csv_of(rows, delimiter=","):
    cells = [list(rows[0]), *[list(row.values()) for row in rows]]
    return "".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in line) + "\r\n" for line in cells)


def content(kind):
    if kind == "jsonl":
        return "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS)
    if kind == "json":
        return json.dumps(ROWS, indent=2)
    if kind == "wrapped.json":
        return json.dumps({"data": ROWS})
    if kind == "pretty.json":
        return "\n".join(json.dumps(row, indent=4) for row in ROWS)
    return csv_of(ROWS, {"csv": ",", "tsv": "\t", "semicolon.csv": ";"}[kind])


KINDS = ["jsonl", "json", "wrapped.json", "pretty.json", "csv", "tsv", "semicolon.csv"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_text_format_in_each_encoding(tmp_path, kind, encoding):
    path = tmp_path / f"rows.{kind}"
    path.write_bytes(content(kind).encode(encoding))
    report = check_file(path)
    assert told(report) == []
    assert report.sample == [{"prompt": row["question"], "completion": row["answer"]} for row in ROWS]


@pytest.mark.parametrize("kind", KINDS)
def test_the_content_counts_and_not_the_name(tmp_path, kind):
    path = tmp_path / "upload.bin"
    path.write_text(content(kind), encoding="utf-8", newline="")
    assert check_file(path).rows_kept == 2


@pytest.mark.parametrize("pack", [write_gzip, lambda path, data: write_zip(path, {"folder/rows.csv": data})])
@pytest.mark.parametrize("kind", KINDS)
def test_packed_files(tmp_path, kind, pack):
    report = check_file(pack(tmp_path / "rows.packed", content(kind).encode()), name="rows.gz")
    assert (report.rows_kept, report.packed is not None) == (2, True)


def parquet(path, columns):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table(columns), path, row_group_size=2)
    return path


def test_parquet_plain_and_packed(tmp_path):
    messages = [[{"role": "user", "content": f"q{i}"}, {"role": "assistant", "content": "a"}] for i in range(5)]
    path = parquet(tmp_path / "rows.parquet", {"messages": messages, "id": list(range(5))})
    report = check_file(path)
    assert (report.format, report.rows_kept) == ("parquet", 5)
    assert report.sample[4] == {"messages": messages[4]}
    assert check_file(write_gzip(tmp_path / "rows.gz", path.read_bytes())).rows_kept == 5


def test_parquet_faults_have_row_numbers(tmp_path):
    path = parquet(tmp_path / "rows.parquet", {"prompt": ["a", None, "c"], "completion": ["x", "y", "z"]})
    assert told(check_file(path)) == [(2, "empty_field")]


def test_parquet_that_is_damaged_or_holds_bytes(tmp_path):
    path = parquet(tmp_path / "rows.parquet", {"prompt": ["a"] * 100, "completion": ["x"] * 100})
    path.write_bytes(path.read_bytes()[:-30])
    assert told(check_file(path)) == [(None, "bad_parquet")]
    held = parquet(tmp_path / "bytes.parquet", {"prompt": [b"\xff"], "completion": ["x"]})
    assert told(check_file(held)) == [(None, "no_rows"), (1, "mixed_types")]
    named = tmp_path / "text.parquet"
    named.write_text('{"prompt": "a", "completion": "b"}\n')
    assert told(check_file(named)) == [(None, "bad_parquet")]


def test_plain_text_is_one_row_a_line(tmp_path):
    path = tmp_path / "book.txt"
    path.write_text("First, a line.\n\nThen another, longer one.\n")
    report = check_file(path)
    assert (report.format, report.sample) == (
        "text",
        [{"text": "First, a line."}, {"text": "Then another, longer one."}],
    )


def test_json_faults_have_the_line_of_the_row(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text(
        '[\n {"prompt": "a", "completion": "b"},\n\n'
        ' {"prompt": "c",\n  "completion": }, 7,\n'
        ' {"prompt": "d, ] } \\" [", "completion": "e"}\n]\n'
    )
    report = check_file(path)
    assert told(report) == [(4, "bad_json"), (5, "not_an_object")]
    assert report.sample[1] == {"prompt": 'd, ] } " [', "completion": "e"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"prompt": "a", "completion": "b"}', "bad_json"),
        ('[{"prompt": "a", "completion": "b"}] {"prompt": "c", "completion": "d"}', "bad_json"),
        ('{"data": [{"prompt": "a", "completion": "b"}], "test": []}', "bad_json"),
        ("[]", "no_rows"),
        ("[\n\n]\n", "no_rows"),
    ],
)
def test_lists_that_end_wrongly(tmp_path, text, reason):
    path = tmp_path / "rows.json"
    path.write_text(text)
    assert [found for _, found in told(check_file(path))] == [reason]


def test_rows_across_chunk_borders(tmp_path):
    """Longer than a read: escapes, brackets and quotes fall on every side of the border."""
    rows = [{"prompt": f'{i} \\" [{{' + "x\\" * (i % 7) + "é" * (i % 5), "completion": "]}" * 60} for i in range(6_000)]
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    assert path.stat().st_size > 3 * 256 * 1024
    report = check_file(path)
    assert (report.rows_kept, report.faults.total) == (6_000, 0)


def test_csv_faults_have_the_line_where_the_record_starts(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text('prompt,completion\n"two\nlines",b\nonly one\na,b,c\n\nlast,one\n')
    report = check_file(path)
    assert told(report) == [(4, "bad_csv"), (5, "bad_csv")]
    assert report.rows_kept == 2


def test_csv_that_opens_a_quote_and_never_closes_it(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text('prompt,completion\na,b\n"open,c\n' + "d,e\n" * 5000 + "f,g\n")
    report = check_file(path, limits=Limits(max_line_bytes=4096))
    assert told(report)[0] == (3, "line_too_long")
    assert report.rows_kept >= 2


@pytest.mark.parametrize("header", ["prompt,prompt\na,b\n", ",".join(f"c{i}" for i in range(1500)) + "\n1\n"])
def test_bad_headers(tmp_path, header):
    path = tmp_path / "rows.csv"
    path.write_text(header)
    assert told(check_file(path)) == [(1, "bad_header")]


def test_a_file_without_a_header_is_pointed_out(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("How are you,fine\nWhat is it,a test\n")
    assert any("taken as the header: How are you, fine" in warning for warning in check_file(path).warnings)


def test_old_line_ends_are_named(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"question,answer\rq1,a1\r")
    report = check_file(path)
    assert told(report) == [(1, "bad_header")]
    assert "CR alone" in report.faults.items[0].message


def test_lines_in_another_encoding_are_told_and_passed_over(tmp_path):
    for name, rows in (
        ("rows.jsonl", [b'{"prompt": "a", "completion": "b"}', b'{"prompt": "\xfc", "completion": "b"}']),
        ("rows.csv", [b"prompt,completion", b"caf\xe9,b"]),
        ("rows.txt", [b"hello there", b"caf\xe9"]),
    ):
        path = tmp_path / name
        path.write_bytes(b"\n".join([*rows, rows[0].replace(b"a", b"z")]) + b"\n")
        assert (2, "wrong_encoding") in told(check_file(path)), name


def test_a_whole_gzip_of_several_parts(tmp_path):
    lines = [json.dumps(row).encode() + b"\n" for row in exchanges(2)]
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(lines[0]) + gzip.compress(lines[1]))
    assert check_file(path).rows_kept == 2


def test_blank_lines_and_windows_ends(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'\r\n{"prompt": "a", "completion": "b"}\r\n   \r\nnope\r\n')
    report = check_file(path)
    assert (report.rows_kept, told(report)) == (1, [(4, "bad_json")])


def test_report_is_plain_json(tmp_path):
    report = check_file(write_jsonl(tmp_path / "rows.jsonl", [*exchanges(60), "{", {"prompt": "x"}]))
    shown = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert (shown["form"], shown["rows_total"], shown["rows_kept"]) == ("prompt_completion", 62, 60)
    assert shown["faults"][0]["line"] == 61
    assert shown["faults_by_reason"] == {"bad_json": 1, "missing_field": 1}
    assert shown["mapping"]["columns"] == {"prompt": "prompt", "completion": "completion"}
    assert shown["sample_raw"][0] == {"prompt": "question number 0", "completion": "answer 0"}
