"""Whatever the bytes, and wherever a read ends: the same rows, or a fault, never an exception."""

import gzip
import json
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from training.data.check import check_file
from training.data.jsonio import ElementSplitter, lines
from training.data.normal import normalised
from training.data.personal import mask

from .files import exchanges, write_zip

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(['"', "\\", "[", "]", "{,}", "\n"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def chunks_of(content, size):
    return [content[at : at + size] for at in range(0, len(content), size)]


@given(
    rows=st.lists(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), min_size=1, max_size=6),
    size=st.integers(1, 40),
    indent=st.sampled_from([None, 1]),
    ascii_only=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_elements_are_those_of_a_json_parser(rows, size, indent, ascii_only):
    listed = json.dumps(rows, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    follow = b"\n".join(json.dumps(row, indent=indent).encode() for row in rows)
    # the reader's first chunk is its head, which holds the opening bracket
    found = list(ElementSplitter(chunks_of(listed, size), 1 << 20, in_array=True).elements())
    assert [json.loads(content.decode("utf-8", "surrogatepass")) for _, content in found] == rows
    after = list(ElementSplitter(chunks_of(follow, size), 1 << 20, in_array=False).elements())
    assert [json.loads(content) for _, content in after] == rows


@given(content=st.binary(max_size=200).map(lambda data: data.replace(b"\r", b"")), size=st.integers(1, 50))
def test_lines_are_the_same_wherever_a_read_ends(content, size):
    whole = content.split(b"\n")
    whole = whole[:-1] if whole[-1] == b"" else whole
    assert list(lines(chunks_of(content, size), 1000)) == list(enumerate(whole, 1))


def seeds():
    rows = exchanges(30)
    jsonl = "".join(json.dumps(row) + "\n" for row in rows).encode()
    table = "prompt,completion\n" + "".join(f'"{row["prompt"]}",{row["completion"]}\n' for row in rows)
    chat = [
        {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": str(i)}]} for i in range(9)
    ]
    return {
        "rows.jsonl": jsonl,
        "rows.json": json.dumps(chat, indent=1).encode(),
        "rows.csv": table.encode(),
        "rows.gz": gzip.compress(jsonl),
        "wide.jsonl": jsonl.decode().encode("utf-16"),
    }


@pytest.mark.parametrize("name", [*seeds(), "rows.zip", "rows.parquet"])
def test_damaged_files_are_answered(tmp_path, name):
    path = tmp_path / name
    if name == "rows.zip":
        good = write_zip(path, {"rows.jsonl": seeds()["rows.jsonl"]}).read_bytes()
    elif name == "rows.parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(exchanges(30)), path)
        good = path.read_bytes()
    else:
        good = seeds()[name]
    rng = random.Random(name)
    for _ in range(40):
        damaged = bytearray(good)
        for _ in range(rng.choice([1, 2, 10])):
            at = rng.randrange(len(damaged))
            damaged[at : at + rng.choice([0, 1, 5])] = rng.choice([b"", b"\0", b'"', b"\xff", b"{", b"]", b"\n", b"\\"])
        path.write_bytes(damaged[: rng.randrange(1, len(damaged))] if rng.random() < 0.2 else damaged)
        report = check_file(path)
        json.dumps(report.to_json(), allow_nan=False)
        assert report.rows_kept <= report.rows_total


@example(text="0<.")
@example(text="0<(")
@example(text="3 - (4 + 5) = x")
@given(text=st.text(st.characters(max_codepoint=127), max_size=200))
def test_normalising_twice_changes_nothing_more(text):
    assert normalised(normalised(text)).replace(" ", "") == normalised(text).replace(" ", "")


@given(text=st.text(max_size=200) | st.from_regex(r"[\d .()@+-]{0,60}", fullmatch=True))
def test_masking_twice_changes_nothing_more(text):
    assert mask(mask(text)) == mask(text)
