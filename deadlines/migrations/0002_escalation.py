"""Escalation to the lead bureau, and reminders that are unique on rule, subject, level and day."""

import django.db.models.deletion
from django.db import migrations, models


# What was said twice, by a clock that was called off and started anew, is kept once.
FILL = """
UPDATE deadlines_reminder r SET kind = d.kind, subject = d.subject
  FROM deadlines_deadline d WHERE d.id = r.deadline_id;
DELETE FROM deadlines_reminder r USING deadlines_reminder first
 WHERE (r.subject, r.kind, r.level, r.due_on)
     = (first.subject, first.kind, first.level, first.due_on) AND first.id < r.id;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0001_initial'),
        ('deadlines', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='reminder',
            name='reminder_never_twice',
        ),
        migrations.AddField(
            model_name='deadline',
            name='escalated_on',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name='上报牵头单位日'),
        ),
        migrations.AddField(
            model_name='deadline',
            name='lead_agency',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='led_deadlines', to='agencies.agency', verbose_name='牵头单位'),
        ),
        migrations.AddField(
            model_name='reminder',
            name='kind',
            field=models.CharField(choices=[('confirm_list', '名单确认'), ('onsite', '现场检查'), ('enter_result', '结果录入'), ('publish_result', '结果公示'), ('penalty', '处罚信息归集'), ('report', '总结报送')], default='', max_length=20, verbose_name='事项'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='reminder',
            name='subject',
            field=models.CharField(default='', max_length=80, verbose_name='对象'),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(fields=('subject', 'kind', 'level', 'due_on'), name='reminder_once', violation_error_message='该期限的这一级提醒已发出。'),
        ),
    ]
