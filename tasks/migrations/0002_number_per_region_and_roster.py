"""Numbers run per region, and a draw keeps whom its inspector codes stand for."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_initial"), ("tasks", "0001_initial")]
    operations = [
        migrations.DeleteModel("NumberSeries"),
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="agencies.region"
                    ),
                ),
            ],
            options={
                "verbose_name": "编号",
                "verbose_name_plural": "编号",
                "constraints": [
                    models.UniqueConstraint(fields=("region", "year"), name="series_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="draw",
            name="roster",
            field=models.JSONField(
                default=dict,
                help_text="本次抽取的代号 → 人员主键，不公开。",
                verbose_name="人员代号对照",
            ),
        ),
    ]
