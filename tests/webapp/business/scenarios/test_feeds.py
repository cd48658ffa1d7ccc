"""What feeds which figure: one registry; prices, jobs and what people bring are told as what they are, and renewed."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

import roi
from tests.webapp import factories
from webapp.accounts.models import User
from webapp.business import readings
from webapp.business.bindings import CannotBind, bindings, bound, published, renewed
from webapp.business.calculator.currency import in_currency
from webapp.business.feeds import FEED_FOR, FEED_OF, FEEDS, Reading
from webapp.business.models import Scenario
from webapp.business.pages.assumptions import renewals, sections
from webapp.business.presets import preset_case
from webapp.business.services import stored_case, update_scenario
from webapp.jobs.external import ExternalFigure, record_external
from webapp.jobs.models import JobState, Measurement
from webapp.projects.models import DevicePrice, Project

from .conftest import PRESET, measured, study
from .test_pages import address, editor

__all__ = ["editor"]

SOURCE = "Pilot of the vendor, May"
PEFT = "options[3]."
SUCCESS, SECONDS, TOKENS = (
    PEFT + name for name in ("work.success_rate", "run.device_seconds_per_item", "run.tokens_out_per_item")
)
PRICE, HOURS = PEFT + "run.price_per_device_hour", PEFT + "one_off.experiment_device_hours"


def by_ref(project: Project) -> dict[str, Reading]:
    return {reading.ref: reading for reading in readings.listed(project)}


def priced(project: Project, by: User, usd: str, *, source: str = "Contract 7") -> DevicePrice:
    return DevicePrice.objects.create(
        project=project,
        device_class="cpu",
        usd_per_hour=Decimal(usd),
        source=source,
        read_on=date(2026, 11, 1),
        created_by=by,
    )


def brought(project: Project, by: User, **more: object) -> Measurement:
    given = {"metric": "resolved", "value": 0.8, "n": 50, "model": "theirs", "source": SOURCE, **more}
    return record_external(by=by, project=project, figure=ExternalFigure(**given))


def test_the_registry_speaks_of_figures_that_there_are() -> None:
    assert set(FEED_FOR) <= set(roi.REGISTRY)
    assert len(FEED_OF) == sum(len(feed.metrics) for feed in FEEDS), "a metric feeds in one way"
    assert all(feed.labels and feed.title and feed.how for feed in FEEDS)
    told = (Path(__file__).parents[4] / "docs" / "formulas.md").read_text()
    rows = [line for line in told.splitlines() if line.startswith("| ")]
    for feed in FEEDS:
        row = next(line for line in rows if line.startswith(f"| {feed.title} |"))
        assert all(f"`{name.partition('.')[2]}`" in row for name in feed.figures)


def test_a_price_brings_its_source_and_date_and_is_renewed_only_when_asked(
    project: Project, people: dict[str, User]
) -> None:
    priced(project, people["owner"], "2.40")
    case = bound(preset_case(PRESET), PRICE, by_ref(project)["price:cpu"])
    quantity = case.option("peft").quantities["run.price_per_device_hour"]
    assert quantity.mean == 2.4
    assert quantity.provenance == roi.Published(source="Price book, cpu: Contract 7", read=date(2026, 11, 1))
    assert bindings(project, case)[PRICE].newer is None
    priced(project, people["owner"], "1.90", source="Contract 8")
    found = bindings(project, case)[PRICE]
    assert found.newer is not None
    assert (found.newer.value, found.differs) == (1.9, False)
    assert renewed(case, [found]).option("peft").quantities["run.price_per_device_hour"].mean == 1.9
    with pytest.raises(CannotBind, match="nothing is converted"):
        bound(in_currency(case, "EUR"), PRICE, by_ref(project)["price:cpu"])
    with pytest.raises(CannotBind, match="another kind"):
        bound(case, SUCCESS, by_ref(project)["price:cpu"])


def test_the_products_own_price_stays_an_assumption(project: Project) -> None:
    case = bound(preset_case(PRESET), PRICE, by_ref(project)["price:cpu"])
    assert case.option("peft").quantities["run.price_per_device_hour"].provenance.kind == "assumed"
    assert bindings(project, case)[PRICE].reading is not None


def test_device_time_is_what_jobs_took_failed_ones_too(project: Project) -> None:
    made = study(project)
    factories.job(project, name="Broke", study=made, role="train:dora", state=JobState.FAILED, elapsed_seconds=1800.0)
    found = by_ref(project)
    assert found[f"study:{made.code}"].value == pytest.approx(2.5), "an hour, an hour, and half of one that failed"
    assert found["jobs:all"].n == 3
    case = bound(preset_case(PRESET), HOURS, found[f"study:{made.code}"])
    held = bindings(project, case)[HOURS]
    assert (held.newer, held.differs) == (None, False)
    factories.job(project, name="Again", study=made, role="train:dora", result={"cost": {"device_seconds": 7200.0}})
    held = bindings(project, case)[HOURS]
    assert held.newer is not None
    assert (held.newer.value, held.differs) == (pytest.approx(4.5), False)
    assert "instead" not in held.newer.text
    job = next(ref for ref, each in found.items() if each.text.startswith("Train lora"))
    alone = bound(preset_case(PRESET), HOURS, found[job])
    assert bindings(project, alone)[HOURS].newer is None
    study(project, methods={"base": 0.4, "lora": 0.9})
    later = bindings(project, alone)[HOURS].newer
    assert later is not None
    assert later.ref != job


def test_what_was_brought_from_elsewhere_says_so(project: Project, people: dict[str, User]) -> None:
    theirs = brought(project, people["owner"])
    reading = by_ref(project)[f"external:{theirs.pk}"]
    case = bound(preset_case(PRESET), SUCCESS, reading)
    quantity = case.option("peft").quantities["work.success_rate"]
    assert (quantity.kind, quantity.mean) == ("beta", pytest.approx(40.5 / 51))
    assert quantity.provenance == reading.provenance
    assert quantity.provenance.metric == "resolved, external: Pilot of the vendor, May"
    rows = [row for part in sections(project, case, bindings(project, case)) for row in part.rows]
    row = next(row for row in rows if row.path == SUCCESS)
    assert (row.badge, row.warning) == ("measured", "")
    assert "external: Pilot of the vendor" in row.origin
    brought(project, people["owner"], value=0.9)
    assert [each.then for each in renewals(case, bindings(project, case))] == ["89.2% (45 of 50)"]
    cited = bound(case, SUCCESS, published(reading)).option("peft").quantities["work.success_rate"].provenance
    assert (cited.kind, cited.source) == ("published", "Pilot of the vendor, May")
    newer = bindings(project, bound(case, SUCCESS, published(reading)))[SUCCESS].newer
    assert newer is not None
    assert newer.provenance.kind == "published", "a renewal stays what it was"
    with pytest.raises(CannotBind, match="brought from elsewhere"):
        published(by_ref(project)["price:cpu"])


def test_external_figures_that_are_no_share_of_items_feed_nothing(project: Project, people: dict[str, User]) -> None:
    for more in ({"metric": "f1"}, {"n": 0}, {"metric": "latency", "unit": "seconds", "value": 3.0}):
        brought(project, people["owner"], **more)
    assert not [ref for ref in by_ref(project) if ref.startswith("external:")]


def test_a_mean_with_an_interval_becomes_a_range_of_p5_and_p95(project: Project, people: dict[str, User]) -> None:
    """A 95% interval of 180 to 220 is 200 with a standard error of 20 / 1.96: P5 is 200 - 1.645 x 10.204 = 183.2."""
    theirs = brought(
        project, people["owner"], metric="tokens_out_per_item", unit="tokens", value=200.0, low=180.0, high=220.0, n=0
    )
    quantity = by_ref(project)[f"external:{theirs.pk}"].quantity
    assert isinstance(quantity, roi.Range)
    assert (quantity.low, quantity.high) == (pytest.approx(183.215, abs=1e-3), pytest.approx(216.785, abs=1e-3))
    job = factories.job(project, name="Evaluate", kind="evaluate")
    own = measured(job, "tokens_out_per_item", 12.5, 300, unit="tokens")
    assert bound(preset_case(PRESET), TOKENS, own).option("peft").quantities["run.tokens_out_per_item"].mean == 12.5


def test_nothing_passes_for_what_it_is_not(project: Project, people: dict[str, User]) -> None:
    """A file that names an external measurement as one of a job here, a price that nobody has, a job that is none."""
    theirs = brought(project, people["owner"])
    reading = by_ref(project)[f"external:{theirs.pk}"]
    quantity = reading.quantity
    own = quantity.provenance.model_copy(update={"measurement": str(theirs.pk)})
    price = roi.Fixed(value=1.0, provenance=roi.Published(source="Price book, h200: nowhere", read=date(2026, 1, 1)))
    hours = roi.Fixed(value=1.0, provenance=roi.Measured(measurement="study:nothing", metric="device_hours", value=1.0))
    case = roi.replace(
        preset_case(PRESET),
        {SUCCESS: quantity.model_copy(update={"provenance": own}), PRICE: price, HOURS: hours},
    )
    found = bindings(project, case)
    assert [found[path].reading for path in (SUCCESS, PRICE, HOURS)] == [None, None, None]


def test_everything_is_bound_and_renewed_from_the_pages(
    editor: Client,
    project: Project,
    scenario: Scenario,
    people: dict[str, User],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    study(project)
    theirs = brought(project, people["owner"])
    page = editor.get(address("bind", scenario)).content.decode()
    for said in ("Shares of right answers, external", "Prices of the price book", "All jobs of", "What fits what"):
        assert said in page
    sent = {"version": 1, "figure": SECONDS, "measurement": f"external:{theirs.pk}"}
    refused = editor.post(address("bind", scenario), sent)
    assert (refused.status_code, "takes: device-seconds an item" in refused.content.decode()) == (422, True)
    own = {**sent, "figure": PRICE, "measurement": "price:cpu", "published": "on"}
    refused = editor.post(address("bind", scenario), own)
    assert (refused.status_code, "brought from elsewhere" in refused.content.decode()) == (422, True)
    sent |= {"figure": SUCCESS, "published": "on"}
    assert editor.post(address("bind", scenario), sent).status_code == 302
    case = stored_case(Scenario.objects.get())
    assert case.option("peft").quantities["work.success_rate"].provenance.kind == "published"
    case = bound(bound(case, PRICE, by_ref(project)["price:cpu"]), HOURS, by_ref(project)["jobs:all"])
    update_scenario(by=people["owner"], scenario=scenario, seen_version=2, case=case)
    priced(project, people["owner"], "0.30")
    with django_assert_max_num_queries(12):
        page = editor.get(address("scenario", scenario)).content.decode()
    assert "1 figure could stand on a newer measurement or price" in page
    assert editor.post(address("renew", scenario), {"version": 3, "figure": PRICE}).status_code == 302
    renewed_price = stored_case(Scenario.objects.get()).option("peft").quantities["run.price_per_device_hour"]
    assert (renewed_price.mean, renewed_price.provenance.kind) == (0.3, "published")
