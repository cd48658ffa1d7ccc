"""Public modules, claims and the glossary: addresses, from the root of the site."""

from django.urls import URLPattern, path

from . import interactive_urls
from .views import pages, run, site

app_name = "topics"

# the interactive parts come first: their first segments are no branches
urlpatterns: list[URLPattern] = [
    *interactive_urls.urlpatterns,
    path("", pages.home, name="home"),
    path("topics/", pages.index, name="index"),
    path("topics/<slug:branch>/", pages.branch, name="branch"),
    path("topics/<slug:branch>/<slug:module>/", pages.module, name="module"),
    path("path/", pages.path, name="path"),
    path("results/", pages.wall, name="wall"),
    path("benchmarks/", pages.benchmarks, name="benchmarks"),
    path("glossary/", pages.glossary, name="glossary"),
    path("run/<slug:kind>/", run.run, name="run"),
    path("projects/<slug:code>/studies/<slug:study>/publication/", run.publication, name="publication"),
    path("robots.txt", site.robots, name="robots"),
    path("sitemap.xml", site.sitemap, name="sitemap"),
]
