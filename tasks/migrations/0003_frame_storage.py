"""Long texts of a draw are kept as they are: compressing a list of a million costs more than room."""

from django.db import migrations

FORWARD = """
ALTER TABLE tasks_draw ALTER COLUMN candidates_text SET STORAGE EXTERNAL;
ALTER TABLE tasks_draw ALTER COLUMN result_text SET STORAGE EXTERNAL;
"""
BACKWARD = """
ALTER TABLE tasks_draw ALTER COLUMN candidates_text SET STORAGE EXTENDED;
ALTER TABLE tasks_draw ALTER COLUMN result_text SET STORAGE EXTENDED;
"""


class Migration(migrations.Migration):
    dependencies = [("tasks", "0002_frozen_is_frozen")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
