"""`predictions.jsonl`: one line an item, appended as it is answered, so that a stopped evaluation goes on."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

Prediction = dict[str, Any]


class PredictionFile:
    """The predictions of one evaluation. Lines already there are kept if they answer the same items.

    `expected` gives each index's expected answer: a file that speaks of other data is started anew.
    """

    def __init__(self, path: Path, expected: Mapping[int, str]) -> None:
        self._path = path
        self._done = _read(path, expected)
        if not self._done:
            path.unlink(missing_ok=True)

    @property
    def done(self) -> Mapping[int, Prediction]:
        """What is answered so far, by index."""
        return self._done

    def append(self, predictions: Iterable[Prediction]) -> None:
        """Add lines and force them to disk."""
        with self._path.open("a", encoding="utf-8") as file:
            for prediction in predictions:
                file.write(_line(prediction))
                self._done[int(prediction["index"])] = prediction
            file.flush()
            os.fsync(file.fileno())

    def finish(self) -> list[Prediction]:
        """Put the lines into the order of the items; returns them."""
        ordered = [self._done[index] for index in sorted(self._done)]
        part = self._path.with_name(self._path.name + ".part")
        with part.open("w", encoding="utf-8") as file:
            file.writelines(map(_line, ordered))
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, self._path)
        return ordered


def _line(prediction: Prediction) -> str:
    return json.dumps(prediction, ensure_ascii=False, allow_nan=False) + "\n"


def _read(path: Path, expected: Mapping[int, str]) -> dict[int, Prediction]:
    """The whole lines of the file; a last line torn by a crash is cut off the file."""
    if not path.exists():
        return {}
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        os.truncate(path, len(whole))
    found = {}
    for line in whole.splitlines():
        prediction = json.loads(line)
        if expected.get(prediction["index"]) != prediction["expected"]:
            return {}
        found[int(prediction["index"])] = prediction
    return found
