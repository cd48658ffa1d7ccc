"""The models prepared on this machine, and how a spec's name finds one; `known_models` has those the product knows.

Torch-free: it reads `config.json` and the headers of safetensors files only.
"""

import hashlib
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .faults import BadSpec
from .home import models_folder
from .known_models import DEFAULT_MODEL, KNOWN_MODELS, KnownModel, Shape, WheelSource

__all__ = [
    "DEFAULT_MODEL",
    "KNOWN_MODELS",
    "ORIGIN_FILE",
    "KnownModel",
    "ModelAtHand",
    "Shape",
    "WheelSource",
    "check_folder",
    "count_parameters",
    "describe",
    "digest_of_files",
    "is_hub_id",
    "is_whole_model",
    "locate",
    "model_digest",
    "models_at_hand",
    "prepared_folder",
    "read_origin",
    "shape_of",
]

ORIGIN_FILE = "origin.json"
"""In a prepared folder: where its files came from, and their digest."""

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_PREPARED_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_LOADED_FILES = re.compile(r".*\.safetensors|.*\.json|.*\.jinja|merges\.txt|vocab\.txt|tokenizer\.model")


@dataclass(frozen=True)
class ModelAtHand:
    """A model whose files lie on this machine. `bytes` is the size of its weights."""

    name: str
    title: str
    folder: Path
    licence: str
    source: str
    digest: str
    architecture: str
    shape: Shape
    bytes: int


def models_at_hand() -> list[ModelAtHand]:
    """The prepared models, by name. A folder that is not a whole model is left out."""
    folders = (folder for folder in sorted(models_folder().iterdir()) if _PREPARED_NAME.fullmatch(folder.name))
    return [describe(folder) for folder in folders if is_whole_model(folder)]


def describe(folder: Path) -> ModelAtHand:
    """What a model's folder says of itself. Raises `BadSpec` if it is not a whole model."""
    check_folder(folder)
    origin = read_origin(folder)
    config = _read_config(folder)
    known = KNOWN_MODELS.get(folder.name)
    return ModelAtHand(
        name=folder.name,
        title=known.title if known else str(origin.get("title") or folder.name),
        folder=folder,
        licence=known.licence if known else str(origin.get("licence", "")),
        source=str(origin.get("source", "local folder")),
        digest=str(origin.get("digest", "")),
        architecture=str((config.get("architectures") or [""])[0]),
        shape=shape_of(folder),
        bytes=sum(file.stat().st_size for file in folder.glob("*.safetensors")),
    )


def locate(name: str) -> Path:
    """The folder of safetensors that a spec's `model` means.

    `name` is a prepared model's name, a hub id that was prepared, or a local folder. Raises `BadSpec`,
    with what to do, where there is none; it never asks the network.
    """
    prepared = prepared_folder(name)
    if prepared is not None and is_whole_model(prepared):
        return prepared
    folder = Path(name).expanduser()
    if folder.is_dir():
        check_folder(folder)
        return folder.resolve()
    raise _not_found(name)


def prepared_folder(name: str) -> Path | None:
    """Where `prepare(name)` puts a model, whether it is there or not; None if `name` can only be a path."""
    if name in KNOWN_MODELS:
        return models_folder() / name
    for known in KNOWN_MODELS.values():
        if known.hub_id.lower() == name.lower():
            return models_folder() / known.name
    if _PREPARED_NAME.fullmatch(name):
        return models_folder() / name
    if is_hub_id(name):
        return models_folder() / name.replace("/", "--")
    return None


def is_hub_id(name: str) -> bool:
    """Whether `name` has the form `owner/model` and is no folder here."""
    return bool(_HUB_ID.fullmatch(name)) and not Path(name).exists()


def is_whole_model(folder: Path) -> bool:
    """Whether the folder holds a configuration and all its weights as safetensors."""
    try:
        check_folder(folder)
    except BadSpec:
        return False
    return True


