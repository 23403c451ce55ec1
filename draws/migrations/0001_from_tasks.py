"""The six models of a draw leave tasks for an app of their own. Tables keep their names and rows.

Only the state changes here; the columns by which a draw knew its task go with 0003.
"""

import core.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import migrations, models


MOVED = ("draw", "contributor", "beaconentry", "drawrecord", "drawevent", "opening")


def rename(apps, schema_editor, before, after):
    """Content types keep their rows, so that permissions and grants follow the models."""
    types = apps.get_model("contenttypes", "ContentType")
    types.objects.filter(app_label=before, model__in=MOVED).update(app_label=after)
    ContentType.objects.clear_cache()


def forward(apps, schema_editor):
    rename(apps, schema_editor, "tasks", "draws")


def backward(apps, schema_editor):
    rename(apps, schema_editor, "draws", "tasks")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("agencies", "0002_entrance"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("tasks", "0003_frame_storage"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
            migrations.CreateModel(
                name='Draw',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('draw_id', models.CharField(max_length=40, unique=True, verbose_name='抽取编号')),
                    ('purpose', models.CharField(choices=[('targets', '抽取检查对象'), ('inspectors', '匹配检查人员')], max_length=12, verbose_name='用途')),
                    ('year', models.PositiveIntegerField(verbose_name='年度')),
                    ('serial', models.PositiveIntegerField(help_text='从 1 起不留空号，作废的也占号。', verbose_name='本单位年度抽取序号')),
                    ('period', models.CharField(max_length=30, verbose_name='抽查期间')),
                    ('batch', models.PositiveIntegerField(default=1, verbose_name='批')),
                    ('status', models.CharField(choices=[('draft', '准备中'), ('frozen', '已封存'), ('opened', '已开启'), ('voided', '已作废')], default='draft', editable=False, max_length=10, verbose_name='状态')),
                    ('plan_text', models.TextField(verbose_name='规则文件')),
                    ('candidates_text', models.TextField(verbose_name='名单文件')),
                    ('inspectors_text', models.TextField(verbose_name='人员文件')),
                    ('recusals_text', models.TextField(verbose_name='回避文件')),
                    ('disclosure', models.CharField(choices=[('full', '实名'), ('alias', '化名')], default='full', max_length=5, verbose_name='公开方式')),
                    ('master', core.fields.EncryptedTextField(blank=True, help_text='32 字节，十六进制；仅供审计。', verbose_name='化名主密钥')),
                    ('roster', models.JSONField(default=dict, help_text='本次抽取的代号或化名 → 人员或检查对象主键，不公开。', verbose_name='代号对照')),
                    ('labels', models.JSONField(default=dict, help_text='档、县区代号 → 名称；不公开的分级以此显示给工作人员。', verbose_name='代号名称')),
                    ('freeze_text', models.TextField(verbose_name='封存文件')),
                    ('freeze_digest', models.CharField(max_length=64, verbose_name='封存指纹')),
                    ('anchor', models.CharField(max_length=64, verbose_name='系统随机数封存值')),
                    ('prev', models.CharField(max_length=64, verbose_name='前一条日志')),
                    ('secret', core.fields.EncryptedTextField(help_text='链的末值；密钥不在数据库中。', verbose_name='系统随机数')),
                    ('frozen_at', models.DateTimeField(null=True, verbose_name='封存时间')),
                    ('missing', models.CharField(choices=[('proceed', '缺席的不计入，照常摇号'), ('void', '有人缺席即作废')], default='void', max_length=7, verbose_name='缺席规则')),
                    ('commit_until', models.DateTimeField(blank=True, null=True, verbose_name='密封值提交截止')),
                    ('reveal_until', models.DateTimeField(blank=True, null=True, verbose_name='公开截止')),
                    ('beacon_kind', models.CharField(choices=[('none', '不使用'), ('ssq', '双色球'), ('dlt', '大乐透'), ('ssq+dlt', '双色球和大乐透'), ('dice', '当众掷骰子'), ('drand-quicknet', 'drand 公共随机数')], default='none', max_length=14, verbose_name='公共随机源')),
                    ('beacon_ref', models.CharField(default='-', max_length=40, verbose_name='期号')),
                    ('beacon_at', models.DateTimeField(blank=True, null=True, verbose_name='公共随机源产生时间')),
                    ('beacon_value', models.CharField(blank=True, max_length=200, verbose_name='公共随机源的值')),
                    ('open_by', models.DateTimeField(help_text='过此时间满规定日数仍未开启的，公开页标明逾期未开。', null=True, verbose_name='应开启时间')),
                    ('overdue_since', models.DateTimeField(editable=False, null=True, verbose_name='逾期未开')),
                    ('closed_text', models.TextField(blank=True, verbose_name='贡献截止文件')),
                    ('closed_digest', models.CharField(blank=True, max_length=64, verbose_name='贡献截止指纹')),
                    ('closed_at', models.DateTimeField(null=True, verbose_name='贡献截止时间')),
                    ('consented_at', models.DateTimeField(null=True, verbose_name='同意时间')),
                    ('opened_secret', models.CharField(blank=True, max_length=64, verbose_name='系统随机数（公开）')),
                    ('seed', models.CharField(blank=True, max_length=64, verbose_name='种子')),
                    ('result_text', models.TextField(blank=True, verbose_name='结果文件')),
                    ('result_digest', models.CharField(blank=True, max_length=64, verbose_name='结果指纹')),
                    ('assurance', models.CharField(blank=True, max_length=1, verbose_name='保证等级')),
                    ('opened_at', models.DateTimeField(null=True, verbose_name='开启时间')),
                    ('void_reason', models.CharField(blank=True, max_length=200, verbose_name='作废理由')),
                    ('void_proposed_at', models.DateTimeField(null=True, verbose_name='提请作废时间')),
                    ('voided_at', models.DateTimeField(null=True, verbose_name='作废时间')),
                    ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency', verbose_name='组织单位')),
                    ('consented_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='第二人同意')),
                    ('frozen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('supersedes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successor', to='draws.draw', verbose_name='接替的抽取（已作废）')),
                    ('void_proposed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('voided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': '随机抽取',
                    'verbose_name_plural': '随机抽取',
                    'db_table': 'tasks_draw',
                    'ordering': ['-pk'],
                    'permissions': [('freeze_draw', '可以封存'), ('open_draw', '可以开启'), ('void_draw', '可以作废'), ('consent_draw', '可以同意低保证等级的摇号'), ('propose_void_draw', '可以提请作废抽取'), ('enter_beacon_draw', '可以录入公共随机源的值')],
                },
            ),
            migrations.CreateModel(
                name='Contributor',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('code', models.CharField(help_text='规则文件中的名称。', max_length=60, verbose_name='参与方')),
                    ('way', models.CharField(choices=[('sealed', '密封'), ('open', '当场')], max_length=6, verbose_name='方式')),
                    ('is_outside', models.BooleanField(default=False, verbose_name='不属于组织单位')),
                    ('commit', models.CharField(blank=True, max_length=64, verbose_name='密封值')),
                    ('committed_at', models.DateTimeField(null=True, verbose_name='提交时间')),
                    ('value', models.CharField(blank=True, max_length=200, verbose_name='公开的值')),
                    ('speaker', models.CharField(blank=True, max_length=60, verbose_name='念出人')),
                    ('revealed_at', models.DateTimeField(null=True, verbose_name='公开时间')),
                    ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency', verbose_name='单位')),
                    ('committed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('revealed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('draw', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contributors', to='draws.draw')),
                ],
                options={
                    'verbose_name': '参与方',
                    'verbose_name_plural': '参与方',
                    'db_table': 'tasks_contributor',
                    'ordering': ['draw', 'pk'],
                    'permissions': [('contribute_contributor', '可以提交和公开随机数')],
                },
            ),
            migrations.CreateModel(
                name='BeaconEntry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('value', models.CharField(max_length=200, verbose_name='值')),
                    ('signature', models.CharField(blank=True, max_length=96, verbose_name='签名（drand）')),
                    ('source', models.CharField(max_length=300, verbose_name='来源')),
                    ('entered_at', models.DateTimeField(verbose_name='录入时间')),
                    ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='录入人')),
                    ('draw', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='beacon_entries', to='draws.draw')),
                ],
                options={
                    'verbose_name': '公共随机源录入',
                    'verbose_name_plural': '公共随机源录入',
                    'db_table': 'tasks_beaconentry',
                    'ordering': ['draw', 'pk'],
                },
            ),
            migrations.CreateModel(
                name='DrawEvent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='序号')),
                    ('kind', models.CharField(choices=[('replace', '替换检查对象'), ('substitute', '更换检查人员')], max_length=10, verbose_name='类型')),
                    ('body', models.JSONField(verbose_name='证书中的事件')),
                    ('line', models.CharField(max_length=1000, verbose_name='事件行')),
                    ('opened_secret', models.CharField(blank=True, max_length=64, verbose_name='公开的链值')),
                    ('events_digest', models.CharField(max_length=64, verbose_name='事件指纹')),
                    ('final_teams', models.JSONField(default=list, verbose_name='此后的各组')),
                    ('at', models.DateTimeField(verbose_name='时间')),
                    ('draw', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='draws.draw')),
                ],
                options={
                    'verbose_name': '抽取事件',
                    'verbose_name_plural': '抽取事件',
                    'db_table': 'tasks_drawevent',
                    'ordering': ['draw', 'number'],
                },
            ),
            migrations.CreateModel(
                name='DrawRecord',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('seq', models.PositiveIntegerField(verbose_name='序号')),
                    ('type', models.CharField(max_length=12, verbose_name='类型')),
                    ('at', models.DateTimeField(verbose_name='时间')),
                    ('prev', models.CharField(max_length=64, verbose_name='前一条')),
                    ('body', models.TextField(verbose_name='内容')),
                    ('head', models.CharField(max_length=64, verbose_name='指纹')),
                    ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='draw_log', to='agencies.agency')),
                    ('draw', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='records', to='draws.draw')),
                ],
                options={
                    'verbose_name': '抽取日志',
                    'verbose_name_plural': '抽取日志',
                    'db_table': 'tasks_drawrecord',
                    'ordering': ['agency', 'seq'],
                },
            ),
            migrations.CreateModel(
                name='Opening',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('started_at', models.DateTimeField(verbose_name='开始时间')),
                    ('done', models.PositiveIntegerField(default=0, verbose_name='已完成')),
                    ('total', models.PositiveIntegerField(default=0, verbose_name='总数')),
                    ('error', models.CharField(blank=True, max_length=1000, verbose_name='停止原因')),
                    ('draw', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='opening', to='draws.draw')),
                    ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': '后台计算',
                    'verbose_name_plural': '后台计算',
                    'db_table': 'tasks_opening',
                },
            ),
            migrations.AddConstraint(
                model_name='draw',
                constraint=models.UniqueConstraint(fields=('agency', 'year', 'serial'), name='draw_serial_no_double'),
            ),
            migrations.AddConstraint(
                model_name='draw',
                constraint=models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'frozen', 'opened', 'voided'])), name='draw_status_known'),
            ),
            migrations.AddConstraint(
                model_name='draw',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['opened', 'voided']), _negated=True), models.Q(models.Q(('closed_digest', ''), _negated=True), models.Q(('opened_secret', ''), _negated=True), models.Q(('seed', ''), _negated=True), models.Q(('result_digest', ''), _negated=True), models.Q(('assurance', ''), _negated=True)), _connector='OR'), name='draw_opened_has_result'),
            ),
            migrations.AddConstraint(
                model_name='draw',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'voided'), _negated=True), models.Q(models.Q(('void_reason', ''), _negated=True), ('voided_at__isnull', False)), _connector='OR'), name='draw_voided_with_reason'),
            ),
            migrations.AddConstraint(
                model_name='draw',
                constraint=models.CheckConstraint(condition=models.Q(('voided_by__isnull', True), models.Q(('voided_by', models.F('void_proposed_by')), _negated=True), _connector='OR'), name='draw_voided_by_two'),
            ),
            migrations.AddConstraint(
                model_name='draw',
                constraint=models.CheckConstraint(condition=models.Q(('consented_by__isnull', True), ('frozen_by__isnull', True), models.Q(('consented_by', models.F('frozen_by')), _negated=True), _connector='OR'), name='draw_consent_by_second_person'),
            ),
            migrations.AddConstraint(
                model_name='contributor',
                constraint=models.UniqueConstraint(fields=('draw', 'code'), name='contributor_once'),
            ),
            migrations.AddConstraint(
                model_name='contributor',
                constraint=models.UniqueConstraint(condition=models.Q(('agency__isnull', False)), fields=('draw', 'agency'), name='contributor_once_per_agency'),
            ),
            migrations.AddConstraint(
                model_name='contributor',
                constraint=models.CheckConstraint(condition=models.Q(('way', 'open'), ('value', ''), models.Q(('commit', ''), _negated=True), _connector='OR'), name='contributor_sealed_before_open'),
            ),
            migrations.AddConstraint(
                model_name='beaconentry',
                constraint=models.UniqueConstraint(fields=('draw', 'entered_by'), name='beacon_once_per_person'),
            ),
            migrations.AddConstraint(
                model_name='drawevent',
                constraint=models.UniqueConstraint(fields=('draw', 'number'), name='draw_event_no_gap'),
            ),
            migrations.AddConstraint(
                model_name='drawrecord',
                constraint=models.UniqueConstraint(fields=('agency', 'seq'), name='draw_log_no_gap'),
            ),
                    ]
        ),
        migrations.RunPython(forward, backward),
    ]
