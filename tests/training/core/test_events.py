"""The event log: numbering, torn ends, full disks."""

import json
import os
import resource
import threading
from pathlib import Path

import pytest

from training.events import EventLog, EventType, LogEnded, last_event, latest_by_step, read_events


def numbers(path: Path) -> list[int]:
    return [event["seq"] for event in read_events(path)]


def test_numbering_continues(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    for _ in range(2):
        log = EventLog(path)
        log.emit(EventType.LOG, text="one\nline")
        log.close()
    assert numbers(path) == [1, 2]
    assert numbers(tmp_path / "none") == []
    assert [event["seq"] for event in read_events(path, after=1)] == [2]


@pytest.mark.parametrize("torn", [b'{"seq": 3, "ti', b"\0" * 4096, b"\0" * 10 + b"\n", b'{"seq": 3}garbage\n'])
def test_a_torn_end_is_cut_off(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.emit(EventType.LOG, text="a")
    log.emit(EventType.LOG, text="b")
    log.close()
    with path.open("ab") as file:
        file.write(torn)
    last = last_event(path)
    assert last is not None
    assert last["seq"] == 2
    EventLog(path).emit(EventType.LOG, text="c")
    assert numbers(path) == [1, 2, 3]


def test_an_end_is_the_end(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    log.emit(EventType.CANCELLED)
    with pytest.raises(LogEnded):
        log.emit(EventType.STEP, step=1)
    assert numbers(tmp_path / "events.jsonl") == [1]


def test_threads_do_not_share_a_number(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    threads = [threading.Thread(target=lambda: [log.emit(EventType.LOG) for _ in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers(tmp_path / "events.jsonl") == list(range(1, 801))


def test_numbers_that_json_lacks_become_null(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    log.emit(EventType.STEP, loss_nats=float("nan"), inner={"a": [float("inf"), 1.5]}, path=Path("x"))
    written = json.loads((tmp_path / "events.jsonl").read_text())
    assert written["loss_nats"] is None
    assert written["inner"] == {"a": [None, 1.5]}
    assert written["path"] == "x"


def test_a_write_that_fits_in_part_leaves_whole_lines(tmp_path: Path) -> None:
    """A limit on the size of files stands in for a full disk: the system writes a part, then refuses."""
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.emit(EventType.LOG, text="a")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 100, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            log.emit(EventType.LOG, text="b" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert log.emit(EventType.LOG, text="c")["seq"] == 2
    assert numbers(path) == [1, 2]


def test_the_watcher_sees_what_was_written(tmp_path: Path) -> None:
    seen: list[int] = []
    EventLog(tmp_path / "events.jsonl", lambda event: seen.append(event["seq"])).emit(EventType.LOG)
    assert seen == [1]


def test_a_process_that_is_not_first_writes_nothing() -> None:
    assert EventLog(None).emit(EventType.LOG)["seq"] == 1


def test_steps_done_twice_count_once() -> None:
    events = [
        {"type": "step", "step": 1, "loss_nats": 3.0},
        {"type": "step", "step": 2, "loss_nats": 2.0},
        {"type": "checkpoint", "step": 1},
        {"type": "step", "step": 2, "loss_nats": 1.9},
    ]
    assert [(event["step"], event["loss_nats"]) for event in latest_by_step(events)] == [(1, 3.0), (2, 1.9)]


def test_the_tail_of_a_long_log_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    line = json.dumps({"seq": 1, "type": "log", "text": "x" * 1000}).encode() + b"\n"
    path.write_bytes(line * 6000 + b'{"seq": 9, "type": "log"}\n')
    assert os.path.getsize(path) > 4 * 1024 * 1024
    assert EventLog(path).emit(EventType.LOG)["seq"] == 10
