"""What people say about a milestone, and what they put beside it."""

from typing import Self

from django.conf import settings
from django.db import models

from webapp.accounts.models import User

from .plan import Milestone


class Comment(models.Model):
    """What somebody said; `mentions` are the members it names."""

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(max_length=5000)
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Mention", related_name="+", blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.text[:60]


class MentionQuerySet(models.QuerySet["Mention"]):
    """Selections of mentions."""

    def for_reader(self, user: User) -> Self:
        """Those of the user in projects that the user may still see."""
        return self.filter(user=user, comment__milestone__roadmap__project__members__user=user)


class Mention(models.Model):
    """A comment names a member, who has read it or not yet."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)

    objects = MentionQuerySet.as_manager()

    class Meta:
        db_table = "roadmap_comment_mentions"  # as it was called before anybody could read one
        unique_together = (("comment", "user"),)
        ordering = ("-comment__at", "-pk")

    def __str__(self) -> str:
        return f"{self.user} in {self.comment}"


class Attachment(models.Model):
    """A job, a study or a scenario of the project put beside a milestone, by what it is and its code: `job:k3v9…`."""

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="attachments")
    ref = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["milestone", "ref"], name="attached_once"),)
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.ref
