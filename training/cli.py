"""The command line of `python -m training`; imports no torch itself."""

import argparse
import importlib
import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from .faults import ExitStatus, JobFault
from .progress import Progress
from .spec import KINDS, SpecFaults, parse_spec


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    arguments = _parser().parse_args(argv)
    try:
        status = arguments.run(arguments)
    except JobFault as fault:
        print(fault, file=sys.stderr)
        status = fault.exit_status
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - lives until the process ends
        status = ExitStatus.OTHER
    return int(status)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description="Post-training jobs from the command line.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="run the job of a spec, or go on with it")
    run.add_argument("spec", type=Path, metavar="SPEC.json")
    run.add_argument("--out", type=Path, required=True, metavar="DIR", help="the job's folder; the same one resumes it")
    run.set_defaults(run=_run)

    commands.add_parser("kinds", help="list the kinds of job").set_defaults(run=_kinds)

    schema = commands.add_parser("schema", help="print a kind's JSON schema")
    schema.add_argument("kind", choices=list(KINDS), metavar="KIND", help=", ".join(KINDS))
    schema.set_defaults(run=_schema)

    data = commands.add_parser("data", help="check data files").add_subparsers(required=True, metavar="COMMAND")
    check = data.add_parser("check", help="print the form recognised, the mapping proposed, rows kept, and faults")
    check.add_argument("file", type=Path, metavar="FILE")
    check.set_defaults(run=_check_data)

    commands.add_parser("models", help="list the models at hand").set_defaults(run=_models)

    prepare = commands.add_parser("prepare", help="fetch and convert a model")
    prepare.add_argument("model", metavar="MODEL")
    prepare.set_defaults(run=_prepare)

    commands.add_parser("spare", help="import everything, then wait for a job on standard input").set_defaults(
        run=_spare
    )

    speed = commands.add_parser("speed", help="measure how fast this machine computes, for predictions; once")
    speed.add_argument("--again", action="store_true", help="measure also where a record is kept")
    speed.set_defaults(run=_speed)

    estimate = commands.add_parser("estimate", help="predict a job's time, memory and cost")
    estimate.add_argument("spec", type=Path, metavar="SPEC.json")
    estimate.set_defaults(run=_estimate)
    return parser


def _run(arguments: argparse.Namespace) -> int:
    from .process import run_job
    from .stopping import leave

    progress = Progress(sys.stderr)
    is_main = int(os.environ.get("RANK") or 0) == 0
    status = run_job(arguments.spec, arguments.out, progress if is_main else None)
    progress.close()
    with suppress(OSError):  # a full disk under the log does not change how the job ended
        _say_outcome(status, arguments.out)
    leave(status)


def _say_outcome(status: ExitStatus, folder: Path) -> None:
    if int(os.environ.get("RANK") or 0) > 0 or status is ExitStatus.BAD_SPEC:
        return
    if status is ExitStatus.DONE:
        print(f"done: results in {folder / 'result.json'}, artifacts in {folder / 'artifacts'}")
    elif status is ExitStatus.CANCELLED:
        print(f"cancelled: the same command goes on from the last checkpoint in {folder / 'checkpoints'}")
    else:
        print(f"failed (exit status {int(status)}): events in {folder / 'events.jsonl'}")


def _kinds(arguments: argparse.Namespace) -> int:
    width = max(map(len, KINDS))
    for kind in KINDS.values():
        print(f"{kind.name:<{width}}  {kind.summary}")
    return ExitStatus.DONE


def _schema(arguments: argparse.Namespace) -> int:
    _print_json(KINDS[arguments.kind].spec.model_json_schema())
    return ExitStatus.DONE


def _check_data(arguments: argparse.Namespace) -> int:
    from .data.check import check_file

    if not arguments.file.is_file():
        print(f"{arguments.file}: no such file", file=sys.stderr)
        return ExitStatus.BAD_DATA
    report = check_file(arguments.file)
    _print_json(report.to_json())
    return ExitStatus.DONE if report.rows_kept > 0 else ExitStatus.BAD_DATA


def _models(arguments: argparse.Namespace) -> int:
    from .catalogue import models_at_hand

    for model in models_at_hand():
        print(f"{model.name}  {model.folder}")
    return ExitStatus.DONE


def _prepare(arguments: argparse.Namespace) -> int:
    from .models.provision import prepare

    print(prepare(arguments.model, report=print))
    return ExitStatus.DONE


def _spare(arguments: argparse.Namespace) -> int:
    from .spare import wait_for_job

    return wait_for_job()


def _speed(arguments: argparse.Namespace) -> int:
    from .speed import keep, recorded

    found = None if arguments.again else recorded()
    if found is None:
        began = time.monotonic()
        importlib.import_module(KINDS["sft"].entry.partition(":")[0])  # what a job imports
        from .jobs.timing import measured

        found = measured(start_seconds=time.monotonic() - began)
        keep(found)
    _print_json(found.to_json())
    return ExitStatus.DONE


def _estimate(arguments: argparse.Namespace) -> int:
    from .estimate_files import estimate_spec

    try:
        spec = parse_spec(json.loads(arguments.spec.read_text(encoding="utf-8")))
    except SpecFaults as error:
        print(error, file=sys.stderr)
        return ExitStatus.BAD_SPEC
    except (OSError, ValueError) as error:
        print(f"{arguments.spec} cannot be read as JSON: {error}", file=sys.stderr)
        return ExitStatus.BAD_SPEC
    _print_json(estimate_spec(spec, [Path.cwd(), arguments.spec.resolve().parent]))
    return ExitStatus.DONE


def _print_json(content: object) -> None:
    print(json.dumps(content, ensure_ascii=False, indent=2))
