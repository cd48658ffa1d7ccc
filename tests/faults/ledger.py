"""What must hold of a job however often its processes died."""

from training.events import latest_by_step, read_events
from training.result import read_result

from .installation import Installation


def check_counted_once(installation: Installation, code: str, steps: int) -> None:
    """The job ended once, each step counts once, and the database has each line of the file once."""
    folder = installation.folder(code)
    job = installation.job(code)
    assert job["state"] == "done", installation.told()
    assert job["owner"] == ""
    events = list(read_events(folder / "events.jsonl"))
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    stored = installation.stored_events(code)
    assert [(row["seq"], row["type"]) for row in stored] == [(event["seq"], event["type"]) for event in events]
    assert job["last_seq"] == len(events)
    assert [event["step"] for event in latest_by_step(events)] == list(range(1, steps + 1))
    assert sum(event["type"] == "done" for event in events) == 1
    assert events[-1]["type"] == "done"
    assert read_result(folder / "result.json")["total"] == steps * (steps + 1) // 2
    measured = installation.query(
        "SELECT value FROM jobs_measurement m JOIN jobs_job j ON j.id = m.job_id WHERE j.code = ?", code
    )
    assert [row["value"] for row in measured] == [steps * (steps + 1) / 2]
