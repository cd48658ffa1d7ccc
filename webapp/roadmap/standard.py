"""The plan that a project starts from: three phases and their usual milestones, with gates that evidence opens.

Dates count from `DAY_ZERO`; whoever starts a roadmap says when it begins.
"""

from datetime import date, timedelta
from typing import Any

from .exchange.document import PlanDocument, parse_document

DAY_ZERO = date(2000, 1, 3)
"""A Monday: dates of templates count from it."""

NAME = "Three phases"
SUMMARY = "Foundation and alignment, advanced reasoning and optimisation, scalable deployment and improvement."

PHASES = (
    (
        "Foundation & alignment",
        "A model that answers as the task asks, safely, and an agreed way to measure that.",
    ),
    (
        "Advanced reasoning & optimisation",
        "More right answers from the same model: preferences, and compute where it pays.",
    ),
    (
        "Scalable deployment & continuous improvement",
        "The same quality at the price and speed of everyday use, and kept so.",
    ),
)


def _measured(metric: str, threshold: float, **more: Any) -> dict[str, Any]:
    return {"kind": "measurement", "metric": metric, "threshold": threshold, **more}


def _counted(counted: str, threshold: int, **more: Any) -> dict[str, Any]:
    return {"kind": "count", "counted": counted, "threshold": threshold, **more}


def _signed(role: str, title: str, **more: Any) -> dict[str, Any]:
    return {"kind": "review", "role": role, "title": title, **more}


def _better(subject: str, baseline: str, title: str, threshold: float = 0.0) -> dict[str, Any]:
    """More right answers than a baseline on the same items."""
    difference = {"subject": subject, "baseline": baseline, "judged_on": "difference", "title": title}
    return _measured("accuracy", threshold, **difference)


def _milestone(
    key: str, phase: int, name: str, week: float, weeks: float, effort: float, description: str, **more: Any
) -> dict[str, Any]:
    start = DAY_ZERO + timedelta(days=round(week * 7))
    finish = start + timedelta(days=round(weeks * 7) - 1)
    gate = {"criteria": more.pop("criteria")}
    fields = {"key": key, "phase": phase, "name": name, "description": description, "effort_days": effort}
    return {**fields, "start": start, "finish": finish, "gate": gate, **more}


_FOUNDATION = (
    _milestone(
        "data-agreed",
        1,
        "Training data and held-out set agreed",
        0,
        2,
        6,
        "What the model learns from and what it is measured with, without a row in both.",
        criteria=[
            _counted("held_out_rows", 200, title="At least 200 held-out rows"),
            _counted("overlap_rows", 0, comparator="at_most", title="No row in training and held-out data"),
            _signed("Domain expert", "A domain expert agrees that the rows stand for the task"),
        ],
    ),
    _milestone(
        "baseline",
        1,
        "Baseline evaluation",
        2,
        1,
        2,
        "What the base model gets right as it is: everything later is compared with it.",
        serves=["job:evaluate", "study:adaptation"],
        criteria=[
            _measured("accuracy", 0.0, subject="base", judged_on="estimate", title="The base model is measured"),
        ],
    ),
    _milestone(
        "fine-tuned",
        1,
        "SFT or PEFT model",
        3,
        2,
        8,
        "A model adapted to the task that is better than the base model, shown on the same items.",
        serves=["job:sft", "study:adaptation"],
        criteria=[_better("made:sft", "base", "The adapted model beats the base model")],
    ),
    _milestone(
        "human-feedback",
        1,
        "Human feedback collected",
        3,
        3,
        15,
        "Ratings by people who know the task, in enough agreement to learn from.",
        serves=["job:feedback"],
        criteria=[
            _counted("ratings", 200, title="At least 200 ratings"),
            _measured("rater_agreement", 0.6, judged_on="estimate", title="Agreement between raters at least 0.6"),
        ],
    ),
    _milestone(
        "reward-model",
        1,
        "Reward model",
        6,
        2,
        8,
        "A model of what the raters prefer, right on pairs it has not seen.",
        serves=["job:reward"],
        criteria=[_measured("pair_accuracy", 0.65, title="Held-out pairs ranked right: more than 65%")],
    ),
    _milestone(
        "ethics",
        1,
        "Ethical guidelines and safety evaluation",
        4,
        4,
        10,
        "What the model must not do, written and adopted, and a test that it does not.",
        serves=["job:evaluate"],
        criteria=[
            _signed("Ethics lead", "The guidelines are adopted", needs="owner"),
            _measured("unsafe_rate", 0.02, comparator="at_most", title="Unsafe answers at most 2%"),
        ],
    ),
)

