"""Forms of gates: the builder of each kind of criterion, and what is signed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from training.metrics import METRICS
from webapp.datasets.models import DatasetVersion
from webapp.jobs.models import Measurement, Study
from webapp.projects.models import Project

from ..evidence.counts import COUNTERS
from ..gates.criteria import ANY_ACCURACY, SCENARIO_FIGURES
from ..models import Choice
from .plan import choose

LEVELS = (("must", "Must be met"), ("should", "Should be met"))
COMPARATORS = (("at_least", "at least"), ("at_most", "at most"))
_MOST_OFFERED = 100


class CriterionForm(forms.Form):
    """What every kind has: how much it matters, and its name."""

    kind = ""
    level = forms.ChoiceField(choices=LEVELS, initial="must", label="How much it matters")
    title = forms.CharField(
        max_length=160, required=False, label="In your own words", help_text="Shown instead of the rule's own words."
    )

    def __init__(self, project: Project, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.project = project
        shared = ("level", "title")
        self.order_fields([*(name for name in self.fields if name not in shared), *shared])  # the rule itself first
        self.offer()

    def offer(self) -> None:
        """Fill choices from the project."""

    def raw(self) -> dict[str, Any]:
        """What was typed, for `parse_criterion`."""
        return {"kind": self.kind, **{name: self.cleaned_data[name] for name in self.cleaned_data}}


class MeasurementForm(CriterionForm):
    """A measured figure against a threshold or a baseline."""

    kind = "measurement"
    metric = forms.ChoiceField(help_text="Which figure is looked at.")
    other_metric = forms.RegexField(
        r"^[\w.@-]{1,60}$", required=False, label="Another metric", help_text="By its name, if it is not in the list."
    )
    subject = forms.ChoiceField(label="Of which model or study")
    comparator = forms.ChoiceField(choices=COMPARATORS, label="Comparison")
    threshold = forms.FloatField(
        label="Threshold",
        help_text="A share as a fraction: 0.85 is 85%. As a difference, 0 asks for better, −0.03 allows 3 points less.",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    judged_on = forms.ChoiceField(
        label="Judged on",
        initial="bound",
        widget=forms.RadioSelect,
        choices=(
            ("bound", "The interval's bound"),
            ("estimate", "The estimate"),
            ("difference", "The paired difference to a baseline"),
        ),
    )
    baseline = forms.ChoiceField(required=False, label="Baseline")

    def offer(self) -> None:
        """Metrics that the project has measured, its studies and models."""
        rows = Measurement.objects.filter(project=self.project, label="")
        names = sorted(set(rows.order_by().values_list("metric", flat=True)[:2000]))
        metrics = [(ANY_ACCURACY, "Right answers, by the project's own metric")]
        metrics += [(name, metric.title) for name, metric in METRICS.items()]
        metrics += [(name, name.replace("_", " ")) for name in names if name not in METRICS]
        models = sorted(set(rows.exclude(model="").order_by().values_list("model", flat=True)[:2000]))[:_MOST_OFFERED]
        made = [("made", "Any model made here"), ("made:sft", "A fine-tuned model")]
        made += [("made:dpo,ppo,grpo", "A preference-optimised model"), ("made:distill", "A distilled model")]
        named = [(f"model:{model}", model) for model in models]
        studies = Study.objects.filter(project=self.project)[:_MOST_OFFERED]
        subjects = [("any", "The newest measurement"), ("base", f"The base model ({self.project.base_model})"), *made]
        subjects += [("external", "External evidence")]
        subjects += [(f"study:{study.code}", f"Study: {study.question}") for study in studies]
        baselines = [("", "None"), ("base", "The base model"), *made, *named]
        radio = self.fields["judged_on"]
        radio.descriptions = {  # type: ignore[attr-defined]  # read by webapp.ui.fields
            "bound": "The whole interval has to lie on the right side. The careful choice.",
            "estimate": "The measured value alone, however wide its interval.",
            "difference": "Against another model on the same items: the gain's interval has to exceed the threshold.",
        }
        for name, choices in (("metric", metrics), ("subject", subjects + named), ("baseline", baselines)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = self._with_initial(name, choices)

    def _with_initial(self, name: str, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The choices and what the criterion has now, which may be older than they are."""
        now = self.initial.get(name)
        return choices if not now or now in dict(choices) else [*choices, (now, now)]

    def raw(self) -> dict[str, Any]:
        """With the metric that was typed, if one was; a baseline only where a difference is judged."""
        raw = super().raw()
        raw["metric"] = raw.pop("other_metric") or raw["metric"]
        if raw["judged_on"] != "difference":
            raw["baseline"] = None
        raw["baseline"] = raw["baseline"] or None
        return raw


