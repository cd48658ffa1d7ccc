"""From a project to its report: rules over what is stored, and nothing where nothing is stored."""

from collections.abc import Iterator
from datetime import date

from webapp.projects.models import Project
from webapp.ui import formats

from ..document import Document, KeyFigure, Notebook, Said
from .evidence import Found, claims_table, evidence_table, newest_study, study_picture
from .money import Money, main_scenario, options_table
from .plan import Plan, gates_table, phases_table, plan
from .recommend import Facts, recommend


def compose(project: Project, today: date) -> Document:
    """The report of a project as its data stand; the same data give the same document."""
    book = Notebook()
    study = newest_study(project, book)
    money = main_scenario(project, book)
    stands = plan(project, book, today)
    advice = recommend(_facts(study, money, stands))
    evidence = evidence_table(project, book)
    return Document(
        project=project.name,
        question=_question(project),
        as_of=today.isoformat(),
        choice=advice.choice,
        recommendation=advice.sentence,
        reasons=advice.reasons,
        figures=money.figures or _unknown_figures(),
        risks=(*_overlap(study), *stands.risks, *money.risks),
        steps=(*stands.steps, *money.steps, *_first_steps(study, money, stands)),
        missing=_missing(study, money, stands),
        tables=(
            options_table(money),
            evidence,
            claims_table(study, book),
            phases_table(stands),
            gates_table(stands),
        ),
        pictures=(*study_picture(study), *money.pictures),
        notes=book.notes(),
        currency=money.currency,
    )


def _question(project: Project) -> str:
    task = project.task.strip() or f"The use case “{project.name}”."
    return f"Should we go on with post-training for this task? {task}"


def _facts(study: Found, money: Money, stands: Plan) -> Facts:
    return Facts(
        chance=money.chance,
        option=money.option,
        is_tuned=money.is_tuned,
        money_notes=money.notes,
        success_is_measured=money.is_measured,
        gain_is_real=study.is_real,
        gain_is_loss=study.is_loss,
        gain_sentence=study.sentence,
        study_notes=study.notes,
        overlapping_rows=study.outcome.overlapping_rows if study.outcome else 0,
        phase=stands.phase,
        failing=stands.failing,
        unsettled=stands.unsettled,
        reopened=stands.reopened,
        killed=stands.killed,
        has_roadmap=stands.exists,
        plan_notes=stands.notes,
        criterion_notes=stands.criterion_notes,
    )


def _unknown_figures() -> tuple[KeyFigure, ...]:
    names = ("Net present value", "Paid back", "Success rate at which it pays")
    return tuple(KeyFigure(label=name, value="not known", reach="there is no business case yet") for name in names)


def _overlap(study: Found) -> tuple[Said, ...]:
    rows = study.outcome.overlapping_rows if study.outcome else 0
    if not rows:
        return ()
    text = f"{formats.count(rows, 'training row')} also stand in the held-out set: the measured accuracy is too kind."
    return (Said(text=text, notes=study.notes),)


def _first_steps(study: Found, money: Money, stands: Plan) -> Iterator[Said]:
    """What fills the gaps that `_missing` names."""
    if study.outcome is None:
        yield Said(text="Compare a tuned model with the base model on held-out items: it shows whether tuning gains.")
    if money.scenario is None:
        yield Said(text="Make a business case: it shows what a gain would be worth.")
    elif not money.is_measured and study.outcome is not None:
        yield Said(text="Take the measured success rate over into the business case.", notes=study.notes)
    if not stands.exists:
        yield Said(text="Start the roadmap: its gates say what has to be shown before more is spent.")


def _missing(study: Found, money: Money, stands: Plan) -> tuple[str, ...]:
    """What a board would ask for and this report cannot answer."""
    found = []
    if study.outcome is None:
        found.append("No study has compared a tuned model with the base model.")
    elif study.outcome.missing:
        found.append(f"The study lacks the result of {', '.join(study.outcome.missing)}.")
    if money.scenario is None:
        found.append("No business case has been made, so nothing is said about money.")
    elif not money.is_measured:
        found.append("The success rate in the business case is not measured.")
    if not stands.exists:
        found.append("No roadmap has been started, so no gate could be judged.")
    return tuple(found)
