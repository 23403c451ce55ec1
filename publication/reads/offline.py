"""The certificate of a draw and its verifier as one HTML file that works without any network."""

import base64
import hashlib
import json
import posixpath
import re
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

IN_JSON = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
FILES = {"drs1": "drs1.js", "worker": "verify_worker.js"}
PAGE = "js/verify/page.js"
IMPORT = re.compile(r'^import \{[^}]*\} from "(\.[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export ", re.MULTILINE)


def verify_page(certificate: str) -> str:
    """One HTML file with everything inline, from the JSON text of a certificate.

    Its policy lets nothing run but the script it came with, and nothing reach a network.
    """
    members = json.loads(certificate)
    scripts = {key: inline_script(static(name)) for key, name in FILES.items()}
    scripts["page"] = inline_script(joined(PAGE))
    context = {
        "policy": policy(scripts["page"]),
        "css": mark_safe(static("portal.css")),  # noqa: S308 - our own file
        "certificate": inline_json(certificate),
        "scripts": scripts,
        **{key: members[key] for key in ("title", "authority", "draw_id")},
    }
    return render_to_string("publication/verify_page.html", context)


def static(name: str) -> str:
    """The text of one of our own static files."""
    return (Path(settings.BASE_DIR) / "static" / name).read_text(encoding="utf-8")


def joined(name: str) -> str:
    """A module of ours and all it imports as one script: a saved page can load no second file.

    Every module stands before those that import it; no two of them may give the same name to
    something at their top level (held by a test).
    """
    parts = [EXPORT.sub("", IMPORT.sub("", static(each))) for each in modules_of(name)]
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n"


def modules_of(name: str) -> list[str]:
    """The module and all it imports, by their paths in static/, what is imported first."""
    found: list[str] = []
    for address in IMPORT.findall(static(name)):
        imported = posixpath.normpath(posixpath.join(posixpath.dirname(name), address))
        found += [each for each in modules_of(imported) if each not in found]
    return [*found, name]


def policy(script: str) -> str:
    """No network at all; the one script by its digest, the worker from a Blob."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    rules = {
        "default-src": "'none'",
        "script-src": f"'sha256-{digest}' blob:",
        "worker-src": "blob:",
        "child-src": "blob:",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def inline_json(text: str) -> SafeString:
    """A JSON text that cannot leave its script element; it reads as the same value."""
    return mark_safe(text.translate(IN_JSON))  # noqa: S308 - escaped above


def inline_script(text: str) -> SafeString:
    """A script of ours that cannot close its element early."""
    return mark_safe(text.replace("</", "<\\/"))  # noqa: S308 - our own file
