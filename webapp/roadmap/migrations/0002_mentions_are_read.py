import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table between comments and people becomes a model of its own, which knows when a mention was read."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("roadmap", "0001_initial"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Mention",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "comment",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="roadmap.comment"
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "db_table": "roadmap_comment_mentions",
                        "ordering": ("-comment__at", "-pk"),
                        "unique_together": {("comment", "user")},
                    },
                ),
                migrations.AlterField(
                    model_name="comment",
                    name="mentions",
                    field=models.ManyToManyField(
                        blank=True, related_name="+", through="roadmap.Mention", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="mention",
            name="read_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
