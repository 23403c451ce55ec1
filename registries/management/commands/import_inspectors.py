"""`python manage.py import_inspectors FILE --agency CODE [--dry-run]`: import an agency's inspectors."""

from registries.management.importing import ImportCommand


class Command(ImportCommand):
    """See `registries.management.importing`."""

    kind = "inspector"
