"""A draw says in texts of its own what it is held for, and which agencies it concerns."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("draws", "0001_from_tasks"), ("tasks", "0004_draws_have_left")]
    operations = [
        migrations.AddField(
            "draw",
            "occasion",
            models.CharField(
                "事由",
                default="",
                help_text="为谁抽取，例如 plans.planline:17；同一事由、期间、批次只有一次有效抽取。",
                max_length=60,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "draw",
            "reference",
            models.CharField(
                "编号", default="", help_text="抽取所属任务的编号。", max_length=30
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "draw",
            "title",
            models.CharField(
                "名称", default="", help_text="封存时的名称，此后不变。", max_length=120
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "draw",
            "link",
            models.CharField(
                "工作页", default="", help_text="工作人员办理这次抽取的页面。", max_length=200
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "draw",
            "taking_part",
            models.ManyToManyField(
                help_text="封存时组织和参加的单位。",
                related_name="+",
                to="agencies.agency",
                verbose_name="参加单位",
            ),
        ),
    ]
