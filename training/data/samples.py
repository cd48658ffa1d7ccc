"""The sample datasets that come with the product, made from installed packages: nothing is fetched.

Both are made to the same rows every time and stored as any upload is, with a manifest.
"""

import importlib.util
import random
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .canonical import Row
from .forms import ColumnMapping, Form
from .manifest import MANIFEST, Manifest
from .normal import normalised
from .store import build_version
from .writing import encoded

SplitRows = Mapping[str, list[Row]]
"""Canonical rows by split."""

ICD_FILE = "data/icd10c-tabular-April-1-2026.xml"
DEPARTMENTS: Mapping[str, str] = {
    "2": "cancer",
    "6": "nervous",
    "7": "eye",
    "9": "heart",
    "11": "digestive",
    "13": "bone",
    "15": "pregnancy",
    "19": "injury",
}
"""Chapter of ICD-10-CM to the label of the sample. Single common words, so that a small model knows them."""
_CODING_ROWS = {"test": 300, "validation": 200, "train": 1600}
_CODING_SHARES = {"test": 0.2, "validation": 0.15}
_WORD_PROBLEM_ROWS = {"test": 300, "validation": 200, "train": 1600}
GENERATORS: Mapping[str, tuple[int, Mapping[str, Any]]] = {
    "gsm_symbolic": (4, {}),
    "leg_counting": (2, {"min_animals": 2, "max_animals": 4, "max_instances": 9}),
    "chain_sum": (2, {"min_terms": 2, "max_terms": 4, "min_digits": 1, "max_digits": 2}),
    "simple_equations": (1, {"min_terms": 2, "max_terms": 3, "max_value": 50}),
}
"""Generator of reasoning-gym to its share of the rows and its settings."""


@dataclass(frozen=True)
class Sample:
    """A sample dataset: what it is, where its content comes from, under which licence, and how it is made."""

    name: str
    title: str
    summary: str
    task: str
    licence: str
    source: str
    make: Callable[[int], SplitRows]


def medical_coding(seed: int = 0) -> SplitRows:
    """ICD-10-CM diagnosis texts with the department of their chapter, about as many of each.

    Whole 3-character categories go to one split, and a text stands in one split only: the subcodes of a
    category are near-twins, and would otherwise let a model look up its answers.
    """
    rng = random.Random(seed)  # noqa: S311 (sampling, not a secret)
    by_category: dict[tuple[str, str], list[str]] = {}
    for category, label, text in _diagnoses():
        by_category.setdefault((label, category), []).append(text)
    taken: set[str] = set()
    pools: dict[str, dict[str, list[str]]] = {split: {} for split in _CODING_ROWS}
    for label in DEPARTMENTS.values():
        categories = sorted(category for of, category in by_category if of == label)
        rng.shuffle(categories)
        for split, chosen in _shared_out(categories).items():
            texts = sorted({text for category in chosen for text in by_category[label, category]})
            rng.shuffle(texts)
            pools[split][label] = [text for text in texts if not _is_taken(text, taken)]
    return {split: _balanced(pools[split], count, rng) for split, count in _CODING_ROWS.items()}


def _diagnoses() -> Iterator[tuple[str, str, str]]:
    """Category, department and text of each code, read from the package's file.

    The package itself is not imported: it builds its whole tree first, which takes seconds.
    """
    found = importlib.util.find_spec("simple_icd_10_cm")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("simple_icd_10_cm")
    for chapter in ET.parse(Path(found.origin).parent / ICD_FILE).getroot().iter("chapter"):  # noqa: S314 (our own dependency's file)
        label = DEPARTMENTS.get((chapter.findtext("name") or "").strip())
        if label is None:
            continue
        for category in chapter.iterfind("section/diag"):
            for code in category.iter("diag"):
                text = (code.findtext("desc") or "").strip()
                if text:
                    yield category.findtext("name") or "", label, text


def _shared_out(categories: list[str]) -> dict[str, list[str]]:
    """Test and validation get their shares of the categories, train the rest; test comes first."""
    shares, at = {}, 0
    for split, share in _CODING_SHARES.items():
        end = at + max(1, round(share * len(categories)))
        shares[split], at = categories[at:end], end
    return {**shares, "train": categories[at:]}


