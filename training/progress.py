"""A job's events as a person reads them in a terminal: one live line there, plain lines elsewhere."""

import shutil
import time
from contextlib import suppress
from typing import TextIO

from .events import Event, EventType

PLAIN_EVERY_SECONDS = 10.0

_SHOWN = (
    ("loss_nats", "loss {:.4f}"),
    ("validation_loss_nats", "loss {:.4f}"),
    ("learning_rate", "rate {:.2g}"),
    ("tokens_per_second", "{:,.0f} tokens/s"),
    ("accuracy", "accuracy {:.1%}"),
)


class Progress:
    """Called with each event. Steps redraw one line on a terminal; elsewhere one is printed every ten seconds."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_live = stream.isatty()
        self._is_line_open = False
        self._last_plain = 0.0

    def __call__(self, event: Event) -> None:
        if event["type"] == EventType.STEP:
            self._step(event)
            return
        text = "" if "faults" in event else _line(event)  # a bad spec's faults are printed by the process itself
        if text:
            self.close()
            self._print(text)

    def close(self) -> None:
        """End the live line."""
        if self._is_line_open:
            self._print("")
            self._is_line_open = False

    def _step(self, event: Event) -> None:
        text = _step_line(event)
        if self._is_live:
            width = shutil.get_terminal_size().columns - 1
            self._print(f"\r{text[:width]:<{width}}", end="")
            self._is_line_open = True
        elif time.monotonic() - self._last_plain >= PLAIN_EVERY_SECONDS:
            self._last_plain = time.monotonic()
            self._print(text)

    def _print(self, text: str, end: str = "\n") -> None:
        with suppress(OSError):  # a line that cannot be shown, as on a full disk, is no reason to end the job
            print(text, end=end, file=self._stream, flush=True)


def duration(seconds: float) -> str:
    """Seconds as `42 s`, `3 min 05 s` or `2 h 10 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def _step_line(event: Event) -> str:
    if event.get("items_total"):
        parts = [f"item {event.get('items_done', '?')}/{event['items_total']}"]
    else:
        parts = [f"step {event.get('step', '?')}" + (f"/{event['total_steps']}" if event.get("total_steps") else "")]
    parts += [shown.format(event[name]) for name, shown in _SHOWN if isinstance(event.get(name), int | float)]
    if isinstance(event.get("eta_seconds"), int | float):
        parts.append(f"{duration(event['eta_seconds'])} left")
    return "  ".join(parts)


def _line(event: Event) -> str:
    match event["type"]:
        case EventType.STARTED:
            return f"started {event.get('kind', '')}"
        case EventType.EVAL:
            parts = [shown.format(event[name]) for name, shown in _SHOWN if isinstance(event.get(name), int | float)]
            return "  ".join([f"validation at step {event.get('step', '?')}", *parts])
        case EventType.CHECKPOINT:
            return f"checkpoint at step {event.get('step', '?')}"
        case EventType.LOG:
            return str(event.get("text", ""))
        case EventType.WARNING:
            return " ".join(part for part in ("warning:", event.get("text"), event.get("remedy")) if part)
        case EventType.FAILED | EventType.CANCELLED:
            return ". ".join(str(event[name]) for name in ("what", "why", "remedy") if event.get(name))
        case _:
            return ""
