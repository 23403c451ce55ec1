"""Work in several threads."""

import threading

import pytest
from django.db import connection


@pytest.fixture
def at_once():
    """`at_once(work, 4)` runs `work` in threads that start together; what each returned."""

    def gather(work, threads):
        barrier, results = threading.Barrier(threads), []

        def run():
            try:
                barrier.wait(10)
                results.append(work())
            finally:
                connection.close()

        crew = [threading.Thread(target=run) for _ in range(threads)]
        for thread in crew:
            thread.start()
        for thread in crew:
            thread.join(30)
        assert len(results) == threads
        return results

    return gather
