"""Certificates of an authority of one's own, made as a test runs, and a Jira behind them."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pytest

from tests.servers.fault_server import Answers, FaultServer, Plan

JIRA = "jira.example.com"
_CONFIG = "[req]\ndistinguished_name = name\n[name]\n"
_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")


@dataclass(frozen=True)
class Certificate:
    """Files of one certificate: ``both`` holds certificate and key."""

    certificate: Path
    key: Path
    both: Path


class Authority:
    """Signs certificates; its own is in ``certificate``, where nobody trusts it yet."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self._config = folder / "openssl.cnf"
        self._config.write_text(_CONFIG, encoding="ascii")
        extensions = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign")
        self._own = self._made(name, extensions, ())
        self.certificate = self._own.certificate

    def signed(
        self, name: str = JIRA, names: str = f"DNS:{JIRA},DNS:localhost,IP:127.0.0.1", *, password: str = ""
    ) -> Certificate:
        """Return a certificate for ``names``, in files called after ``name``."""
        signer = ("-CA", str(self._own.certificate), "-CAkey", str(self._own.key))
        return self._made(name, (f"subjectAltName={names}", "basicConstraints=CA:FALSE"), signer, password)

    def _made(
        self, name: str, extensions: tuple[str, ...], signer: tuple[str, ...], password: str = ""
    ) -> Certificate:
        openssl = shutil.which("openssl")
        if not openssl:
            pytest.skip("making certificates needs openssl")
        made = Certificate(*(self._folder / f"{name}{suffix}" for suffix in (".crt", ".key", ".pem")))
        locked = ("-passout", f"pass:{password}") if password else ("-nodes",)
        said = [word for extension in extensions for word in ("-addext", extension)]
        subprocess.run(
            [openssl, "req", "-config", str(self._config), "-x509", *_KEY, *locked, "-days", "2",
             "-subj", f"/CN={name}", *said, *signer, "-keyout", str(made.key), "-out", str(made.certificate)],
            check=True, capture_output=True,
        )  # fmt: skip
        made.both.write_bytes(made.certificate.read_bytes() + made.key.read_bytes())
        return made


class TlsServer:
    """The answers of a Jira behind a certificate; a context manager.

    Args:
        answers: of the Jira.
        shown: its certificate.
        plan: what to spoil.
        clients: certificate of the authority whose clients alone may come in; None lets in everybody.
        newest: of TLS; None for what there is.
    """

    def __init__(
        self,
        answers: Answers,
        shown: Certificate,
        plan: Plan | None = None,
        clients: Path | None = None,
        newest: ssl.TLSVersion | None = None,
    ) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(shown.certificate, shown.key)
        if clients is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(clients)
        if newest is not None:
            context.maximum_version = newest
        self.inner = FaultServer(answers, plan)
        server = self.inner._server
        # The handshake is made by the thread of each connection: a stranger must not end the others.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def port(self) -> int:
        """Where it listens on loopback."""
        return int(self.inner._server.server_port)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"https://127.0.0.1:{self.port}"

    def __enter__(self) -> "TlsServer":
        self.inner.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.inner.__exit__(kind, error, trace)
