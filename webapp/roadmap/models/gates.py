"""Gates, their criteria with what was last found, and what people signed: decisions, waivers, reviews."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from ..gates import Criterion, Verdict, parse_criterion
from .plan import Milestone, Phase


class GateState(models.TextChoices):
    """Where a gate stands. REOPENED was passed until what it rested on changed."""

    CLOSED = "closed", "Not passed"
    PASSED = "passed", "Passed"
    REOPENED = "reopened", "Re-opened"


VERDICTS = [(verdict.value, verdict.value.replace("_", " ")) for verdict in Verdict]


class Gate(models.Model):
    """What has to be shown before a milestone or a whole phase counts as done.

    `basis` is what the passed gate rests on; `reason` says in a sentence why it stands as it does. A phase's gate also
    needs every milestone of the phase.
    """

    milestone = models.OneToOneField(Milestone, on_delete=models.CASCADE, null=True, blank=True, related_name="gate")
    phase = models.OneToOneField(Phase, on_delete=models.CASCADE, null=True, blank=True, related_name="gate")
    should_needed = models.PositiveIntegerField(
        null=True, blank=True, help_text="How many should-meet criteria are needed; half of them if left out."
    )
    verdict = models.CharField(max_length=20, choices=VERDICTS, default=Verdict.NOT_ENOUGH.value)
    state = models.CharField(max_length=10, choices=GateState.choices, default=GateState.CLOSED)
    reason = models.TextField(blank=True)
    basis = models.JSONField(default=list, blank=True)
    passed_at = models.DateTimeField(null=True, blank=True)
    evaluated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(milestone__isnull=False, phase__isnull=True)
                | Q(milestone__isnull=True, phase__isnull=False),
                name="a_gate_of_a_milestone_or_a_phase",
            ),
        )

    def __str__(self) -> str:
        return f"Gate of {self.milestone or self.phase}"

    @property
    def is_passed(self) -> bool:
        """Whether what stands behind it counts as done."""
        return self.state == GateState.PASSED


class GateCriterion(models.Model):
    """One criterion of a gate as it was built, and what was last found.

    `newest_seen` is when the newest evidence was made that it ever rested on: older evidence no longer counts.
    """

    gate = models.ForeignKey(Gate, on_delete=models.CASCADE, related_name="criteria")
    spec = models.JSONField(help_text="A criterion of `webapp.roadmap.gates`.")
    position = models.PositiveIntegerField(default=0)
    verdict = models.CharField(max_length=20, choices=VERDICTS, default=Verdict.NOT_ENOUGH.value)
    sentence = models.TextField(blank=True)
    figure = models.JSONField(default=dict, blank=True, help_text="value, low, high, n, text, name, ref, source")
    more_items = models.PositiveIntegerField(null=True, blank=True)
    newest_seen = models.DateTimeField(null=True, blank=True)
    evaluated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("gate", "position", "pk")
        verbose_name_plural = "gate criteria"

    def __str__(self) -> str:
        return self.criterion.label

    @property
    def criterion(self) -> Criterion:
        """The criterion, typed."""
        return parse_criterion(self.spec)


class Choice(models.TextChoices):
    """What may be decided at a gate."""

    GO = "go", "Go"
    HOLD = "hold", "Hold"
    RECYCLE = "recycle", "Recycle"
    KILL = "kill", "Kill"


class _Signed(models.Model):
    """Something a person signed on a day. Rows never change."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ("-at", "-pk")


class Decision(_Signed):
    """What was decided at a gate, by whom, and why."""

    gate = models.ForeignKey(Gate, on_delete=models.CASCADE, related_name="decisions")
    choice = models.CharField(max_length=10, choices=Choice.choices)
    note = models.TextField(max_length=2000, blank=True)

    def __str__(self) -> str:
        return f"{self.get_choice_display()}: {self.gate}"


class Waiver(_Signed):
    """A person lets a criterion pass until a day although the evidence does not, and says why."""

    criterion = models.ForeignKey(GateCriterion, on_delete=models.CASCADE, related_name="waivers")
    reason = models.TextField(max_length=2000)
    until = models.DateField(help_text="The last day on which it counts.")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Waiver until {self.until}"

    def counts_on(self, day: date) -> bool:
        """Whether it is in force."""
        return self.withdrawn_at is None and day <= self.until


class Review(_Signed):
    """A person in a role signed, or refused to."""

    criterion = models.ForeignKey(GateCriterion, on_delete=models.CASCADE, related_name="reviews")
    is_approved = models.BooleanField()
    note = models.TextField(max_length=2000, blank=True)

    def __str__(self) -> str:
        return "Signed" if self.is_approved else "Refused"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("What was signed never changes")
        super().save(*args, **kwargs)
