"""The health check of a container: python -m scripts.healthy web|worker|beat [http://web:8000].

Asks /healthz as the proxy would. Exit code 0: well; 1, with one line that says what is wrong: not.
"""

import http.client
import json
import os
import sys
from urllib.parse import urlsplit

WEB = "http://127.0.0.1:8000"


def ask(base: str) -> dict:
    """What /healthz says at `base`, under a name the portal answers to and as if by https."""
    parts = urlsplit(base)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=8)
    host = os.environ.get("PORTAL_HOSTS", "localhost").split(",")[0]
    connection.request("GET", "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
    answer = connection.getresponse().read()
    connection.close()
    return json.loads(answer)


def fault(name: str, health: dict) -> str | None:
    """What is wrong with this process; None when nothing is."""
    if not health.get("database"):
        return "the database does not answer"
    if name != "web" and not health[name]["alive"]:
        return f"{name} was last seen {health[name]['last_seen'] or 'never'}"
    return None


def main(name: str, base: str = WEB) -> int:
    """The exit code."""
    try:
        wrong = fault(name, ask(base))
    except (OSError, http.client.HTTPException, ValueError) as error:
        wrong = f"web does not answer: {error}"
    if wrong:
        print(wrong)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
