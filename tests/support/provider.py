"""A real provider of OpenID Connect on loopback, in a process of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from tests.support.commands import free_port


class Provider:
    """One that knows whoever it is told of, and lets everybody in who names himself.

    Args:
        url: its address, which is its issuer.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def tell(self, name: str, *groups: str) -> None:
        """Let somebody be known by an e-mail and be in groups, from now on."""
        claims = {"email": name, "email_verified": True, "groups": list(groups)}
        requests.put(f"{self.url}/users/{name}", json=claims, timeout=10).raise_for_status()

    def revoke(self, name: str) -> None:
        """Let no token of somebody count any more."""
        requests.post(f"{self.url}/users/{name}/revoke-tokens", timeout=10).raise_for_status()

    def sign_in(self, address: str, name: str) -> str:
        """Sign in as the form at an address does, and return where the browser is sent."""
        answer = requests.post(address, data={"sub": name}, allow_redirects=False, timeout=10)
        return answer.headers["Location"]


@contextmanager
def provider() -> Iterator[Provider]:
    """Yield a provider that has started."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "-p", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                requests.get(f"{url}/.well-known/openid-configuration", timeout=1)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        yield Provider(url)
    finally:
        process.terminate()
        process.wait(10)