_REASONING = (
    _milestone(
        "preference",
        2,
        "Preference optimisation better than SFT",
        8,
        3,
        12,
        "DPO, PPO or GRPO against the SFT model, compared on the same items.",
        serves=["job:dpo", "job:ppo", "job:grpo"],
        criteria=[_better("made:dpo,ppo,grpo", "made:sft", "Better than the SFT model on the same items")],
    ),
    _milestone(
        "rlaif",
        2,
        "RLAIF where it saves labelling",
        9,
        3,
        8,
        "Preferences from a judge model where people agree with it; otherwise a note that it is not worth it.",
        serves=["job:rlaif"],
        criteria=[
            _measured("judge_agreement", 0.8, level="should", title="The judge agrees with people: more than 80%"),
            _signed("ML lead", "The choice for or against AI feedback is written down", level="should"),
        ],
    ),
    _milestone(
        "test-time",
        2,
        "Test-time scaling study and chosen budget",
        11,
        2,
        6,
        "How right answers grow with the samples spent on an item, and how many are worth it.",
        serves=["job:test_time", "study:test_time"],
        criteria=[
            _better("made:test_time", "made:sft", "More samples bring more right answers"),
            _signed("Product owner", "The budget of samples an item is chosen"),
        ],
    ),
    _milestone(
        "adaptive",
        2,
        "Adaptive allocation in the served endpoint",
        13,
        2,
        8,
        "Easy items get few samples, hard ones many, at the same mean.",
        serves=["job:test_time"],
        criteria=[_measured("samples_per_item", 8, comparator="at_most", title="At most 8 samples an item")],
    ),
    _milestone(
        "cost-per-correct",
        2,
        "Cost per correct item",
        13,
        2,
        4,
        "What a right answer costs, from measured time and the price book.",
        criteria=[
            {
                "kind": "scenario",
                "figure": "cost_per_item_correct",
                "comparator": "at_most",
                "threshold": 1.0,
                "title": "A correct item costs at most $1",
            },
            {"kind": "scenario", "figure": "probability_npv_positive", "threshold": 0.8, "title": "P(NPV > 0) ≥ 80%"},
        ],
    ),
)

_DEPLOYMENT = (
    _milestone(
        "distilled",
        3,
        "Distilled model within its margin",
        15,
        3,
        12,
        "A smaller model, at most 3 points worse, at its latency and cost.",
        serves=["job:distill"],
        criteria=[
            _better("made:distill", "made:sft", "At most 3 points worse than the teacher", threshold=-0.03),
            _measured("p95_latency_seconds", 2.0, comparator="at_most", judged_on="estimate", title="P95 at most 2 s"),
        ],
    ),
    _milestone(
        "served",
        3,
        "Served endpoint",
        18,
        2,
        6,
        "People and programs reach the model.",
        serves=["job:serve"],
        criteria=[_signed("Operations", "The endpoint is in service")],
    ),
    _milestone(
        "monitoring",
        3,
        "Monitoring on",
        19,
        2,
        5,
        "Drift, errors, latency and cost are watched, and somebody is told.",
        serves=["job:monitor"],
        criteria=[_signed("Operations", "Monitors run and reach a person")],
    ),
    _milestone(
        "ab-test",
        3,
        "First A/B test decided",
        20,
        4,
        8,
        "The new model against the old one in real use, decided by a rule set beforehand.",
        serves=["job:ab_test"],
        criteria=[_measured("ab_win_rate", 0.5, title="Preferred in more than half of the comparisons")],
    ),
    _milestone(
        "feedback-loop",
        3,
        "Feedback loop closed",
        22,
        4,
        10,
        "A preference set collected in use has trained a better model.",
        serves=["job:feedback", "job:dpo"],
        criteria=[_better("made:dpo", "made:sft", "Trained on feedback from use, and better")],
    ),
    _milestone(
        "cadence",
        3,
        "Retraining cadence",
        26,
        1,
        3,
        "When the model is trained again, who decides, and what stops it.",
        criteria=[_signed("Product owner", "The cadence is agreed and written down", needs="owner")],
    ),
)

_LINKS: tuple[tuple[str, str, str, int], ...] = (
    ("data-agreed", "baseline", "FS", 0),
    ("baseline", "fine-tuned", "FS", 0),
    ("baseline", "human-feedback", "FS", 0),
    ("human-feedback", "reward-model", "FS", 0),
    ("fine-tuned", "ethics", "SS", 7),
    ("reward-model", "preference", "FS", 0),
    ("fine-tuned", "preference", "FS", 0),
    ("ethics", "preference", "FS", 0),
    ("preference", "rlaif", "SS", 7),
    ("preference", "test-time", "FS", 0),
    ("test-time", "adaptive", "FS", 0),
    ("test-time", "cost-per-correct", "FS", 0),
    ("adaptive", "distilled", "FS", 0),
    ("cost-per-correct", "distilled", "FS", 0),
    ("distilled", "served", "FS", 0),
    ("served", "monitoring", "SS", 7),
    ("served", "ab-test", "FS", 0),
    ("monitoring", "feedback-loop", "FS", 0),
    ("ab-test", "feedback-loop", "SS", 14),
    ("feedback-loop", "cadence", "FS", 0),
)


def standard_plan() -> PlanDocument:
    """The document, beginning on `DAY_ZERO`."""
    return parse_document(
        {
            "phases": [{"name": name, "aim": aim, "gate": {}} for name, aim in PHASES],
            "milestones": [*_FOUNDATION, *_REASONING, *_DEPLOYMENT],
            "links": [
                {"before": before, "after": after, "kind": kind, "lag_days": lag} for before, after, kind, lag in _LINKS
            ],
        }
    )
