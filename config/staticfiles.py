"""Static files in production: names carry a digest of the content, and modules import those names."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

_, IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns


class ModuleStorage(CompressedManifestStaticFilesStorage):
    """Rewrites `import … from "./x.js"` in static/js to the name with the digest.

    So every script may be kept by a browser for ever, and a changed module changes the names of
    those that import it. Scripts of packages are left alone: their comments speak of files that do
    not exist.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", IMPORTS))
