"""From the client to the store and back."""

import threading
from pathlib import Path

from configuration.settings import Secret
from data.jira_query_manager import shared_bucket
from data.jira_simple import Connection, JiraClient
from data.simulator.server import JiraSimulator


def test_rate_limiting_prevents_429_errors(tmp_path: Path) -> None:
    """Ten threads ask as fast as they may, and a server that allows 100 in any 10 s refuses none of them.

    The numbers are the real ones, so it takes a little over ten seconds.
    """
    with JiraSimulator(issues=10, rate_limit=100, rate_window_s=10.0) as jira:
        connection = Connection(jira.url, jira.email, Secret(jira.token))
        client = JiraClient(connection, shared_bucket(tmp_path / "run", connection.host))
        threads = [
            threading.Thread(target=lambda: [client.myself() for _ in range(15)], daemon=True)
            for _ in range(10)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert client.requests.total == 151  # and one question about the kind of Jira
        assert client.requests.retries == 0
        assert jira.requests.max_in_window == 100
        assert jira.requests.violations == 0
        assert all(entry.status == 200 for entry in jira.request_log)
