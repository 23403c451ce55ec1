"""`python manage.py import_targets FILE --agency CODE [--dry-run]`: import targets of an agency's region."""

from registries.management.import_command import ImportCommand


class Command(ImportCommand):
    """See `registries.management.import_command`."""

    kind = "target"