def _is_taken(text: str, taken: set[str]) -> bool:
    compared = normalised(text)
    if compared in taken:
        return True
    taken.add(compared)
    return False


def _balanced(pool: Mapping[str, list[str]], count: int, rng: random.Random) -> list[Row]:
    """`count` rows with the labels in turn, in random order."""
    texts = [(text, label) for place in range(count) for label in pool for text in pool[label][place : place + 1]]
    chosen = texts[:count]
    rng.shuffle(chosen)
    system = f"Route the diagnosis to one department: {', '.join(DEPARTMENTS.values())}."
    return [_exchange(system, text, label) for text, label in chosen]


def word_problems(seed: int = 0) -> SplitRows:
    """Word problems and small sums with one number as answer, mixed from several generators without repeats."""
    import reasoning_gym

    asked: set[str] = set()
    wanted = sum(_WORD_PROBLEM_ROWS.values())
    shares = sum(share for share, _ in GENERATORS.values())
    rows: list[Row] = []
    for name, (share, settings) in GENERATORS.items():
        count = -(-wanted * share // shares)
        dataset = reasoning_gym.create_dataset(name, size=count * 4, seed=seed, **settings)
        rows += _unrepeated(dataset, count, asked)
    random.Random(seed).shuffle(rows)  # noqa: S311 (sampling, not a secret)
    splits, at = {}, 0
    for split, count in _WORD_PROBLEM_ROWS.items():
        splits[split], at = rows[at : at + count], at + count
    return splits


def _unrepeated(dataset: Any, count: int, asked: set[str]) -> list[Row]:
    """The generator's first `count` problems that have a number as answer and were not asked before."""
    rows: list[Row] = []
    for entry in dataset:
        question, answer = str(entry["question"]).strip(), str(entry["answer"]).strip()
        if not answer.removeprefix("-").replace(".", "", 1).isdigit() or _is_taken(question, asked):
            continue
        rows.append(_exchange("Solve the problem. Answer with the final number only.", question, answer))
        if len(rows) == count:
            break
    return rows


def _exchange(system: str, question: str, answer: str) -> Row:
    return {
        "prompt": [{"role": "system", "content": system}, {"role": "user", "content": question}],
        "completion": [{"role": "assistant", "content": answer}],
    }


SAMPLES: Mapping[str, Sample] = {
    sample.name: sample
    for sample in (
        Sample(
            "medical-coding",
            "Medical coding",
            "Diagnosis texts of ICD-10-CM (2026) with the department of their chapter, 8 labels.",
            "Classify a diagnosis into one of 8 departments.",
            "Content: US public domain (CDC/NCHS). Package: MIT.",
            "simple-icd-10-cm 1.5.0, tabular list of April 1, 2026",
            medical_coding,
        ),
        Sample(
            "word-problems",
            "Word problems",
            "Generated word problems and small sums, each with one number as its checkable answer.",
            "Solve a word problem with a number as answer.",
            "Apache-2.0 (reasoning-gym)",
            "reasoning-gym 0.1, generators " + ", ".join(GENERATORS),
            word_problems,
        ),
    )
}


def write_sample(name: str, folder: str | Path, *, seed: int = 0) -> Manifest:
    """Store the sample `name` as the dataset version in `folder`; one that lies there already is left as it is.

    Raises `KeyError` for a name that is not in `SAMPLES`.
    """
    sample, folder = SAMPLES[name], Path(folder)
    if (folder / MANIFEST).exists():
        return Manifest.read(folder)
    mapping = ColumnMapping(form=Form.PROMPT_COMPLETION, columns={"prompt": "prompt", "completion": "completion"})
    with tempfile.TemporaryDirectory() as temporary:
        files = {}
        for split, rows in sample.make(seed).items():
            files[split] = Path(temporary) / f"{split}.jsonl"
            files[split].write_bytes(b"".join(map(encoded, rows)))
        provenance = {"sample": name, "source": sample.source, "licence": sample.licence, "seed": seed}
        return build_version(
            {split: files[split] for split in ("train", "validation", "test")},
            folder=folder,
            mapping=mapping,
            name=sample.title,
            provenance=provenance,
        )
