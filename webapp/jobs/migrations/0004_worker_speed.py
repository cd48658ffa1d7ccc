from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0003_external_measurement"),
    ]

    operations = [
        migrations.AddField(
            model_name="worker",
            name="speed",
            field=models.JSONField(blank=True, default=dict, help_text="How fast its device was measured to be."),
        ),
    ]
