"""Addresses of the jobs pages, below a project's own."""

from django.urls import path

from .views import actions, compare, files, job, launch, launch_study, listing, models, queue, study

app_name = "jobs"
urlpatterns = [
    path("jobs/", listing.jobs, name="list"),
    path("jobs/queue/", queue.queue, name="queue"),
    path("jobs/compare/", compare.compare, name="compare"),
    path("jobs/launch/", launch.choose, name="launch"),
    path("jobs/launch/study/", launch_study.study, name="launch-study"),
    path("jobs/launch/<slug:kind>/", launch.job, name="launch-job"),
    path("jobs/<slug:job>/", job.job, name="job"),
    path("jobs/<slug:job>/cancel/", actions.cancel, name="cancel"),
    path("jobs/<slug:job>/resume/", actions.resume, name="resume"),
    path("jobs/<slug:job>/spec.json", files.spec, name="spec"),
    path("jobs/<slug:job>/artifacts/<str:name>/", files.artifact, name="artifact"),
    path("studies/<slug:study>/", study.study, name="study"),
    path("studies/<slug:study>/retry/", study.retry, name="retry"),
    path("studies/<slug:study>/cancel/", study.cancel, name="cancel-study"),
    path("models/", models.models, name="models"),
]
