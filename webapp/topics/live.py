"""Parts of a page that follow what is typed: the state stays in the page's address, whichever page they stand in."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django_htmx.http import replace_url
from django_htmx.middleware import HtmxDetails


class LiveRequest(HttpRequest):
    """`HtmxMiddleware` has seen to it."""

    htmx: HtmxDetails


def keep_in_address(
    response: HttpResponse, request: LiveRequest, names: Iterable[str], values: QueryDict | None = None
) -> HttpResponse:
    """Let htmx put the `values` (this request's, if not given) of `names` into the address of the page that asked.

    What else that address carries stays, so that several live parts share one page.
    """
    here = urlsplit(request.htmx.current_url or request.path)
    kept = QueryDict(here.query, mutable=True)
    given = request.GET if values is None else values
    for name in names:
        kept.pop(name, None)
        if name in given:
            kept.setlist(name, given.getlist(name))
    return replace_url(response, f"{here.path}?{kept.urlencode()}" if kept else here.path)
