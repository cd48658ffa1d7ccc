"""What the open tab shows."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from webapp.files.bucket import FilesFault

from ..models import Artifact, Job
from ..published import is_left
from . import curves, events, items
from .config import config
from .results import results, so_far
from .tabs import Tab
from .texts import is_cut

Content = dict[str, Any]
Query = Mapping[str, str]


def tab_content(job: Job, tab: Tab, query: Query) -> Content:
    """The template's variables for this tab; `files_fault` alone where its files cannot be had now."""
    try:
        return _CONTENT[tab.key](job, query)
    except FilesFault as fault:
        return {"files_fault": fault}


def _charts(job: Job, query: Query) -> Content:
    charts = curves.charts(job)
    shown = ",".join(chart.key for chart in charts)
    return {"charts": charts, "shown": shown, "are_same_charts": query.get("shown") == shown}


def _samples(job: Job, query: Query) -> Content:
    found = events.samples(job, _before(query))
    answers = [answer for group in found.groups for answer in group["answers"]]
    return {"samples": found, "whole": "whole" in query, "is_cut": is_cut(answers)}


def _data(job: Job, query: Query) -> Content:
    return {"batch": items.first_batch(job)}


def _results(job: Job, query: Query) -> Content:
    return {"results": results(job), "so_far": so_far(job)}


def _items(job: Job, query: Query) -> Content:
    found = _found_items(job, query)
    validation, answers = found.get("validation"), found.get("answers")
    rows = [*validation.worst, *validation.best] if validation else []
    rows += [vars(item) for item in answers.items] if answers else []
    return {**found, "whole": "whole" in query, "is_cut": is_cut(rows)}


def _found_items(job: Job, query: Query) -> Content:
    if job.spec.get("metric") == "perplexity":
        return {"validation": items.read_items(job), "what": "held-out"}
    if job.kind == "evaluate":
        return {"answers": items.answers(job, query)}
    return {"validation": items.validation_items(job), "what": "validation"}


def _config(job: Job, query: Query) -> Content:
    text = json.dumps(job.spec, indent=1, ensure_ascii=False)
    return {"config": config(job, query.get("against", "")), "spec_text": text}


def _log(job: Job, query: Query) -> Content:
    search = query.get("q", "").strip()[:200]
    return {"log": events.log_lines(job, search, _before(query)), "search": search}


def _before(query: Query) -> int | None:
    """The event before which a page of the past begins."""
    asked = query.get("before", "")
    return int(asked[:18]) if asked.isdecimal() else None


def _artifacts(job: Job, query: Query) -> Content:
    found = list(Artifact.objects.filter(job=job))
    return {"artifacts": [(artifact, is_left(job, artifact.path)) for artifact in found]}


_CONTENT: dict[str, Callable[[Job, Query], Content]] = {
    "charts": _charts,
    "samples": _samples,
    "data": _data,
    "results": _results,
    "items": _items,
    "config": _config,
    "log": _log,
    "artifacts": _artifacts,
}
