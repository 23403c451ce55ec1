"""`python manage.py import_inspectors FILE --agency CODE [--dry-run]`: import an agency's inspectors."""

from registries.management.import_command import ImportCommand


class Command(ImportCommand):
    """See `registries.management.import_command`."""

    kind = "inspector"
