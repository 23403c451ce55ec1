"""Real private services, as ./run starts them."""

import contextlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

import psycopg2
import pytest
import redis
from kombu import Connection

from scripts.machine import postgres_folder, service_user
from scripts.services import Postgres, Redis
from scripts.state import State

pytestmark = [
    pytest.mark.skipif(postgres_folder() is None, reason="no PostgreSQL programs here"),
    pytest.mark.servers,
]


@pytest.fixture(params=["状 态", "长 path " + "x" * 90], ids=["sockets", "loopback"])
def state(request):
    """A state folder that the services' user can reach, with a short and with a long path."""
    above = Path(tempfile.mkdtemp(dir="/tmp"))
    above.chmod(0o755)
    yield State.opened(above / request.param, service_user())
    shutil.rmtree(above)


@contextlib.contextmanager
def running(service):
    try:
        service.start()
        yield service
    finally:
        service.child.stop()


def query(url, *statements):
    with contextlib.closing(psycopg2.connect(url)) as connection, connection:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchone()[0]


def test_the_cluster_survives_a_kill(state):
    with running(Postgres(state)) as database:
        assert query(database.url, "SHOW server_encoding") == "UTF8"
        query(database.url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)", "SELECT 1")
        os.killpg(database.child.process.pid, signal.SIGKILL)
        database.child.process.wait()
        database.start()
        assert query(database.url, "SELECT n FROM kept") == 7
        data = state.folder / "postgres" / "data"
        assert not state.user or data.stat().st_uid == state.user.pw_uid


def test_redis_answers_only_us(state):
    with running(Redis(state)) as broker:
        assert broker.ready()
        if broker.sockets:
            assert redis.Redis(unix_socket_path=str(broker.socket_path)).ping()
            with Connection(broker.url) as celerys_way:
                celerys_way.connect()
        else:
            assert redis.Redis.from_url(broker.url).ping()
            with pytest.raises(redis.AuthenticationError):
                redis.Redis(port=broker.port).ping()
