"""Phases, milestones and gates: addresses, from the root of the site."""

from django.urls import include, path

from .views import board, files, gates, kept, mentions, milestones

app_name = "roadmap"

_roadmap = [
    path("", board.board, name="board"),
    path("start/", board.start, name="start"),
    path("judge/", board.judge, name="judge"),
    path("timeline/", board.timeline, name="timeline"),
    path("calendar/", board.by_date, name="calendar"),
    path("blockers/", board.blockers, name="blockers"),
    path("history/", board.history, name="history"),
    path("files/", files.overview, name="files"),
    path("files/import/", files.bring, name="import"),
    path("files/baseline/", kept.keep, name="baseline"),
    path("files/baseline/<int:pk>/", kept.baseline, name="kept-baseline"),
    path("files/baseline/<int:pk>/delete/", kept.drop_baseline, name="drop-baseline"),
    path("files/template/", kept.save, name="template"),
    path("files/template/<int:pk>/", kept.template, name="kept-template"),
    path("files/template/<int:pk>/delete/", kept.drop_template, name="drop-template"),
    path("export/<slug:form>/", files.export, name="export"),
    path("evidence/", files.evidence, name="evidence"),
    path("phases/<int:number>/", gates.phase, name="phase"),
    path("phases/<int:number>/edit/", gates.edit_phase, name="edit-phase"),
    path("new/", milestones.new, name="new"),
    path("milestones/<slug:key>/", milestones.milestone, name="milestone"),
    path("milestones/<slug:key>/edit/", milestones.edit, name="edit"),
    path("milestones/<slug:key>/dates/", milestones.dates, name="dates"),
    path("milestones/<slug:key>/remove/", milestones.remove, name="remove"),
    path("milestones/<slug:key>/link/", milestones.link, name="link"),
    path("milestones/<slug:key>/comment/", milestones.comment, name="comment"),
    path("milestones/<slug:key>/attach/", milestones.attach, name="attach"),
    path("links/<int:pk>/remove/", milestones.unlink, name="unlink"),
    path("attachments/<int:pk>/remove/", milestones.detach, name="detach"),
    path("gates/<int:pk>/decide/", gates.decide, name="decide"),
    path("gates/<int:pk>/should/", gates.need_shoulds, name="should"),
    path("gates/<int:pk>/criteria/<slug:kind>/", gates.add_criterion, name="add-criterion"),
    path("criteria/<int:pk>/", gates.edit_criterion, name="criterion"),
    path("criteria/<int:pk>/remove/", gates.remove_criterion, name="remove-criterion"),
    path("criteria/<int:pk>/sign/", gates.sign, name="sign"),
    path("criteria/<int:pk>/waive/", gates.waive, name="waive"),
    path("waivers/<int:pk>/withdraw/", gates.withdraw, name="withdraw"),
]

_mine = [
    path("", mentions.inbox, name="mentions"),
    path("read/", mentions.read_all, name="read-mentions"),
    path("<int:pk>/", mentions.mark, name="mark-mention"),
]

urlpatterns = [path("projects/<slug:code>/roadmap/", include(_roadmap)), path("mentions/", include(_mine))]
