"""The public pages. They show content and what public studies measured, and are the same for everybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .. import measured
from ..branches import branch_pages, neighbours
from ..content import benchmarks as tests
from ..content import home as front
from ..content.cases import CASES
from ..content.claims import CLAIMS
from ..content.glossary import TERMS
from ..content.path import PHASES
from ..content.schema import Topic
from ..content.sources import SOURCES
from ..content.topics import TOPICS
from ..explorers.registry import EXPLORERS
from ..results import case_results, results
from ..starts import starts

_INDEX = (
    "Eleven interactive topics on LLM post-training: supervised fine-tuning, LoRA, RLHF, DPO, GRPO, RLAIF, "
    "self-consistency and search, each with sources and measurements."
)
_PATH = (
    "A road map for adopting LLM post-training: foundation and alignment, advanced reasoning, scalable deployment, "
    "with the evidence that opens each phase."
)
_GLOSSARY = "Terms of LLM post-training, from adapter to Wilson interval, each in one plain sentence."
_WALL = (
    "Well-known figures on self-consistency, LoRA, GRPO, RLAIF, distillation and more, each with its source, what it "
    "does not say, and what was measured here."
)
_BENCHMARKS = (
    "Public benchmarks for language models in eight families: what GSM8K, MMLU, HumanEval, IFEval and others ask, how "
    "they are scored, and what a good score does not tell."
)


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What post-training is, the takeaways, the branches, the road, and where to go from here."""
    study = measured.newest_study("adaptation")
    context = {
        "title": front.TITLE,
        "description": front.DESCRIPTION,
        "front": front,
        "branches": branch_pages(),
        "phases": PHASES,
        "study": study,
        "rows": measured.contenders(study) if study else [],
        "wall": results(("self-consistency-gsm8k", "lora-parameters", "compute-optimal-14x"), ()),
    }
    return render(request, "topics/home.html", context)


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The chooser: every topic in its branch."""
    context = {
        "title": "Topics in LLM post-training",
        "description": _INDEX,
        "branches": branch_pages(),
        "tools": front.TOOLS,
        "explorers": list(EXPLORERS.values()),
    }
    return render(request, "topics/index.html", context)


@login_not_required
@require_safe
def branch(request: HttpRequest, branch: str) -> HttpResponse:
    """One of the three branches."""
    pages = branch_pages()
    found = next((page for page in pages if page.key == branch), None)
    if found is None:
        raise Http404("No such branch")
    context = {"title": f"{found.title}: {found.motto.lower()}", "description": found.summary}
    return render(request, "topics/branch.html", context | {"branch": found, "branches": pages})


@login_not_required
@require_safe
def module(request: HttpRequest, branch: str, module: str) -> HttpResponse:
    """One topic with its interactive parts, published figures, case study and what can be run."""
    topic = TOPICS.get(module)
    if topic is None or topic.branch != branch:
        raise Http404("No such topic")
    before, after = neighbours(topic)
    context = {
        "title": topic.title,
        "description": topic.description,
        "topic": topic,
        "branch": next(page for page in branch_pages() if page.key == topic.branch),
        "before": before,
        "after": after,
        "terms": sorted((TERMS[key] for key in topic.terms), key=lambda term: term.word.casefold()),
        "sources": [SOURCES[key] for key in topic.sources],
        "starts": starts(topic.kinds),
        **_evidence(topic),
    }
    return render(request, "topics/module.html", context)


def _evidence(topic: Topic) -> dict[str, object]:
    """The case study with its claims beside what was measured; the topic's other published figures."""
    studies = measured.public_studies()
    case = CASES.get(topic.case)
    if case is None:
        return {"results": results(topic.claims, studies), "case": None}
    others = [key for key in topic.claims if key not in case.claims]
    return {"results": results(others, studies), "case": case, **case_results(case, studies)}


@login_not_required
@require_safe
def path(request: HttpRequest) -> HttpResponse:
    """The three phases with their gates."""
    phases = [
        {"phase": phase, "topics": [TOPICS[key] for key in phase.topics], "starts": starts(phase.kinds)}
        for phase in PHASES
    ]
    return render(
        request, "topics/path.html", {"title": "Your path in three phases", "description": _PATH, "phases": phases}
    )


@login_not_required
@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Every term, by letter."""
    letters: dict[str, list[dict[str, object]]] = {}
    for term in TERMS.values():
        entry = {"term": term, "see": [TERMS[key] for key in term.see], "topic": TOPICS.get(term.topic)}
        letters.setdefault(term.word[0].upper(), []).append(entry)
    context = {"title": "Glossary of LLM post-training", "description": _GLOSSARY, "count": len(TERMS)}
    return render(request, "topics/glossary.html", context | {"letters": letters})


@login_not_required
@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """Every published figure, its caveat, and what was measured here."""
    context = {"title": "Published results, read with care", "description": _WALL}
    return render(request, "topics/wall.html", context | {"results": results(CLAIMS, measured.public_studies())})


@login_not_required
@require_safe
def benchmarks(request: HttpRequest) -> HttpResponse:
    """What each family of benchmarks tests."""
    families = [
        {"family": family, "rows": [(one, SOURCES[one.source]) for one in family.benchmarks]}
        for family in tests.FAMILIES
    ]
    context = {"title": "Benchmarks, by what they test", "description": _BENCHMARKS, "own": tests.OWN}
    return render(request, "topics/benchmarks.html", context | {"families": families})
