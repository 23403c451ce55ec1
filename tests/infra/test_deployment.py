"""Dockerfile, compose, proxy file and .env.example agree with each other and with the settings.

No container engine runs here: the files are parsed, nginx reads and runs its own.
"""

import ast
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from core.models import Heartbeat
from scripts import healthy, tls
from scripts.machine import needs, search_path

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("web", "worker", "beat", "migrate", "tools")
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()
EXAMPLE = dict(
    line.split("=", 1)
    for line in (ROOT / ".env.example").read_text().splitlines()
    if line and not line.startswith("#")
)
ONLY_RUN = {"PORTAL_BIND", "PORTAL_PORT"}
NOT_OURS = {"DJANGO_SETTINGS_MODULE"}  # not a difference between deployments


def read_by_settings():
    """Every variable that the settings read, found in their source."""
    for path in (ROOT / "config").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = ast.unparse(node.func)
                if called in {"required", "switch", "os.environ.get", "os.getenv"}:
                    yield node.args[0].value


def instructions(stage):
    """The lines of one stage of the Dockerfile."""
    text = re.search(rf"^FROM \S+ AS {stage}$(.*?)(?=^FROM |\Z)", DOCKERFILE, re.M | re.S)[1]
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


# Variables ---------------------------------------------------------------------------------------


def test_the_example_names_every_variable_and_no_other():
    read = set(read_by_settings()) - NOT_OURS
    assert read >= {"DATABASE_URL", "REDIS_URL", "PORTAL_HTTPS", "PORTAL_STATE"}
    interpolated = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    assert set(EXAMPLE) == read | interpolated | ONLY_RUN


@pytest.mark.parametrize("name", OURS)
def test_every_process_gets_every_variable(name):
    service = SERVICES[name]
    assert service["env_file"] == [".env"]
    assert set(service["environment"]) >= {"DATABASE_URL", "REDIS_URL", "PORTAL_STATE"}
    assert service["environment"]["PORTAL_STATE"] == "/var/lib/portal"
    assert "/db:5432/portal" in service["environment"]["DATABASE_URL"].replace("@", "/")
    assert "redis:6379" in service["environment"]["REDIS_URL"]


def test_the_example_is_for_production_and_holds_no_secret():
    assert EXAMPLE["PORTAL_HTTPS"] == "1"
    assert not EXAMPLE["PORTAL_DEMO"]
    secrets = {name for name in EXAMPLE if re.search("(PASSWORD|KEY)$", name)}
    assert secrets >= {"DJANGO_SECRET_KEY", "PORTAL_FIELD_KEY", "POSTGRES_PASSWORD"}
    assert not [name for name in secrets if EXAMPLE[name]]


def test_secrets_come_only_from_the_env_file():
    text = (ROOT / "docker-compose.yml").read_text()
    for service in SERVICES.values():
        for name, value in (service.get("environment") or {}).items():
            if re.search("PASSWORD|KEY|_URL", name):
                assert re.search(r"\$\{\w+:\?\}", value), name
    assert "SECRET_KEY" not in text
    assert "FIELD_KEY" not in text


# Services ----------------------------------------------------------------------------------------


def test_the_house_is_complete():
    assert set(SERVICES) == {*OURS, "proxy", "db", "redis"}
    assert SERVICES["db"]["image"].startswith("postgres:15")


def test_only_the_proxy_has_ports():
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["proxy"]
    assert SERVICES["proxy"]["ports"] == ["80:80", "443:443"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for store in ("db", "redis"):
        assert SERVICES[store]["networks"] == ["inside"]


def test_what_runs_is_started_again_and_watched():
    for name, service in SERVICES.items():
        once = name in {"migrate", "tools"}
        assert service["restart"] == ("no" if once else "unless-stopped")
        assert once or service["healthcheck"]["test"], name


def test_the_schema_is_ready_before_anything_starts():
    command = SERVICES["migrate"]["command"][-1]
    assert command == (
        "python manage.py migrate --noinput && python manage.py sync_reference"
        " && (python manage.py set_up_code || true)"
    )
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == {
            "condition": "service_completed_successfully"
        }
    for name in ("migrate", "tools"):
        assert set(SERVICES[name]["depends_on"]) == {"db", "redis"}
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)


def test_volumes_and_commands_exist():
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith("./") or source in COMPOSE["volumes"]
    commands = [SERVICES[name].get("command", ["gunicorn"]) for name in OURS]
    assert {command[0] for command in commands} == {"gunicorn", "celery", "sh", "python"}
    for name, arguments in (("worker", "worker"), ("beat", "beat")):
        assert SERVICES[name]["command"][:4] == ["celery", "-A", "config", arguments]


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_celery_knows_the_options(name):
    _, *arguments = SERVICES[name]["command"]
    done = subprocess.run(
        ["python", "-m", "celery", *arguments, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PATH": f"{Path(os.sys.executable).parent}:{os.environ['PATH']}"},
    )
    assert done.returncode == 0, done.stderr


# Image -------------------------------------------------------------------------------------------


def test_the_image_has_what_the_portal_needs():
    have = set(re.findall(r"[a-z0-9.+-]+", " ".join(instructions("portal"))))
    environ = {"DATABASE_URL": "x", "REDIS_URL": "x"}
    wanted = {need.package for need in needs(environ, tests=False)} - {"python3-venv"}
    assert wanted <= have
    assert "postgresql-client-15" in have
    assert "--require-hashes" in DOCKERFILE


def test_the_image_runs_as_nobody_special_and_keeps_no_secret():
    lines = instructions("portal")
    assert (
        lines.index("USER portal")
        < [n for n, line in enumerate(lines) if "collectstatic" in line].pop()
    )
    assert "USER root" not in lines
    kept = [line for line in lines if line.startswith(("ENV", "ARG"))]
    assert not re.search("SECRET|FIELD_KEY|DATABASE_URL|REDIS_URL", " ".join(kept))
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".git", ".env", ".state", "deploy/tls", "backups"} <= set(ignored)


