"""The reference data that tests stand on: the places of our documents, not the whole country.

All 3,341 regions ship; laying them costs a tenth of a second each time, and a test looks at five cities. The tests of
the regions themselves (tests/agencies/test_places.py) and the demonstration have them all.
"""

from agencies.imports import shipped_regions
from agencies.services import sync_roles, sync_systems
from agencies.services.places import ship_regions

CITIES = ("1306", "3413", "3503", "3703", "4102")
PROVINCES = tuple(f"{city[:2]}0000" for city in CITIES)


def lay_reference():
    """Regions of the five cities with what is above them, systems and roles, as shipped."""
    ship_regions([one for one in shipped_regions() if one.pk in PROVINCES or one.pk[:4] in CITIES])
    sync_systems()
    sync_roles()
