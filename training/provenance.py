"""Where a result comes from: spec, data, model, code, libraries and machine. No torch is imported."""

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Mapping
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from .disk import file_digest, folder_digest, size_bytes
from .home import SOURCE_ROOT
from .result import ArtifactFile
from .spec import JobSpec

LIBRARIES = ("torch", "transformers", "peft", "trl", "accelerate", "safetensors", "tokenizers", "numpy")


def provenance(
    spec: JobSpec, *, data: Mapping[str, Path], model_digest: str, adapter: Path | None = None
) -> dict[str, Any]:
    """The record that stands in `result.json`. `data` names each file read, as the spec's field has it."""
    record: dict[str, Any] = {
        "spec_sha256": spec_digest(spec),
        "data_sha256": {field: file_digest(path) for field, path in data.items()},
        "model": spec.model,
        "model_digest": model_digest,
        "code_version": code_version(),
        "libraries": library_versions(),
        "machine": machine(),
    }
    if adapter is not None:
        record["adapter_sha256"] = folder_digest(adapter)
    return record


def spec_digest(spec: JobSpec) -> str:
    """sha256 of the spec as canonical JSON, hexadecimal."""
    plain = json.dumps(spec.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


@lru_cache(maxsize=1)
def code_version() -> str:
    """The package's version, and the commit where the source is a git checkout."""
    try:
        version = metadata.version("uplift")
    except metadata.PackageNotFoundError:
        version = "unknown"
    try:
        done = subprocess.run(
            ["git", "-C", str(SOURCE_ROOT), "rev-parse", "--short=12", "HEAD"],
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return version
    return f"{version}+{done.stdout.strip()}"


def library_versions() -> dict[str, str]:
    """Versions of the libraries that decide the numbers."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, object]:
    """Processor and system; no host name."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "processor": _processor(),
        "cores": os.cpu_count(),
    }


def artifact(folder: Path, path: Path, *, name: str, kind: str) -> ArtifactFile:
    """The record of a file or folder that the job in `folder` leaves at `path`."""
    return ArtifactFile(
        name=name,
        kind=kind,
        path=path.relative_to(folder).as_posix(),
        bytes=size_bytes(path),
        sha256=folder_digest(path),
    )


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()
