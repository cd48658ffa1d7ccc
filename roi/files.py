"""What a JSON file with a scenario may look like: the scenario alone, or the scenario together with its outcome."""

from collections.abc import Mapping

from .faults import Fault, ScenarioFaults


def scenario_in(data: object) -> object:
    """The scenario's plain data in the content of a file, for `parse`.

    An export of the outcome has its scenario under `scenario`; no scenario has a field of that name. Raises
    `ScenarioFaults` for an outcome alone: the figures that it was made from are not in it.
    """
    if not isinstance(data, Mapping):
        return data
    if "scenario" in data and "outcome" in data:
        held: object = data["scenario"]
        return held
    is_outcome = "best" in data and "work" not in data and "options" in data
    if is_outcome:
        message = "is an outcome, which does not hold its figures: read the file that it was made from"
        raise ScenarioFaults([Fault("scenario", message)])
    return data
