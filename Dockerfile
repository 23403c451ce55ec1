# Two images: `proxy` (nginx of Debian 12, the version that tests/infra checks deploy/nginx.conf with)
# and `portal` (web, worker, beat and the one-off commands). docker-compose.yml builds both.

FROM debian:bookworm-slim AS proxy

RUN apt-get update \
    && apt-get install --yes --no-install-recommends nginx-light \
    && rm -rf /var/lib/apt/lists/*
COPY deploy/nginx.conf /etc/nginx/nginx.conf
COPY deploy/pages /usr/share/nginx/pages
EXPOSE 80 443
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]


FROM python:3.11-slim-bookworm AS portal

# What papers in Chinese need (scripts/machine.py names the same), and pg_dump for ./backup.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        fontconfig \
        fonts-wqy-microhei \
        libharfbuzz-subset0 \
        libpango-1.0-0 \
        libpangoft2-1.0-0 \
        postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/* \
    && fc-cache --system-only

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONUTF8=1 \
    PORTAL_STATE=/var/lib/portal \
    HOME=/tmp \
    XDG_CACHE_HOME=/tmp/cache

# The code belongs to root; the portal writes to its state folder only.
RUN groupadd --gid 10001 portal \
    && useradd --uid 10001 --gid portal --no-create-home --home-dir /tmp --shell /usr/sbin/nologin portal \
    && install --directory --owner portal --group portal --mode 0750 \
        /var/lib/portal /var/lib/portal/media

WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY . .
RUN python -m compileall -q .

USER portal
# The settings want all four to start; these stand for this one command and open nothing.
RUN DJANGO_SECRET_KEY=only-for-collectstatic \
    PORTAL_FIELD_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    DATABASE_URL=postgres://nobody@nowhere/none \
    REDIS_URL=redis://nowhere/0 \
    python manage.py collectstatic --noinput --verbosity 0

EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-"]
