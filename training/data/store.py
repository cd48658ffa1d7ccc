"""Immutable dataset versions: one canonical `<split>.jsonl` a split and `manifest.json`, whole or not at all.

A version is built in a temporary folder beside its place and renamed into it. Its digest speaks of rows and
splits alone: the same rows in the same splits have the same digest, wherever they came from.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..faults import BadData
from .check import check_file
from .digests import DigestIndex
from .forms import FORMS, ColumnMapping
from .intake import Intake, Kept
from .limits import DEFAULT_LIMITS, Limits
from .manifest import Manifest, SplitInfo, version_digest
from .overlap import Overlap
from .personal import PersonalData, mask_row
from .report import Faults, FileFault, Reason, shorten
from .rows import bad_data
from .sources import open_source
from .splits import SplitPlan, split_name
from .stage import Stage
from .stats import TokenCounter
from .writing import encoded, write_splits

_PART = ".part-"
_STAGING_SHARE = 0.75


class Stopped(Exception):
    """The caller asked to stop; nothing was stored."""


@dataclass
class Build:
    """What the caller chose for one version; see `build_version`."""

    mapping: ColumnMapping
    plan: SplitPlan
    limits: Limits
    mask_personal_data: bool
    drop_overlap: bool
    count_tokens: TokenCounter | None
    progress: Callable[[float], object]
    should_stop: Callable[[], bool]
    faults: Faults
    personal: PersonalData = field(default_factory=PersonalData)
    rows_total: int = 0

    def tell(self, fraction: float) -> None:
        """Report progress; raises `Stopped` if asked to."""
        if self.should_stop():
            raise Stopped
        self.progress(min(1.0, fraction))


def build_version(
    source: str | Path | Mapping[str, Path],
    *,
    folder: str | Path,
    mapping: ColumnMapping | None = None,
    splits: SplitPlan | None = None,
    name: str = "",
    mask_personal_data: bool = False,
    drop_overlap: bool = False,
    keep_going: bool = True,
    count_tokens: TokenCounter | None = None,
    progress: Callable[[float], object] = lambda fraction: None,
    should_stop: Callable[[], bool] = lambda: False,
    limits: Limits = DEFAULT_LIMITS,
    provenance: Mapping[str, Any] | None = None,
) -> Manifest:
    """Store `source` (one file, or one a split) as the version in `folder`, which must not exist yet.

    `keep_going` leaves faulty rows out; without it the first one ends the build. `drop_overlap` leaves out
    the training rows that also stand in a split measured with. `progress` gets fractions from 0 to 1;
    `should_stop` is asked as often. Raises `BadData`, `Stopped` or `FileExistsError`; then nothing is stored.
    """
    folder = Path(folder)
    if folder.exists():
        raise FileExistsError(f"{folder.name} is stored already")
    files = {name_: Path(path) for name_, path in source.items()} if isinstance(source, Mapping) else {"": Path(source)}
    plan = splits or SplitPlan(how="given" if isinstance(source, Mapping) else "random")
    faults = Faults(keep=limits.max_fault_details)
    mapping = mapping or _proposed(next(iter(files.values())), name, limits)
    build = Build(mapping, plan, limits, mask_personal_data, drop_overlap, count_tokens, progress, should_stop, faults)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}{_PART}", dir=folder.parent))
    try:
        manifest = _build_in(part, files, name, build, keep_going)
        manifest = manifest.model_copy(update={"provenance": dict(provenance or {})})
        manifest.write(part)
        part.chmod(0o755)
        if folder.exists():
            raise FileExistsError(f"{folder.name} is stored already")
        os.rename(part, folder)
        return manifest
    finally:
        shutil.rmtree(part, ignore_errors=True)


def remove_leftovers(parent: str | Path, *, older_than_seconds: float = 86_400) -> int:
    """Delete what builds that were killed left in `parent`; returns how many folders."""
    old = [
        path
        for path in Path(parent).glob(f".*{_PART}*")
        if path.is_dir() and time.time() - path.stat().st_mtime > older_than_seconds
    ]
    for path in old:
        shutil.rmtree(path, ignore_errors=True)
    return len(old)


def _proposed(path: Path, name: str, limits: Limits) -> ColumnMapping:
    report = check_file(path, name=name or None, limits=limits)
    if report.mapping is None or not report.complete:
        fault = next(iter(report.faults), None)
        raise bad_data(name or path.name, fault) if fault else BadData(f"{path.name} has no known form")
    return report.mapping


def _build_in(part: Path, files: Mapping[str, Path], name: str, build: Build, keep_going: bool) -> Manifest:
    stage = Stage(part, build.plan)
    try:
        with DigestIndex() as seen:
            for number, (split, path) in enumerate(files.items()):
                shown = name if len(files) == 1 and name else path.name
                build.faults.file = shown if len(files) > 1 else ""

                def tell(fraction: float, number: int = number) -> None:
                    build.tell(_STAGING_SHARE * (number + fraction) / len(files))

                _stage_file(stage, path, shown, split, number, seen, build, tell)
                if build.faults and not keep_going:
                    raise bad_data(shown, build.faults.items[0])
                tell(1.0)
        stage.assign()
        overlap, examples = stage.find_overlap(leave_out=build.drop_overlap)
        infos = write_splits(
            part,
            stage,
            overlap,
            examples,
            count_tokens=build.count_tokens,
            tell=lambda share: build.tell(_STAGING_SHARE + (1 - _STAGING_SHARE) * share),
        )
    finally:
        stage.remove()
    return _manifest(name or ", ".join(path.name for path in files.values()), infos, overlap, build)


def _stage_file(
    stage: Stage,
    path: Path,
    name: str,
    split: str,
    number: int,
    seen: DigestIndex,
    build: Build,
    tell: Callable[[float], None],
) -> None:
    """Stage one file's good rows. Raises `BadData` if the file as a whole cannot be read."""
    given = split_name(split) if split else None
    if split and given is None:
        raise BadData(f"A split is called {split!r}", remedy="Splits are train, validation and test.")
    by_column = build.plan.column if build.plan.how == "column" else ""

    def scope(raw: Mapping[str, Any]) -> str:
        return given or (split_name(raw.get(by_column)) or "" if by_column else "")

    try:
        with open_source(path, name=name, limits=build.limits) as source:
            intake = Intake(
                source,
                mapping=build.mapping,
                faults=build.faults,
                seen=seen,
                file_number=number,
                change=mask_row if build.mask_personal_data else None,
                scope=scope,
                tell=tell,
                limits=build.limits,
            )
            if build.plan.column and intake.head and build.plan.column not in intake.columns:
                raise FileFault(Reason.BAD_MAPPING, f"There is no column {build.plan.column!r} to split by")
            for kept in intake:
                _stage_row(stage, kept, given, build)
            build.rows_total += intake.rows_total
    except FileFault as error:
        raise bad_data(name, error.fault) from error


