"""Where people are mentioned: each sees their own, from projects they may see, read and unread."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from webapp.accounts.models import User
from webapp.projects.models import Membership, Project
from webapp.roadmap.models import Mention, Roadmap
from webapp.roadmap.services import talk

from . import rows

INBOX = "/mentions/"


@pytest.fixture
def roadmap(project: Project, people: dict[str, User]) -> Roadmap:
    return rows.started(project, people["owner"])


def say(roadmap: Roadmap, by: User, text: str, key: str = "baseline") -> None:
    talk.comment(by=by, milestone=rows.milestone(roadmap, key), text=text)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown(client: Client, address: str = INBOX) -> str:
    return client.get(address).content.decode()


def test_a_mention_waits_until_its_milestone_is_seen(roadmap: Roadmap, people: dict[str, User]) -> None:
    say(roadmap, people["owner"], "@Viewer <b>look</b>, @Owner noted")
    viewer, code = signed_in(people["viewer"]), roadmap.project.code
    page = shown(viewer)
    assert "&lt;b&gt;look&lt;/b&gt;" in page
    [mention] = Mention.objects.filter(user=people["viewer"])
    place = reverse("roadmap:milestone", args=[code, "baseline"])
    assert f'href="{place}#comment-{mention.comment_id}"' in page
    assert '<span class="unread">' in page
    assert "Nothing waits for you" in shown(signed_in(people["owner"])), "who names oneself knows"
    assert f'id="comment-{mention.comment_id}"' in shown(viewer, place)
    page = shown(viewer)
    assert "Nothing waits for you" in page
    assert 'class="unread"' not in page
    assert "look" in shown(viewer, f"{INBOX}?show=all")


def test_mentions_are_marked_one_by_one_or_all_at_once(roadmap: Roadmap, people: dict[str, User]) -> None:
    for text in ("@Editor one", "@Editor two"):
        say(roadmap, people["owner"], text)
    editor = signed_in(people["editor"])
    newest = Mention.objects.filter(user=people["editor"])[0]
    editor.post(reverse("roadmap:mark-mention", args=[newest.pk]), {"do": "read"})
    assert ("one" in (page := shown(editor)), ">@Editor two<" in page) == (True, False)
    answer = editor.post(reverse("roadmap:mark-mention", args=[newest.pk]), {"do": "unread", "show": "all"})
    assert answer["Location"] == f"{INBOX}?show=all"
    assert "@Editor two" in shown(editor)
    editor.post(reverse("roadmap:read-mentions"))
    assert "2 mentions marked as read" in (page := shown(editor))
    assert "Nothing waits for you" in page


def test_everybody_sees_and_marks_only_their_own(roadmap: Roadmap, people: dict[str, User]) -> None:
    say(roadmap, people["owner"], "@Viewer only")
    [mention] = Mention.objects.filter(user=people["viewer"])
    mark = reverse("roadmap:mark-mention", args=[mention.pk])
    for who in ("owner", "editor", "stranger"):
        client = signed_in(people[who])
        assert "@Viewer only" not in shown(client, f"{INBOX}?show=all")
        assert client.post(mark, {"do": "read"}).status_code == 404
        assert client.post(reverse("roadmap:read-mentions")).status_code == 302
    for address in (INBOX, mark, reverse("roadmap:read-mentions")):
        assert Client().get(address).status_code == 302
        assert Client().post(address).status_code == 302
    assert rows.fresh(mention).read_at is None
    Membership.objects.filter(user=people["viewer"]).delete()
    viewer = signed_in(people["viewer"])
    assert "@Viewer only" not in shown(viewer, f"{INBOX}?show=all"), "who left the project sees it no more"
    assert viewer.post(mark).status_code == 404


def test_many_mentions_ask_as_often_as_few(roadmap: Roadmap, people: dict[str, User]) -> None:
    viewer = signed_in(people["viewer"])
    asked = []
    for _ in range(2):
        for key in ("baseline", "served", "ethics"):
            say(roadmap, people["editor"], f"@Viewer at {key}", key)
        with CaptureQueriesContext(connection) as queries:
            assert "at ethics" in shown(viewer)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 7
