"""A small proxy that makes tunnels, as companies have them before the network of the world."""

import base64
import contextlib
import shutil
import socket
import socketserver
import ssl
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO

from tests.servers.tls import Certificate


@dataclass(frozen=True)
class Tunnel:
    """What a client asked for: host and port, and its Proxy-Authorization, "" for none."""

    target: str
    authorization: str


class Proxy:
    """Leads every tunnel to one port of this machine, whatever host was asked for; a context manager.

    Args:
        port: where tunnels end.
        account: "user:password" that it wants; "" lets in everybody.
        status: other than 200 to refuse every tunnel with it.
        shown: certificate of a proxy that is itself spoken to over TLS.
    """

    def __init__(
        self, port: int, account: str = "", status: int = 200, shown: Certificate | None = None
    ) -> None:
        self.tunnels: list[Tunnel] = []
        self._port = port
        self._wanted = f"Basic {base64.b64encode(account.encode()).decode()}" if account else ""
        self._status = status
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self
        self.place = f"127.0.0.1:{self._server.server_address[1]}"
        if shown is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(shown.certificate, shown.key)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def verdict(self, tunnel: Tunnel) -> int:
        """Note a tunnel and return the status that answers it."""
        self.tunnels.append(tunnel)
        if self._wanted and tunnel.authorization != self._wanted:
            return 407
        return self._status

    def way(self) -> socket.socket:
        """Return a connection to where tunnels end."""
        return socket.create_connection(("127.0.0.1", self._port), timeout=10)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    owner: Proxy

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of it."""


class _Handler(socketserver.StreamRequestHandler):
    rbufsize = 0  # what follows the head belongs to the tunnel
    server: _Server

    def handle(self) -> None:
        target = self._line().split()[1]
        headers = dict(line.split(": ", 1) for line in iter(self._line, ""))
        status = self.server.owner.verdict(Tunnel(target, headers.get("Proxy-Authorization", "")))
        if status != 200:
            self.wfile.write(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())
            return
        with self.server.owner.way() as way:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            outward = threading.Thread(
                target=_pump, args=(self.rfile, way.makefile("wb", buffering=0)), daemon=True
            )
            outward.start()
            _pump(way.makefile("rb", buffering=0), self.wfile)

    def _line(self) -> str:
        return self.rfile.readline(65536).decode("latin-1").rstrip("\r\n")


def _pump(source: BinaryIO, sink: BinaryIO) -> None:
    with contextlib.suppress(OSError, ValueError):
        shutil.copyfileobj(source, sink, 16384)
