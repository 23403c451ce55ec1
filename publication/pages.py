"""What every public page shares: open, read only, kept by caches for a minute, a friendly 404."""

from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

MAX_AGE = 60


def public_page(view):
    """Open to everybody, read only, and for a minute to every cache; private once logged in.

    PostgreSQL refuses NUL in text: an address with one names nothing.
    """

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if "\0" in request.path or "%00" in request.META["QUERY_STRING"]:
            raise Http404
        response = view(request, *args, **kwargs)
        if request.user.is_authenticated:
            patch_cache_control(response, private=True, no_cache=True)
        else:
            patch_cache_control(response, public=True, max_age=MAX_AGE)
        return response

    return login_not_required(require_safe(wrapped))


def not_there(request, title, text):
    """A friendly 404: what is known, what to do next."""
    context = {"title": title, "text": text}
    return render(request, "publication/missing.html", context, status=404)
