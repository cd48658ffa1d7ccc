"""What the calculator's templates show of a session."""

from functools import lru_cache
from typing import Any

import roi
from webapp.business.presets import PRESET_SUMMARIES, preset_titles
from webapp.ui import formats
from webapp.ui.locales import LOCALES, in_locale

from .inputs import make_input
from .outcome import Outcome, appraised, outcome
from .panel import make_choice, panel
from .session import DEFAULT_PRESET, Session, base_of, query_text
from .state import SETTINGS, State, places
from .working import worked


@lru_cache(maxsize=64)
def _untouched(preset: str, locale: str, rate: str, show: str) -> Outcome:
    """Of a preset that nobody changed: what most visitors see first."""
    state = State(preset, LOCALES[locale], rate, show=show)
    with in_locale(state.locale):
        return outcome(base_of(state), show)


def outcome_of(session: Session) -> Outcome:
    """The outcome of the state; while a field has a fault, that is the last one without."""
    state = session.state
    if not state.figures and not state.without:
        return _untouched(state.preset, state.locale.key, state.rate, state.show)
    return outcome(session.scenario, state.show)


def outcome_context(session: Session) -> dict[str, Any]:
    """For the part right of the figures, which every answer brings anew."""
    return {
        "outcome": outcome_of(session),
        "faults": session.shown.faults,
        "state": session.state,
        "query": session.query,
    }


def working_context(session: Session) -> dict[str, Any]:
    """For the measures of the option in front, each with its formula."""
    option = appraised(session.scenario, outcome_of(session).key)
    return {"working": worked(option, session.scenario.currency)}


def page_context(session: Session) -> dict[str, Any]:
    """For the whole calculator."""
    shown = session.shown
    context = outcome_context(session)
    currency = roi.preset(session.state.preset).currency
    return context | {
        "panel": panel(shown, {context["outcome"].key, *session.unfolded}),
        "refused": session.refused,
        "locale": shown.locale,
        "locales": _locales(),
        "pairs": [pair for pair in session.state.query(DEFAULT_PRESET) if pair[0] != "rate"],
        "presets": _presets(session.state),
        "typed_rate": shown.form.get("rate") or session.state.rate,
        "preset_currency": currency,
        "is_other_currency": currency != shown.locale.currency,
    }


def _locales() -> list[tuple[str, str]]:
    """Key and an example of each locale: a currency and how its sums are written."""
    found = []
    for locale in LOCALES.values():
        with in_locale(locale):
            found.append((locale.key, f"{locale.currency}: {formats.money(1234.56, locale.currency)}"))
    return found


def _presets(state: State) -> list[dict[str, Any]]:
    """A link to each preset that keeps the place, and drops the figures of another preset."""
    return [
        {
            "name": name,
            "summary": PRESET_SUMMARIES.get(key, ""),
            "href": f"?{query_text(State(key, state.locale))}",
            "is_current": key == state.preset,
        }
        for key, name in preset_titles().items()
    ]


def part_context(session: Session) -> dict[str, Any]:
    """For an answer into a page that stays: the fields to draw anew, and the notes that no longer hold."""
    shown, known = session.shown, places(session.shown.base)
    noted = session.touched - session.redrawn
    unfolded = panel(shown, session.unfolded) if session.unfolded else None
    return {
        "redrawn": [make_input(shown, known[name]) for name in known if name in session.redrawn],
        "noted": [make_input(shown, known[name]) for name in known if name in noted],
        "choices": [make_choice(shown, setting) for name, setting in SETTINGS.items() if name in noted],
        "groups": [group for key in session.unfolded if unfolded and (group := unfolded.behind(key))],
    }
