"""Personal data, normalisation, statistics, exports."""

import csv
import io

import pytest

from training.data.export import csv_lines, safe_cell
from training.data.normal import input_text, normalised
from training.data.personal import Kind, PersonalData, mask, mask_row, passes_iban, passes_luhn, starred
from training.data.stats import Statistics, estimated_tokens, token_counter


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to ann.lee+x@mail.example.co.uk.", "Write to [EMAIL]."),
        ("<bob@example.org>, eve@test.io", "<[EMAIL]>, [EMAIL]"),
        ("Card 4111 1111 1111 1111 expires", "Card [CARD] expires"),
        ("Card 5500-0000-0000-0004.", "Card [CARD]."),
        ("378282246310005", "[CARD]"),
        ("IBAN DE89 3704 0044 0532 0130 00, thanks", "IBAN [IBAN], thanks"),
        ("GB82WEST12345698765432", "[IBAN]"),
        ("SSN 219-09-9999 on file", "SSN [SSN] on file"),
        ("Call (212) 555-0188 or 212-555-0188", "Call [PHONE] or [PHONE]"),
        ("Call +49 30 901820 or +1 212 555 0188 now", "Call [PHONE] or [PHONE] now"),
        ("Account no: 123456789 is closed", "[ACCOUNT] is closed"),
        ("MRN 00123456", "[ACCOUNT]"),
    ],
)
def test_personal_data_is_masked(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "ICD-10 codes S72.001A, M54.5, O09.523, Z3A.20 and T36.0X1A",
        "Codes 250.00, 401.9 and V58.61; CPT 99213-25; NDC 0002-8215-01",
        "SNOMED 73211009 and LOINC 2345-7",
        "The sum 1234567890123456 + 1 and 4111 1111 1111 1112",
        "3.14159265358979 and 1,234,567,890,123",
        "From 2026-11-22 to 2027-01-31, 12:30:45",
        "Between 1990-2000 and 2001-2010, pages 100-200-3000",
        "000-12-3456, 666-12-3456, 912-12-3456, 123-00-4567",
        "Order 12-34-56, IP 192.168.100.200, version 10.20.300.4000",
        "DE00 3704 0044 0532 0130 00 has wrong check digits",
        "@mention, a@b, user@host and 5 @ 3",
        "0000 0000 0000 0000",
        "Calculate -1515 / 5 + -( -2842 * -5436 ) * -6892.",
        "Blood pressure 120/80, pulse 72, 37.5 C, 5-10-15 mg",
    ],
)
def test_codes_sums_and_dates_are_not_personal_data(text):
    assert mask(text) == text


def test_checksums():
    """By hand: 79927398713 is the worked example of ISO/IEC 7812-1; the IBAN is that of ISO 13616's register."""
    assert passes_luhn("79927398713")
    assert not passes_luhn("79927398710")
    assert passes_iban("GB82 WEST 1234 5698 7654 32")
    assert not passes_iban("GB82 WEST 1234 5698 7654 33")
    assert not passes_iban("GB82")


def test_the_report_counts_by_kind_and_leaks_nothing():
    personal = PersonalData()
    for line in range(1, 11):
        row = {"prompt": [{"role": "user", "content": "I am jo.smith@example.org"}], "completion": "4111111111111111"}
        personal.add(line, row)
    personal.add(11, {"prompt": "nothing", "completion": "here 12"})
    shown = personal.to_json()
    assert personal.counts == {Kind.EMAIL: 10, Kind.CARD: 10}
    assert (shown["total"], shown["rows"]) == (20, 10)
    assert shown["kinds"]["email"]["examples"][0] == {"line": 1, "shown": "j*.*****@*******.*rg"}
    assert len(shown["kinds"]["card"]["examples"]) == 5
    assert "smith" not in str(shown)
    assert "4111" not in str(shown)
    assert starred("abc") == "a**"