def check_folder(folder: Path) -> None:
    """Raise `BadSpec` unless the folder holds a configuration and all its weights as safetensors."""
    if not (folder / "config.json").is_file():
        adapter = (folder / "adapter_config.json").is_file()
        raise BadSpec(
            f"{folder} is not a model",
            why="It holds an adapter, not a whole model." if adapter else "It has no config.json.",
            remedy="Name the base model as model and this folder as adapter." if adapter else _REMEDY_FOLDER,
        )
    missing = [file.name for file in _weight_files(folder) if not file.is_file()]
    if missing:
        pickled = any(folder.glob("*.bin")) or any(folder.glob("*.pt"))
        why = (
            "Only safetensors are read; pickled weights can run code." if pickled else "Part of its weights is missing."
        )
        raise BadSpec(
            f"{folder} lacks {', '.join(missing[:3])}",
            why=why,
            remedy=_REMEDY_FOLDER,
        )


_REMEDY_FOLDER = "Name a folder that has config.json, the tokenizer's files and *.safetensors."


def shape_of(folder: Path) -> Shape:
    """The sizes of the model in `folder`, from its configuration and the headers of its weights."""
    config = _read_config(folder)
    heads = int(config.get("num_attention_heads") or 1)
    return Shape(
        parameters=count_parameters(folder),
        layers=int(config.get("num_hidden_layers") or 0),
        hidden_size=int(config.get("hidden_size") or 0),
        intermediate_size=int(config.get("intermediate_size") or 0),
        attention_heads=heads,
        key_value_heads=int(config.get("num_key_value_heads") or heads),
        vocabulary=int(config.get("vocab_size") or 0),
        context_tokens=int(config.get("max_position_embeddings") or 0),
        tied_embeddings=bool(config.get("tie_word_embeddings", True)),
    )


def count_parameters(folder: Path) -> int:
    """Elements of all tensors, read from the files' headers (8 bytes of length, then JSON)."""
    total = 0
    for file in _weight_files(folder):
        with file.open("rb") as opened:
            header = json.loads(opened.read(int.from_bytes(opened.read(8), "little")))
        total += sum(math.prod(entry["shape"]) for name, entry in header.items() if name != "__metadata__")
    return total


def model_digest(folder: Path) -> str:
    """sha256 over the names and contents of the files that loading reads; kept in `origin.json` when prepared."""
    kept = read_origin(folder).get("digest")
    return str(kept) if kept else digest_of_files(folder)


def digest_of_files(folder: Path) -> str:
    """sha256 over the sorted lines `<sha256 of the file>  <name>` of the files that loading reads."""
    lines = []
    for file in sorted(folder.iterdir()):
        if file.is_file() and file.name != ORIGIN_FILE and _LOADED_FILES.fullmatch(file.name):
            with file.open("rb") as opened:
                lines.append(f"{hashlib.file_digest(opened, 'sha256').hexdigest()}  {file.name}\n")
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def read_origin(folder: Path) -> dict[str, Any]:
    """`origin.json`, empty where the folder has none."""
    file = folder / ORIGIN_FILE
    return _read_object(file) if file.is_file() else {}


def _not_found(name: str) -> BadSpec:
    if name in KNOWN_MODELS:
        return BadSpec(
            f"The model {name} is not prepared on this machine",
            why="Its files are fetched once, before jobs use it.",
            remedy=f"Run `python -m training prepare {name}`.",
        )
    if is_hub_id(name):
        return BadSpec(
            f"There is no folder {name} here, and no prepared model of that name",
            why="If it is a Hugging Face id, its files are fetched once, before jobs use it.",
            remedy=f"Run `python -m training prepare {name}`, or correct the path of the folder.",
        )
    at_hand = ", ".join(model.name for model in models_at_hand()) or "none yet"
    return BadSpec(
        f"There is no model {name}",
        why=f"It is neither a prepared model (at hand: {at_hand}) nor a folder on this machine.",
        remedy=f"Known models: {', '.join(KNOWN_MODELS)}. A Hugging Face id reads owner/model.",
    )


def _weight_files(folder: Path) -> list[Path]:
    """The safetensors files that the folder should have: those of its index, else the one usual name."""
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        names = set(_read_object(index).get("weight_map", {}).values())
        return [folder / Path(str(name)).name for name in sorted(names)]
    return [folder / "model.safetensors"]


def _read_config(folder: Path) -> dict[str, Any]:
    return _read_object(folder / "config.json")


def _read_object(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadSpec(f"{file} cannot be read", why=str(error), remedy=_REMEDY_FOLDER) from error
    if not isinstance(content, dict):
        raise BadSpec(f"{file} cannot be read", why="It is not a JSON object.", remedy=_REMEDY_FOLDER)
    return content
