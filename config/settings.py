"""Settings. Every difference between deployments is an environment variable (see .env.example)."""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent


def required(name: str) -> str:
    """The variable `name`; a missing one stops the start."""
    try:
        return os.environ[name]
    except KeyError:
        raise ImproperlyConfigured(f"缺少环境变量 {name}，见 .env.example。") from None


def switch(name: str, default: bool) -> bool:
    """A variable that is 1 or 0."""
    return os.environ.get(name, "1" if default else "0") == "1"


def database(url: str) -> dict:
    """Django's database settings from postgres://user:password@host:port/name?host=/socket."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL 须以 postgres:// 开头。")
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", parts.hostname or ""),
        "PORT": query.get("port", str(parts.port or "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5},
    }


def mail_server(url: str) -> dict:
    """Django's mail settings from smtp://, smtps:// (TLS) or smtp+starttls://user:password@host:port.

    Without an address mail is printed to the log of the worker.
    """
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts = urlsplit(url)
    ports = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
    if parts.scheme not in ports or not parts.hostname:
        raise ImproperlyConfigured(
            "PORTAL_SMTP_URL 须写作 smtp://主机:端口、smtps://… 或 smtp+starttls://…。"
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+starttls",
    }


SECRET_KEY = required("DJANGO_SECRET_KEY")
PORTAL_FIELD_KEY = required("PORTAL_FIELD_KEY")
PORTAL_DEMO = switch("PORTAL_DEMO", False)
PORTAL_HTTPS = switch("PORTAL_HTTPS", True)
PORTAL_TODAY = os.environ.get("PORTAL_TODAY", "")
PORTAL_SITE_NAME = os.environ.get("PORTAL_SITE_NAME", "")  # a name in the database wins
if PORTAL_DEMO and PORTAL_HTTPS:
    raise ImproperlyConfigured("演示模式（PORTAL_DEMO=1）不能与 PORTAL_HTTPS=1 同时使用。")
if PORTAL_TODAY and not PORTAL_DEMO:
    raise ImproperlyConfigured("PORTAL_TODAY 只用于演示和测试，须同时设置 PORTAL_DEMO=1。")

DEBUG = False
ALLOWED_HOSTS = os.environ.get("PORTAL_HOSTS", "127.0.0.1,localhost,[::1]").split(",")

INSTALLED_APPS = [
    "core",
    "agencies",
    "deadlines",
    "draws",
    "catalog",
    "registries",
    "plans",
    "tasks",
    "inspections",
    "publication",
    "reports",
    "demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "csp",
]

MIDDLEWARE = [
    "core.middleware.PermissionsPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "agencies.middleware.IdleMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "agencies.middleware.PasswordChangeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.site.site",
            ],
            "builtins": [
                "core.templatetags.portal",
                "core.templatetags.parts",
                "django.templatetags.static",
            ],
        },
    }
]

DATABASES = {"default": database(required("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "agencies.User"
AUTHENTICATION_BACKENDS = [
    "agencies.backends.Backend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 9},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "reports:worklist"
LOGOUT_REDIRECT_URL = "publication:home"
SESSION_COOKIE_AGE = 12 * 3600
PORTAL_IDLE_MINUTES = int(os.environ.get("PORTAL_IDLE_MINUTES", "30"))
PORTAL_PASSWORD_DAYS = int(os.environ.get("PORTAL_PASSWORD_DAYS", "90"))
PORTAL_LOCK_MINUTES = int(os.environ.get("PORTAL_LOCK_MINUTES", "20"))
PORTAL_LOCK_ACCOUNT_AFTER = int(os.environ.get("PORTAL_LOCK_ACCOUNT_AFTER", "5"))
PORTAL_LOCK_ADDRESS_AFTER = int(os.environ.get("PORTAL_LOCK_ADDRESS_AFTER", "30"))
PORTAL_PROXIES = int(os.environ.get("PORTAL_PROXIES", "0"))

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PORTAL_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # scripts take the token from the form
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = PORTAL_HTTPS
SECURE_HSTS_SECONDS = 31536000 if PORTAL_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PORTAL_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PORTAL_HTTPS else None
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "core.middleware.csrf_failure"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
PORTAL_STATE = Path(os.environ.get("PORTAL_STATE", BASE_DIR / ".state"))
STATIC_ROOT = PORTAL_STATE / "static"
# No address leads here: photos go through a view that asks who may see them.
MEDIA_ROOT = Path(os.environ.get("PORTAL_MEDIA", PORTAL_STATE / "media"))
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.staticfiles.ModuleStorage"},
}

DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("PORTAL_MAIL_FROM", "portal@localhost")
PORTAL_MAIL_DOMAIN = os.environ.get("PORTAL_MAIL_DOMAIN") or DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1]
PORTAL_URL = os.environ.get("PORTAL_URL") or (
    f"{'https' if PORTAL_HTTPS else 'http'}://{ALLOWED_HOSTS[0]}"
)
EMAIL_TIMEOUT = 10
globals().update(mail_server(os.environ.get("PORTAL_SMTP_URL", "")))

CELERY_BROKER_URL = required("REDIS_URL")
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # however long Redis is away

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.api.exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "双随机、一公开监管接口",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"reference": {"()": "core.faults.ReferenceFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["reference"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
}
