"""What the style guide shows: shapes of data as the product has them, with invented numbers."""

import math
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils import timezone

from . import figures
from .badges import BADGES


class SampleForm(forms.Form):
    """One field of each kind, with the attributes that a form made from a spec carries."""

    name = forms.CharField(label="Name of the study", help_text="Shown in lists and in the report.", max_length=80)
    learning_rate = forms.FloatField(
        label="Learning rate", help_text="How far a step moves the weights.", max_value=0.1
    )
    steps = forms.IntegerField(label="Steps", required=False, min_value=1)
    price = forms.FloatField(label="Price of a device-hour", min_value=0)
    budget = forms.FloatField(label="Budget", min_value=0, help_text="Jobs stop before they cost more.")
    model = forms.ChoiceField(label="Base model", choices=[("a", "SmolLM2-135M-Instruct"), ("b", "SmolLM2-360M")])
    method = forms.ChoiceField(
        label="Adaptation",
        widget=forms.RadioSelect,
        choices=[("lora", "LoRA"), ("full", "Full fine-tuning"), ("qlora", "QLoRA")],
    )
    notes = forms.CharField(label="Notes", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    packing = forms.BooleanField(label="Pack rows", required=False, help_text="Several short rows share one sequence.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        carried: dict[str, dict[str, object]] = {
            "learning_rate": {"typical": "1e-5 to 1e-3"},
            "steps": {"unit": "steps", "typical": "50 to 2,000"},
            "price": {"unit": "USD/h"},
            "method": {
                "descriptions": {
                    "lora": "Trains small added matrices: quick, one base model serves many.",
                    "full": "Trains every weight: the yardstick, and the dearest.",
                    "qlora": "LoRA over a 4-bit base model.",
                },
                "unavailable": {"qlora": "needs a CUDA device and bitsandbytes."},
            },
        }
        for name, attributes in carried.items():
            for attribute, value in attributes.items():
                setattr(self.fields[name], attribute, value)


def _row(label: str, value: float, low: float | None, high: float | None, n: int | None, **more: str) -> dict[str, Any]:
    return {"label": label, "value": value, "low": low, "high": high, "n": n, **more}


ROWS = [
    _row("Base model", 0.49, 0.434, 0.546, 300, tone="plain", badge="measured"),
    _row("LoRA, rank 16", 0.89, 0.85, 0.921, 300, href="#dots", badge="measured"),
    _row("Full fine-tuning", 0.95, 0.91, 0.973, 200, href="#dots", badge="measured"),
    _row("As published", 0.92, None, None, None, tone="plain", badge="published"),
]


def loss_figure(steps: int) -> figures.Figure:
    """Training and validation loss up to this step."""
    x = list(range(1, steps + 1))
    train = [0.4 + 2.1 * math.exp(-step / 14) + 0.08 * math.sin(step * 1.7) for step in x]
    marks = x[4::5]
    valid = [0.52 + 1.9 * math.exp(-step / 15) for step in marks]
    low, high = [value - 0.06 for value in valid], [value + 0.06 for value in valid]
    traces = [
        *figures.band("Validation", marks, low, high, series=2),
        figures.line("Training", x, train),
        figures.line("Validation", marks, valid, series=2, markers=True),
    ]
    return figures.figure(traces, x=figures.axis("Step"), y=figures.axis("Loss", unit="nats per token", zero=True))


def cost_figure() -> figures.Figure:
    """Accuracy against cost with intervals."""
    chosen = ROWS[:3]
    values = [row["value"] for row in chosen]
    low, high = [row["low"] for row in chosen], [row["high"] for row in chosen]
    labels = [str(row["label"]) for row in chosen]
    trace = figures.dots("Accuracy", [0.0001, 0.004, 0.021], values, labels=labels, y_low=low, y_high=high)
    claimed = figures.marker_line(0.92, "claimed 92%")
    cost, accuracy = figures.axis("Cost", unit="USD", log=True, prefix="$"), figures.axis("Accuracy", percent=True)
    return figures.figure([trace], x=cost, y=accuracy, lines=[claimed])


def _events() -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {"title": "Queued", "at": now - timedelta(minutes=9), "state": "done"},
        {"title": "Base model evaluated", "at": now - timedelta(minutes=7), "state": "done", "text": "49.0% of 300."},
        {"title": "LoRA is training", "at": now - timedelta(minutes=2), "state": "now", "text": "Step 40 of 50."},
        {"title": "Full fine-tuning", "text": "Waits for the training worker."},
    ]


def _table() -> list[dict[str, Any]]:
    names = (("Base model", "baseline"), ("LoRA, rank 16", "best"), ("Full fine-tuning", ""))
    cells: tuple[dict[str, Any], ...] = (
        {"parameters": None, "tokens": None, "flops": None, "seconds": 14.2, "memory": 7.1e8, "cost": 0.0002},
        {"parameters": 1_843_200, "tokens": 41_300, "flops": 2.9e13, "seconds": 84, "memory": 1.52e9, "cost": 0.0011},
        {"parameters": 134_515_000, "tokens": 41_300, "flops": 4.6e13, "seconds": 391, "memory": 3.1e9, "cost": 0.0052},
    )
    return [
        {"name": name, "class": kind, "accuracy": row, **cell}
        for (name, kind), row, cell in zip(names, ROWS, cells, strict=False)
    ]


def context(step: int = 40) -> dict[str, Any]:
    """Everything the page needs."""
    steps = min(200, max(10, step))
    bound = SampleForm({"name": "", "learning_rate": "3", "steps": "50", "model": "a", "method": "lora"})
    return {
        "badges": list(BADGES),
        "form": SampleForm(initial={"method": "lora", "price": 0.05, "budget": 2.5, "steps": 50}, prefix="blank"),
        "bound": bound,
        "rows": ROWS,
        "differences": [
            _row("LoRA − base", 0.4, 0.341, 0.459, 300, badge="held"),
            _row("Full − LoRA", 0.012, -0.021, 0.045, 200, tone="plain", badge="not settled"),
        ],
        "losses": [2.3, 2.0, 1.7, None, 1.3, 1.1, 1.15, 0.9, 0.82, 0.8],
        "figure": loss_figure(steps),
        "cost_figure": cost_figure(),
        "steps": steps,
        "next_step": steps + 20,
        "events": _events(),
        "table": _table(),
        "tabs": [
            {"label": "Charts", "href": "#tabs", "current": True},
            {"label": "Samples", "href": "#tabs", "count": 12},
            {"label": "Config", "href": "#tabs"},
            {"label": "Log", "href": "#tabs", "count": 1204},
        ],
        "facts": {"Model": "smollm2-135m-instruct", "Rows": "1,200", "Seed": 0, "Early stopping": None},
        "before": {"optim": {"learning_rate": 0.001, "batch_size": 8}, "adaptation": {"method": "lora", "rank": 16}},
        "after": {"optim": {"learning_rate": 0.0005, "batch_size": 8}, "adaptation": {"method": "full"}},
        "page": Paginator(range(230), 10).page(7),
        "project": SimpleNamespace(name="Medical coding", code="medical-coding"),
        "moment": timezone.now() - timedelta(hours=3),
    }