class ScenarioForm(CriterionForm):
    """A figure of a scenario against a threshold."""

    kind = "scenario"
    figure = forms.ChoiceField(choices=[(name, figure.title) for name, figure in SCENARIO_FIGURES.items()])
    scenario = forms.ChoiceField(required=False)
    comparator = forms.ChoiceField(choices=COMPARATORS, label="Comparison")
    threshold = forms.FloatField(
        help_text="A probability as a fraction: 0.8 is 80%. Payback in months, money in the scenario's currency.",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )

    def offer(self) -> None:
        """The project's scenarios."""
        field = self.fields["scenario"]
        assert isinstance(field, forms.ChoiceField)
        rows = self.project.scenarios.values_list("code", "name")[:_MOST_OFFERED]
        field.choices = [("", "The project's main scenario"), *rows]


class CountForm(CriterionForm):
    """How many there have to be."""

    kind = "count"
    counted = forms.ChoiceField(label="What is counted")
    comparator = forms.ChoiceField(choices=COMPARATORS, label="Comparison")
    threshold = forms.IntegerField(min_value=0, max_value=1_000_000_000, label="Number")

    def offer(self) -> None:
        """Everything that can be counted."""
        field = self.fields["counted"]
        assert isinstance(field, forms.ChoiceField)
        known = [(counter.name, counter.title) for counter in COUNTERS.values()]
        if "ratings" not in COUNTERS:
            known.append(("ratings", "Ratings by people"))
        now = self.initial.get("counted")
        field.choices = known if not now or now in dict(known) else [*known, (now, now.replace("_", " "))]


class ReviewForm(CriterionForm):
    """Who signs."""

    kind = "review"
    role = forms.CharField(max_length=80, help_text="In which role somebody signs: domain expert, ethics lead.")
    needs = forms.ChoiceField(
        choices=(("editor", "An editor or owner of the project"), ("owner", "An owner")), label="Who may sign"
    )


BUILDERS: Mapping[str, type[CriterionForm]] = {
    form.kind: form for form in (MeasurementForm, ScenarioForm, CountForm, ReviewForm)
}
"""The builder of each kind of criterion."""


class DecisionForm(forms.Form):
    """What is decided at a gate."""

    choice = forms.ChoiceField(choices=Choice.choices, label="Decision")
    note = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Why. Needed unless it is go.",
    )


class WaiverForm(forms.Form):
    """Why a criterion may be passed over, and until when."""

    reason = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 2}), label="Why")
    until = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["until"].initial = timezone.localdate() + timedelta(days=30)


class SignForm(forms.Form):
    """A signature, or why there is none."""

    note = forms.CharField(max_length=2000, required=False, label="Note")
    is_approved = forms.BooleanField(required=False)


class CommentForm(forms.Form):
    """What somebody says."""

    text = forms.CharField(
        max_length=5000,
        label="Comment",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="@name mentions a member.",
    )


class AttachForm(forms.Form):
    """A job, study or scenario of the project."""

    ref = forms.ChoiceField(label="Job, study or scenario")

    def __init__(self, project: Project, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["ref"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("Studies", [(f"study:{one.code}", one.question) for one in project.studies.all()[:30]]),
            (
                "Scenarios",
                [(f"scenario:{code}", name) for code, name in project.scenarios.values_list("code", "name")[:30]],
            ),
            ("Jobs", [(f"job:{code}", name) for code, name in project.jobs.values_list("code", "name")[:60]]),
        ]


class EvidenceForm(forms.Form):
    """A figure that was measured elsewhere."""

    metric = forms.RegexField(
        r"^[\w.@-]{1,60}$", help_text="As the criterion names it: rater_agreement, pair_accuracy."
    )
    value = forms.FloatField(widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}))
    low = forms.FloatField(required=False, label="Interval from", widget=forms.NumberInput(attrs={"step": "any"}))
    high = forms.FloatField(required=False, label="Interval to", widget=forms.NumberInput(attrs={"step": "any"}))
    n = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        label="Items",
        help_text="How many it was measured on. Without it, or an interval, a share or a score counts for no gate.",
    )
    unit = forms.ChoiceField(
        choices=(
            ("fraction", "Share of items, 0 to 1"),
            ("score", "Score"),
            ("items", "Count"),
            ("seconds", "Seconds"),
            ("usd", "US dollars"),
        )
    )
    model = forms.CharField(max_length=300, required=False, help_text="What was measured.")
    version = forms.ModelChoiceField(
        DatasetVersion.objects.none(),
        required=False,
        label="Held-out data",
        empty_label="Not a dataset of this project",
    )
    source = forms.CharField(
        max_length=500, help_text="Where the figure is from, so that somebody else can find it: report, page, day."
    )

    def __init__(self, project: Project, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        rows = DatasetVersion.objects.filter(dataset__project=project).select_related("dataset")
        choose(self, "version", rows.order_by("dataset__name", "-number"))

    def clean_n(self) -> int:
        """None is no item."""
        return int(self.cleaned_data["n"] or 0)