def test_the_build_gives_collectstatic_what_it_wants(tmp_path):
    """Without writing: compressing takes half a minute, and every ./run does it."""
    line = next(line for line in instructions("portal") if "collectstatic" in line)
    given = dict(re.findall(r"([A-Z_]+)=(\S+)", line))
    command = line[line.index("python manage.py") :].split()[1:]
    done = subprocess.run(
        [os.sys.executable, *command, "--dry-run"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PORTAL_STATE": str(tmp_path), **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.iterdir())


# Health ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_health_checks_name_their_process(name):
    command, *arguments = SERVICES[name]["healthcheck"]["test"]
    assert (command, arguments[:3]) == ("CMD", ["python", "-m", "scripts.healthy"])
    assert arguments[3] == name
    assert arguments[4:] in ([], ["http://web:8000"])


def test_a_health_check_asks_the_portal(live_server, monkeypatch, capsys):
    monkeypatch.setenv("PORTAL_HOSTS", "localhost,portal.example")
    assert healthy.main("web", live_server.url) == 0
    assert healthy.main("worker", live_server.url) == 1
    assert capsys.readouterr().out == "worker was last seen never\n"
    Heartbeat.objects.create(name="worker", seen_at="2026-11-21T00:00:00Z")
    assert healthy.main("worker", live_server.url) == 1
    assert "2026-11-21" in capsys.readouterr().out
    assert healthy.main("web", "http://127.0.0.1:9") == 1


# Proxy -------------------------------------------------------------------------------------------


@pytest.fixture
def proxy_file(tmp_path):
    """deploy/nginx.conf with the places of this machine."""
    tls.main(tmp_path, ["localhost"])
    text = NGINX
    for there, here in {
        "/etc/nginx/tls": str(tmp_path),
        "/var/cache/nginx": str(tmp_path),
        "/run/nginx.pid": str(tmp_path / "pid"),
        "/dev/stdout": str(tmp_path / "access.log"),
        "/dev/stderr": str(tmp_path / "error.log"),
        "/usr/share/nginx/pages": str(ROOT / "deploy" / "pages"),
        "server web:8000": "server 127.0.0.1:9",
        "listen 80 ": "listen 127.0.0.1:18080 ",
        "listen 443 ": "listen 127.0.0.1:18443 ",
    }.items():
        assert there in text
        text = text.replace(there, here)
    file = tmp_path / "nginx.conf"
    file.write_text(text)
    return file


def test_nginx_accepts_its_file(proxy_file):
    nginx = shutil.which("nginx", path=search_path())
    done = subprocess.run(
        [nginx, "-t", "-c", str(proxy_file), "-e", str(proxy_file.with_name("error.log"))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "test is successful" in done.stderr
    assert "warn" not in done.stderr


def test_the_proxy_goes_where_compose_put_things():
    port = re.search(r"server web:(\d+);", NGINX)[1]
    command = instructions("portal")[-1]
    assert f"0.0.0.0:{port}" in command
    mounted = [volume.split(":")[1] for volume in SERVICES["proxy"]["volumes"]]
    assert mounted == ["/etc/nginx/tls", "/var/cache/nginx"]
    for path in mounted:
        assert path in NGINX
    assert "COPY deploy/nginx.conf /etc/nginx/nginx.conf" in instructions("proxy")
    for code in set(re.findall(r"/(\d{3})\.html;", NGINX)):
        assert (ROOT / "deploy" / "pages" / f"{code}.html").exists()


def test_what_visitors_claim_is_overwritten():
    sent = dict(re.findall(r"proxy_set_header (\S+) (.+);", NGINX))
    assert sent["X-Forwarded-Proto"] == "$scheme"
    assert sent["X-Forwarded-For"] == "$remote_addr"
    assert "proxy_add_x_forwarded_for" not in NGINX
    assert settings.SECURE_PROXY_SSL_HEADER is None  # the tests run without PORTAL_HTTPS
    # A proxy_set_header inside a location would drop all of those above it.
    locations = NGINX[NGINX.index("    server {") :]
    assert "proxy_set_header" not in locations
    assert "Strict-Transport-Security" not in NGINX


def test_search_and_log_in_have_brakes_and_caches_obey_the_portal():
    login = re.search(r"location = /login/ \{(.*?)\}", NGINX, re.S)[1]
    search = re.search(r"location ~ \^/\(results/\|firms/\|data/\) \{(.*?)\}", NGINX, re.S)[1]
    assert "limit_req zone=login" in login
    assert "limit_req zone=search" in search
    assert "proxy_cache public;" in NGINX
    assert "proxy_ignore_headers" not in NGINX
    assert "proxy_cache_valid" not in NGINX
