"""The workbook: every figure an input cell, every flow a formula, so that changing a cell moves the value."""

import io

from roi import Scenario
from roi.montecarlo import Simulation
from roi.outcome import Outcome


def workbook(scenario: Scenario, outcome: Outcome, simulation: Simulation | None = None) -> bytes:
    """The business case as an XLSX file. `simulation` adds its percentiles to the summary, as plain values.

    No text of a user becomes a formula or a link: every text is written as one.
    """
    from .assumptions import write_assumptions
    from .book import Book
    from .compared import SUMMARY, write_options, write_summary
    from .flows import write_flows
    from .plain import PlainBook
    from .sheet import most_months

    target = io.BytesIO()
    made = PlainBook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book = Book(made, scenario.currency)
    summary = made.add_worksheet(SUMMARY)
    cells = write_assumptions(book, scenario, most_months=most_months(scenario))
    judged = [option for option in scenario.options if option.kind != "do_nothing"]
    flows = [
        write_flows(book, scenario, scenario.option(option.key), outcome.option(option.key), number, cells)
        for number, option in enumerate(judged, start=1)
    ]
    write_options(book, flows)
    write_summary(book, summary, scenario, flows, simulation)
    made.set_properties({"title": scenario.name, "comments": f"Made with Uplift. Currency: {scenario.currency}."})
    made.close()
    return target.getvalue()
