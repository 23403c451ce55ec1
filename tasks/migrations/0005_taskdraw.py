"""A task knows its draws by rows of its own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0004_draws_have_left"), ("draws", "0002_occasion")]
    operations = [
        migrations.CreateModel(
            "TaskDraw",
            fields=[
                (
                    "draw",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="drawn_for",
                        serialize=False,
                        to="draws.draw",
                        verbose_name="抽取",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drawn",
                        to="tasks.task",
                        verbose_name="任务",
                    ),
                ),
            ],
            options={
                "verbose_name": "任务的抽取",
                "verbose_name_plural": "任务的抽取",
                "ordering": ["-draw"],
            },
        ),
        migrations.AddField(
            "task",
            "draws",
            models.ManyToManyField(
                related_name="+",
                through="tasks.TaskDraw",
                to="draws.draw",
                verbose_name="抽取",
            ),
        ),
    ]
