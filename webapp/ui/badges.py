"""Badges: a shape and a word for each state, provenance and verdict. A new word is one line here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Badge:
    """word: what is read; shape: the symbol in `components/_shape.html`; tone: `accent`, `warm` or `plain`."""

    word: str
    shape: str
    tone: str = "plain"


BADGES = {
    # states of a job or study
    "queued": Badge("queued", "ring-dotted"),
    "waiting": Badge("waiting", "pause"),
    "running": Badge("running", "arc", "accent"),
    "done": Badge("done", "check", "accent"),
    "failed": Badge("failed", "cross", "warm"),
    "cancelled": Badge("cancelled", "bar"),
    # where a number comes from
    "measured": Badge("measured", "disc", "accent"),
    "published": Badge("published", "diamond"),
    "assumed": Badge("assumed", "ring"),
    # what became of a claim or a gate
    "held": Badge("held", "check", "accent"),
    "not_held": Badge("not held", "cross", "warm"),
    "not_settled": Badge("not settled", "tilde"),
    "passes": Badge("passes", "check", "accent"),
    "fails": Badge("fails", "cross", "warm"),
    "not_enough_evidence": Badge("not enough evidence", "tilde"),
    # what became of a gate, and how a milestone stands
    "passed": Badge("passed", "check", "accent"),
    "reopened": Badge("re-opened", "triangle", "warm"),
    "waived": Badge("waived", "bar", "warm"),
    "external": Badge("external", "diamond"),
    "late": Badge("late", "triangle", "warm"),
    "critical": Badge("critical path", "diamond"),
    # how a thing is
    "ok": Badge("well", "disc", "accent"),
    "warning": Badge("warning", "triangle", "warm"),
    "fault": Badge("fault", "triangle", "warm"),
    "draft": Badge("draft", "ring-dotted"),
    # how far an inquiry is
    "new": Badge("new", "disc", "warm"),
    "talking": Badge("in conversation", "arc", "accent"),
    "closed": Badge("closed", "check"),
}


def find_badge(name: object) -> Badge:
    """The badge of this name, `not held` and `not_held` alike; an unknown name becomes a plain ring with that word."""
    text = str(getattr(name, "value", name) or "unknown")
    return BADGES.get(text.strip().lower().replace(" ", "_").replace("-", "_"), Badge(text, "ring"))
