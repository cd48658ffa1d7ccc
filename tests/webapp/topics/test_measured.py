"""Measured here: only what an owner made public, and beside the right claim; launch links by what is registered."""

import dataclasses
from types import ModuleType

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from tests.webapp import factories
from training import spec
from webapp import urls as site_urls
from webapp.accounts.models import User
from webapp.jobs import urls as job_urls
from webapp.jobs.models import Study
from webapp.projects.models import AuditEntry, Project
from webapp.topics import measured
from webapp.topics.services import publish_study, withdraw_study
from webapp.topics.starts import start, starts

from . import evidence

pytestmark = pytest.mark.django_db
CASE = "/topics/fine-tuning/domain-adaptation/"


def test_nothing_of_a_private_study_is_shown(client: Client, study: Study) -> None:
    for address in ("/", CASE, "/results/"):
        page = client.get(address).content.decode()
        assert study.outcome["headline"] not in page
        assert "90.0%" not in page
    assert "Not yet." in client.get(CASE).content.decode()


def test_a_public_study_stands_beside_the_claims(client: Client, study: Study, project: Project) -> None:
    publish_study(by=None, study=study)
    page = client.get(CASE).content.decode()
    assert study.outcome["headline"] in page
    assert "90.0% <span" in page  # LoRA: 270 of 300
    # 90.0% with 300 items: Wilson gives 86.1 to 92.9, and 92% lies within
    assert "Not settled: measured 90.0% [86.1, 92.9], claimed 92% accuracy" in page
    # 270/150 - 1 = 80%, the whole interval above 30%
    assert "Held: measured 80.0%" in page
    # 1 - 7.0/9.9 = 29.3% of counted operations saved
    assert "Not held: measured 29.3%" in page
    wall = client.get("/results/").content.decode()
    assert "LoRA trained 292 times fewer parameters." in wall  # 134,515,008 / 460,800 = 291.9
    assert "Full fine-tuning took 4.00 times LoRA’s peak memory." in wall.replace("&#x27;", "’")
    for private in (project.name, "Ms Secret", "Letters", "owner@example.com"):
        assert private not in page + wall + client.get("/").content.decode()


def test_the_newest_public_study_counts(study: Study, project: Project) -> None:
    newer = evidence.study(project, study.dataset_version, launch_key="newer")
    publish_study(by=None, study=newer)
    publish_study(by=None, study=study)
    assert measured.newest_study("adaptation") == newer
    withdraw_study(by=User.objects.get(email="owner@example.com"), study=newer)
    assert measured.newest_study("adaptation") == study


def test_a_study_without_a_result_fills_nothing(study: Study) -> None:
    study.outcome = {}
    study.save()
    publish_study(by=None, study=study)
    assert measured.public_studies() == []


@pytest.mark.parametrize("model", ["/srv/models/secret", "job:abcdefghjk/model", "../up"])
def test_a_folder_of_the_server_is_not_named(study: Study, model: str) -> None:
    study.plan = {"model": model}
    assert measured.model_name(study) == "a model of our own"


def test_later_studies_fill_the_cells_of_claims_and_methods(study: Study) -> None:
    judged = study.outcome["claims"][0]
    study.outcome["claims"] = [
        {**judged, "claim": {**judged["claim"], "code": "self-consistency-gsm8k"}, "sentence": "Held: +3.1 points."}
    ]
    study.outcome["contenders"].append({**study.outcome["contenders"][1], "name": "dpo", "label": "DPO"})
    study.kind = "alignment"
    assert measured.for_claims([study])["self-consistency-gsm8k"].sentence == "Held: +3.1 points."
    assert measured.for_methods([study])["dpo"].sentence == "90.0% [86.1, 92.9] n=300"


@pytest.mark.parametrize(
    ("who", "status"), [("owner", 302), ("editor", 403), ("viewer", 403), ("stranger", 404), ("nobody", 302)]
)
def test_only_an_owner_makes_a_study_public(
    client: Client, people: dict[str, User], study: Study, project: Project, who: str, status: int
) -> None:
    address = f"/projects/{project.code}/studies/{study.code}/publication/"
    if who != "nobody":
        client.force_login(people[who])
    assert client.post(address, {"show": "1"}).status_code == status
    assert hasattr(Study.objects.get(pk=study.pk), "publication") == (who == "owner")
    if who == "owner":
        assert b"Take the figures off" in client.get(f"/projects/{project.code}/studies/{study.code}/").content
        client.post(address, {"show": "0"})
        assert measured.public_studies() == []
        assert list(AuditEntry.objects.values_list("verb", flat=True)[:2]) == ["study.withdrawn", "study.published"]


def test_the_study_page_offers_it_to_owners_alone(
    client: Client, people: dict[str, User], study: Study, project: Project
) -> None:
    for who, is_offered in (("owner", True), ("editor", False), ("viewer", False)):
        client.force_login(people[who])
        page = client.get(f"/projects/{project.code}/studies/{study.code}/").content
        assert (b"Show the figures to everybody" in page) is is_offered, who


def test_a_kind_lights_up_by_being_registered(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    topic = "/topics/reinforcement-learning/reward-models/"
    assert b"/run/reward/" not in client.get(topic).content
    assert start("reward") is None
    made = dataclasses.replace(spec.KINDS["sft"], name="reward", title="Reward model", summary="Learn to score.")
    monkeypatch.setitem(spec.KINDS, "reward", made)  # type: ignore[arg-type]  # a dict, typed as what is only read
    page = client.get(topic).content.decode()
    assert '<a href="/run/reward/">Reward model</a>' in page
    assert '<a href="/run/reward/">Reward model</a>' in client.get("/path/").content.decode()


def test_a_kind_of_study_lights_up_once_its_form_has_an_address(settings: Settings) -> None:
    assert [one.kind for one in starts(("test-time", "adaptation"))] == ["adaptation"]
    form = path("jobs/launch/test-time/", lambda request, code: HttpResponse(), name="launch-test-time-study")
    more = ModuleType("more")
    more.urlpatterns = [  # type: ignore[attr-defined]
        path("projects/<slug:code>/", include(([form, *job_urls.urlpatterns], "jobs"))),
        *site_urls.urlpatterns,
    ]
    settings.ROOT_URLCONF = more
    assert [one.kind for one in starts(("test-time", "adaptation"))] == ["test-time", "adaptation"]


def test_running_leads_to_the_launch_form(client: Client, people: dict[str, User], project: Project) -> None:
    asked = client.get("/run/adaptation/")
    assert asked.headers["Location"] == "/accounts/sign-in/?next=/run/adaptation/"
    client.force_login(people["editor"])
    assert client.get("/run/adaptation/").headers["Location"] == f"/projects/{project.code}/jobs/launch/study/"
    assert client.get("/run/sft/").headers["Location"] == f"/projects/{project.code}/jobs/launch/sft/"
    second = factories.project(owner=people["editor"], name="Second")
    page = client.get("/run/sft/").content.decode()
    assert f"/projects/{second.code}/jobs/launch/sft/" in page
    assert f"/projects/{project.code}/jobs/launch/sft/" in page
    for who in ("viewer", "stranger"):
        client.force_login(people[who])
        assert client.get("/run/sft/").headers["Location"] == "/projects/new/"
