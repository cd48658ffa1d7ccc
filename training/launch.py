"""How a supervisor starts a job's process, and how it reads what became of it."""

import signal
from collections.abc import Mapping
from pathlib import Path

from .events import FINAL_TYPES, last_event
from .faults import ExitStatus
from .spec import JobSpec


def job_command(spec: JobSpec, python: str, folder: Path, spec_path: Path | None = None) -> list[str]:
    """The command that runs a job in `folder`; its spec stands in `spec_path`, or in `folder / "spec.json"`.

    One device runs it plainly. Several go through `accelerate launch`, one process a device; only the first of them
    writes events and result. Give each command its own session, so that a signal to its process group reaches all.
    """
    arguments = ["training", "run", str(spec_path or folder / "spec.json"), "--out", str(folder)]
    if spec.devices == 1:
        return [python, "-m", *arguments]
    launcher = [python, "-m", "accelerate.commands.launch", "--num_machines", "1", "--num_processes", str(spec.devices)]
    # the job chooses its own number format; port 0 lets several jobs of one machine run side by side
    launcher += ["--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"]
    # accelerate's --cpu starts one process however many are asked for; --multi_gpu also starts them where no GPU is
    return [*launcher, "--multi_gpu", "-m", *arguments]


def device_environment(device_ids: list[int], memory_bytes: int | None = None) -> Mapping[str, str]:
    """Environment that pins a job to the devices with these numbers (none: no GPU) and bounds its memory."""
    pinned = {"CUDA_VISIBLE_DEVICES": ",".join(map(str, device_ids)), "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    if memory_bytes is not None:
        pinned["UPLIFT_JOB_MEMORY_BYTES"] = str(memory_bytes)
    return {**pinned, "UPLIFT_WATCH_PARENT": "1"}


def outcome(folder: Path, returncode: int) -> ExitStatus | None:
    """What became of a job whose process ended: its last event if that is final, else what the return code tells.

    A launcher of several processes answers 1 for whatever happened, so the event comes first. None: the process
    died without a word (killed, out of the machine's memory, a crash in native code), and the job can be resumed.
    """
    last = last_event(folder / "events.jsonl")
    if last is not None and last["type"] in FINAL_TYPES and "exit_status" in last:
        return ExitStatus(last["exit_status"])
    if returncode == -signal.SIGTERM:  # it came before the process could answer it
        return ExitStatus.CANCELLED
    known = {status.value for status in ExitStatus} - {ExitStatus.DONE.value, ExitStatus.OTHER.value}
    return ExitStatus(returncode) if returncode in known else None
