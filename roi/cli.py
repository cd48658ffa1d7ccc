"""The command line of `python -m roi`. Results go to standard output as JSON, faults to standard error, one a line."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .faults import Fault, ScenarioFaults
from .files import scenario_in
from .outcome import evaluate
from .presets import PRESETS, preset
from .scenario import Scenario, parse

DONE, OTHER, BAD_INPUT = 0, 1, 2
"""Exit statuses; as in `python -m training`, 2 is input with faults."""

LARGEST_FILE = 20_000_000
"""Bytes that a scenario may have: far more than the largest with every figure empirical."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except ScenarioFaults as faults:
        print(faults, file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - lives until the process ends
        return OTHER
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m roi", description="Business cases from the command line.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("evaluate", help="print the outcome of a scenario")
    what = "a file, or - for standard input; a file with scenario and outcome will do"
    run.add_argument("scenario", type=Path, metavar="SCENARIO.json", help=what)
    run.add_argument("--trials", type=_count, default=0, metavar="N", help="simulate as well, with N trials")
    run.add_argument("--seed", type=int, default=0, metavar="N", help="same scenario, trials and seed: same result")
    run.set_defaults(run=_evaluate)

    commands.add_parser("schema", help="print the JSON schema of a scenario").set_defaults(run=_schema)

    example = commands.add_parser("example", help="print a complete scenario to start from")
    example.add_argument("key", nargs="?", choices=list(PRESETS), default=next(iter(PRESETS)), metavar="KEY")
    example.set_defaults(run=_example)
    return parser


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 10_000_000:
        raise argparse.ArgumentTypeError(f"must be from 0 to 10,000,000, not {number:,}")
    return number


def _evaluate(arguments: argparse.Namespace) -> int:
    scenario = _read(arguments.scenario)
    found = evaluate(scenario).data()
    if arguments.trials:
        from .montecarlo import simulate  # scipy takes a quarter of a second to import

        try:
            simulation = simulate(scenario, trials=arguments.trials, seed=arguments.seed)
        except ValueError as error:
            raise ScenarioFaults([Fault("correlations", str(error))]) from error
        found["simulation"] = simulation.to_dict()
    _print(found)
    return DONE


def _schema(_: argparse.Namespace) -> int:
    _print(Scenario.model_json_schema())
    return DONE


def _example(arguments: argparse.Namespace) -> int:
    _print(preset(arguments.key).data())
    return DONE


def _read(path: Path) -> Scenario:
    """The scenario in a file; `ScenarioFaults` also where there is none or it is no JSON."""
    try:
        if str(path) != "-" and path.stat().st_size > LARGEST_FILE:
            raise ScenarioFaults([Fault(str(path), f"is larger than {LARGEST_FILE:,} bytes")])
        text = sys.stdin.read(LARGEST_FILE) if str(path) == "-" else path.read_text(encoding="utf-8-sig")
        return parse(scenario_in(json.loads(text)))
    except OSError as error:
        raise ScenarioFaults([Fault(str(path), error.strerror or "cannot be read")]) from error
    except UnicodeDecodeError as error:
        raise ScenarioFaults([Fault(str(path), f"is not UTF-8 text: byte {error.start}")]) from error
    except json.JSONDecodeError as error:
        raise ScenarioFaults([Fault(str(path), f"is not JSON: {error}")]) from error
    except (RecursionError, ValueError) as error:
        if isinstance(error, ScenarioFaults):
            raise
        raise ScenarioFaults([Fault(str(path), f"cannot be read: {error}")]) from error


def _print(data: object) -> None:
    print(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))