def _stage_row(stage: Stage, kept: Kept, given: str | None, build: Build) -> None:
    group = None
    if build.plan.how == "column":
        value = kept.raw.get(build.plan.column)
        given = split_name(value)
        if given is None:
            message = f"{shorten(str(value), 30)!r} is no split: train, validation and test are"
            build.faults.add(kept.line, Reason.UNKNOWN_SPLIT, message)
            return
    elif build.plan.how == "group":
        group = str(kept.raw.get(build.plan.column))
    build.personal.add(kept.line, kept.row)
    stage.add(encoded(kept.row), key=kept.key, line=kept.line, split=given, group=group)


def _manifest(name: str, infos: dict[str, SplitInfo], overlap: Overlap, build: Build) -> Manifest:
    rows = sum(info.rows for info in infos.values())
    if not rows:
        fault = next(iter(build.faults), None)
        why = f"The first fault: {fault}" if fault else ""
        raise BadData("No row is fit to be stored", why=why, remedy="Correct the rows, or choose other columns.")
    warnings = []
    if overlap.total:
        what = "were left out of the training rows" if build.drop_overlap else "make results look better than they are"
        warnings.append(f"{overlap.total:,} rows also stand in a split that is measured with: they {what}.")
        if not build.drop_overlap:
            build.faults.by_reason[Reason.OVERLAP] += overlap.total
    wanted = [split for split, part in build.plan.fractions.items() if part > 0]
    if build.plan.how in ("random", "group"):
        warnings += [f"No row fell to the split {split}." for split in wanted if split not in infos]
    info = FORMS[build.mapping.form]
    return Manifest(
        name=name,
        digest=version_digest(infos),
        form=info.form,
        type=info.row_type,
        mapping=build.mapping,
        plan=build.plan,
        splits=infos,
        rows_total=build.rows_total,
        rows_kept=rows,
        masked=build.mask_personal_data,
        overlap=overlap.to_json(),
        personal_data=build.personal.to_json(),
        warnings=warnings,
        **build.faults.to_json(),
    )