def test_rows_are_masked_in_every_text():
    row = {"prompt": [{"role": "user", "content": "a@b.org"}], "completion": "c@d.org", "label": True}
    assert mask_row(row) == {
        "prompt": [{"role": "user", "content": "[EMAIL]"}],
        "completion": "[EMAIL]",
        "label": True,
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello,   World!", "hello world"),
        ("ICD-10 code", "icd 10 CODE"),
        ("ﬁne ½", "FINE 1⁄2"),
        ("Straße", "STRASSE"),
        ("a_b", "a b"),
        ("What is 3+4 ?", "what is 3 + 4"),
        ("- a bullet", "a bullet"),
        ("Is **bold** (or not)?", "is bold or not"),
    ],
)
def test_texts_that_are_the_same_when_normalised(one, other):
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3 + 4", "3 - 4"),
        ("3*4", "3/4"),
        ("2 * (x - 1)", "2 * (x + 1)"),
        ("7 + -3", "7 + 3"),
        ("What is -5 + 3?", "What is 5 + 3?"),
        ("x - 3 = 2", "x + 3 = 2"),
        ("a < b", "a > b"),
        ("35", "3.5"),
        ("é", "e"),
    ],
)
def test_texts_that_stay_different(one, other):
    assert normalised(one) != normalised(other)


def test_the_input_of_a_row_leaves_out_system_and_answer():
    turns = [{"role": r, "content": r} for r in ("system", "user", "assistant")]
    assert input_text({"messages": turns}) == "user"
    assert input_text({"prompt": turns[:2], "completion": turns[2:]}) == "user"
    assert input_text({"text": "t"}) == "t"
    assert input_text({"chosen": "c", "rejected": "r"}) == "c\nr"


def test_statistics_by_hand():
    statistics = Statistics(lambda text: len(text.split()))
    for words, label in ((10, "x"), (20, "x"), (30, "y"), (5000, "y")):
        for _ in range(5):
            statistics.add({"prompt": "w " * (words - 1), "completion": label})
    shown = statistics.to_json()
    assert shown["rows"] == 20
    assert shown["labels"] == {"x": 10, "y": 10}
    assert shown["tokens"]["estimated"] is False
    assert shown["tokens"]["mean"] == 1265.0
    assert shown["tokens"]["median"] == 20
    assert shown["tokens"]["longest"] == 4992
    counts = {bucket["from"]: bucket["rows"] for bucket in shown["tokens"]["histogram"] if bucket["rows"]}
    assert counts == {8: 5, 16: 5, 24: 5, 4096: 5}


def test_free_answers_are_not_labels():
    statistics = Statistics()
    for i in range(300):
        statistics.add({"prompt": "q", "completion": f"answer {i}"})
    assert statistics.to_json()["labels"] == {}
    assert statistics.to_json()["tokens"]["estimated"] is True
    assert estimated_tokens("éééé") == 3


def test_tokens_by_a_model_s_tokenizer(tmp_path):
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"heart": 0, "attack": 1, "?": 2}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    assert token_counter(tmp_path / "tokenizer.json")("heart attack unknown") == 3


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "  =1", "\r=1", "＝1"])
def test_formulas_are_defused(cell):
    assert safe_cell(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["plain", "-5", "+4.5e3", "", "a=b", "é"])
def test_plain_cells_stay(cell):
    assert safe_cell(cell) == cell


def test_export_reads_back():
    rows = [{"prompt": "=1", "completion": [{"role": "assistant", "content": 'a "b",\nc'}]}, {"prompt": "x\0y"}]
    read = list(csv.reader(io.StringIO("".join(csv_lines(rows)), newline="")))
    assert read[0] == ["prompt", "completion"]
    assert read[1] == ["'=1", '[{"role": "assistant", "content": "a \\"b\\",\\nc"}]']
    assert read[2] == ["xy", ""]
    assert list(csv_lines([], ["a", "=b"])) == ["a,'=b\r\n"]
