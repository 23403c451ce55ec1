"""What points at draws points at their own app; the six models leave the state, never the tables."""

import django.db.models.deletion
from django.db import migrations, models

MOVED = ("Opening", "BeaconEntry", "Contributor", "DrawEvent", "DrawRecord", "Draw")


class Migration(migrations.Migration):
    dependencies = [("tasks", "0003_frame_storage"), ("draws", "0001_from_tasks")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "selection",
                    "draw",
                    models.ForeignKey(
                        help_text="空：门户启用前抽取，补录以计算年度频次。",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="selections",
                        to="draws.draw",
                        verbose_name="抽取",
                    ),
                ),
                migrations.AlterField(
                    "replacement",
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replacements",
                        to="draws.draw",
                    ),
                ),
                migrations.AlterField(
                    "replacement",
                    "event",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replacement",
                        to="draws.drawevent",
                    ),
                ),
                migrations.AlterField(
                    "substitution",
                    "event",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="substitution",
                        to="draws.drawevent",
                    ),
                ),
                *(migrations.DeleteModel(name) for name in MOVED),
            ]
        )
    ]
