"""Jira behind what companies put before it: an authority of their own, a proxy, a gate that wants more."""

import base64
import json
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from callbacks.connection import Typed, look_at
from configuration.errors import (
    ClientCertificateError,
    ConfigurationError,
    ProxyAddressError,
    ProxyFailedError,
    ProxyRefusedError,
    SourceError,
    TlsError,
    TokenRefusedError,
)
from configuration.profile import JiraSettings, Profile
from configuration.settings import Home, Secret
from data.jira_query_manager import TokenBucket
from data.jira_simple import Connection, JiraClient
from data.persistence import save_profile, save_token
from data.profiles.sources import resolve
from data.simulator.messages import Request
from data.simulator.server import JiraSimulator
from data.workspace import Workspace
from tests.servers.fault_server import Fault, always, status
from tests.servers.proxy import Proxy, Tunnel
from tests.servers.tls import JIRA, Authority, Certificate, TlsServer
from tests.support.commands import refused, run

VARIABLES = (
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"),
)


@pytest.fixture(scope="module")
def jira() -> Iterator[JiraSimulator]:
    with JiraSimulator(issues=60) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority: Authority) -> Certificate:
    return authority.signed()


@pytest.fixture(autouse=True)
def _plain_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever the machine needs to reach the world is not there, and its system trusts nobody."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.lower(), raising=False)
    (tmp_path / "nobody").mkdir()
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "nobody"))


@pytest.fixture
def bundle(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The authority is trusted, by the environment's word."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.certificate))
    return authority.certificate


@pytest.fixture
def guarded(jira: JiraSimulator, certificate: Certificate) -> Iterator[TlsServer]:
    """The Jira behind a certificate of the company's own authority."""
    with TlsServer(jira.handle, certificate) as server:
        yield server


def client(jira: JiraSimulator, url: str, client_cert: str = "") -> JiraClient:
    """A client with the account of the simulator whose retries take no time."""
    connection = Connection(url, jira.email, Secret(jira.token), "cloud", client_cert=client_cert)
    return JiraClient(connection, TokenBucket(), sleep=lambda _seconds: None)


class TestTrust:
    """Which certificates are believed."""

    def test_an_authority_that_nobody_knows(self, jira: JiraSimulator, guarded: TlsServer) -> None:
        with pytest.raises(TlsError, match=r"127\.0\.0\.1: its certificate is signed by nobody") as raised:
            client(jira, guarded.url).server()

        assert "REQUESTS_CA_BUNDLE" in raised.value.hint
        assert raised.value.exit_code == 5
        assert guarded.inner.seen == []  # the token was not sent

    @pytest.mark.skipif("sys.platform != 'linux'", reason="the store of this system is not a file")
    def test_the_store_of_the_system(
        self, jira: JiraSimulator, guarded: TlsServer, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """OpenSSL's own variable names what the system trusts."""
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))

        assert client(jira, guarded.url).myself().account_id

    @pytest.mark.usefixtures("bundle")
    def test_the_bundle_that_the_environment_names(self, jira: JiraSimulator, guarded: TlsServer) -> None:
        assert client(jira, guarded.url).myself().account_id

    def test_the_bundle_wins_over_the_system(
        self, guarded: TlsServer, authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """Who names a bundle means it and nothing beside it."""
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(Authority(tmp_path).certificate))

        with pytest.raises(TlsError, match="signed by nobody"):
            JiraClient(Connection(guarded.url, "", Secret("")), TokenBucket()).server()

    @pytest.mark.parametrize("name", ["missing.pem", "letter.txt"])
    def test_a_bundle_that_cannot_be_used(
        self, jira: JiraSimulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
    ) -> None:
        (tmp_path / "letter.txt").write_text("Not a certificate.")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / name))
        said = {"missing.pem": "cannot be read: No such file", "letter.txt": "holds no certificates"}[name]

        with pytest.raises(ConfigurationError, match=f"{name} .* {said}") as raised:
            client(jira, jira.url.replace("http://", "https://")).server()
        assert "REQUESTS_CA_BUNDLE" in raised.value.hint

    @pytest.mark.usefixtures("bundle")
    def test_a_certificate_for_another_name(self, jira: JiraSimulator, authority: Authority) -> None:
        elsewhere = authority.signed("elsewhere", "DNS:elsewhere.example.com")
        with (
            TlsServer(jira.handle, elsewhere) as server,
            pytest.raises(TlsError, match="for another name") as raised,
        ):
            client(jira, server.url).server()

        assert "JIRA_URL" in raised.value.hint

    def test_a_port_without_tls(self, jira: JiraSimulator) -> None:
        with pytest.raises(TlsError, match="does not speak TLS"):
            client(jira, jira.url.replace("http://", "https://")).server()


VERSIONS = pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, None])


class TestClientCertificate:
    """A server that wants to know the machine before it listens to the account."""

    @pytest.fixture
    def gated(
        self, jira: JiraSimulator, bundle: Path, certificate: Certificate, newest: ssl.TLSVersion | None
    ) -> Iterator[TlsServer]:
        with TlsServer(jira.handle, certificate, clients=bundle, newest=newest) as server:
            yield server

    @VERSIONS
    def test_it_is_shown(self, jira: JiraSimulator, gated: TlsServer, authority: Authority) -> None:
        mine = authority.signed("mine")

        assert client(jira, gated.url, str(mine.both)).myself().account_id

    @VERSIONS
    def test_none_is_there(self, jira: JiraSimulator, gated: TlsServer) -> None:
        with pytest.raises(
            ClientCertificateError, match=r"127\.0\.0\.1 wants a client certificate"
        ) as raised:
            client(jira, gated.url).server()

        assert "jira.client_cert" in raised.value.hint
        assert raised.value.exit_code == 5
        assert gated.inner.seen == []

    @VERSIONS
    def test_it_is_refused(self, jira: JiraSimulator, gated: TlsServer, tmp_path: Path) -> None:
        """Somebody whom the server does not trust has signed it."""
        foreign = Authority(tmp_path).signed("foreign")

        with pytest.raises(ClientCertificateError, match="refused the client certificate") as raised:
            client(jira, gated.url, str(foreign.both)).server()

        assert raised.value.exit_code == 5
        assert gated.inner.seen == []

    @pytest.mark.parametrize("newest", [None])
    def test_a_file_that_cannot_be_used(
        self, jira: JiraSimulator, gated: TlsServer, authority: Authority, tmp_path: Path
    ) -> None:
        """Missing, without a key, with the key of another one, or with a key that wants a password."""
        locked = authority.signed("locked", password="-".join(("made", "up")))
        mine, other = authority.signed("mine"), authority.signed("other")
        mixed = tmp_path / "mixed.pem"
        mixed.write_bytes(mine.certificate.read_bytes() + other.key.read_bytes())
        told = {
            tmp_path / "missing.pem": "missing.pem cannot be read",
            mine.certificate: "does not hold a certificate and the key",
            mixed: "does not hold a certificate and the key",
            locked.both: "locked with a password",
        }
        for path, sentence in told.items():
            with pytest.raises(ConfigurationError, match=sentence) as raised:
                client(jira, gated.url, str(path)).server()
            assert "jira.client_cert" in raised.value.hint


class TestProxy:
    """A proxy that wants to know who asks, on the way to a Jira that no name service here knows."""

    URL = f"https://{JIRA}"
    ACCOUNT = "ann:" + "-".join(("made", "up@", "password"))

    @pytest.fixture
    def address(self) -> str:
        """Account and place as they are written in an address."""
        return self.ACCOUNT.replace("@", "%40") + "@{}"

    @pytest.mark.usefixtures("bundle")
    def test_tunnels_with_credentials(
        self, jira: JiraSimulator, guarded: TlsServer, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The name goes to the proxy, the token inside the tunnel to Jira, each to one and not the other."""
        with Proxy(guarded.port, self.ACCOUNT) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://{address.format(proxy.place)}")

            assert client(jira, self.URL).myself().account_id

        told = base64.b64encode(self.ACCOUNT.encode()).decode()
        assert set(proxy.tunnels) == {Tunnel(f"{JIRA}:443", f"Basic {told}")}
        sent = [request.headers for request in guarded.inner.seen]
        assert sent
        assert not any("proxy-authorization" in headers or told in str(headers) for headers in sent)

    @pytest.mark.usefixtures("bundle")
    def test_a_proxy_behind_tls(
        self,
        jira: JiraSimulator,
        guarded: TlsServer,
        certificate: Certificate,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """It is believed by the same authority, also where it is not trusted by the system."""
        with Proxy(guarded.port, shown=certificate) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"https://{proxy.place}")

            assert client(jira, self.URL).myself().account_id

        assert {tunnel.target for tunnel in proxy.tunnels} == {f"{JIRA}:443"}

    @pytest.mark.parametrize(
        ("account", "status", "said"),
        [
            ("", 200, r"asks for a user name and a password \(407\)"),
            ("ann:made-up@", 200, r"refuses the user name or the password .* \(407\)"),
            (ACCOUNT.replace("@", "%40") + "@", 403, rf"lets nobody through to {JIRA} \(403\)"),
            (ACCOUNT.replace("@", "%40") + "@", 502, rf"does not get through to {JIRA} \(502\)"),
        ],
    )
    def test_it_refuses(self, monkeypatch: pytest.MonkeyPatch, account: str, status: int, said: str) -> None:
        """Only what may pass is tried again."""
        with Proxy(9, self.ACCOUNT, status) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://{account}{proxy.place}")

            assert_untold(self.URL, account, ProxyFailedError if status == 502 else ProxyRefusedError, said)

        assert len(proxy.tunnels) == (5 if status == 502 else 1)

    @pytest.mark.parametrize(
        ("place", "said"),
        [
            ("http://{}127.0.0.1:9", r"The proxy at 127\.0\.0\.1:9 cannot be reached: "),
            ("http://{}proxy.invalid:3128", r"The name of the proxy at proxy\.invalid:3128 is not known"),
            ("http://{}proxy:port", "HTTPS_PROXY is not the address of an HTTP proxy"),
            ("http://{}", "HTTPS_PROXY is not the address of an HTTP proxy"),
            ("ftp://{}proxy.invalid", "HTTPS_PROXY is not the address of an HTTP proxy"),
            ("socks5://{}proxy.invalid:1080", "HTTPS_PROXY is not the address of an HTTP proxy"),
        ],
    )
    def test_it_is_not_there(
        self, address: str, monkeypatch: pytest.MonkeyPatch, place: str, said: str
    ) -> None:
        account = address.format("")
        monkeypatch.setenv("HTTPS_PROXY", place.format(account))

        assert_untold(self.URL, account, ProxyAddressError if "HTTPS" in said else ProxyFailedError, said)

    def test_it_puts_its_own_certificate_before_jira(
        self, jira: JiraSimulator, guarded: TlsServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The authority of a proxy that looks into everything is not known: nothing is sent."""
        with Proxy(guarded.port) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.place}")

            with pytest.raises(TlsError, match=f"{JIRA}: its certificate is signed by nobody"):
                client(jira, self.URL).server()

        assert guarded.inner.seen == []

    @pytest.mark.parametrize("host", ["127.0.0.1:9", "proxy.invalid:3128", "proxy:port"])
    def test_its_password_is_in_no_log_and_no_error(self, tmp_path: Path, address: str, host: str) -> None:
        """Neither as it is written in the address, nor as it is meant, nor as it is sent."""
        done = run(
            tmp_path,
            *("check", "--log-level", "DEBUG"),
            JIRA_URL=self.URL,
            JIRA_TOKEN="-".join(("a", "token")),
            JIRA_JQL="project = WEB",
            JIRA_DEADLINE="2",
            HTTPS_PROXY=f"http://{address.format(host)}",
        )
        logs = "".join(path.read_text() for path in (tmp_path / "logs").glob("*.log"))
        written = done.stdout + done.stderr + logs

        assert done.returncode == 5, done.stderr
        assert "roxy" in written
        password = self.ACCOUNT.partition(":")[2]
        for secret in (
            password,
            password.replace("@", "%40"),
            base64.b64encode(self.ACCOUNT.encode()).decode(),
        ):
            assert secret not in written


def assert_untold(url: str, account: str, kind: type[SourceError], said: str) -> None:
    """Assert how a request ends, and that neither sentence names the password."""
    connection = Connection(url, "", Secret(""), "cloud")
    with pytest.raises(kind, match=said) as raised:
        JiraClient(connection, TokenBucket(), sleep=lambda _seconds: None).server()
    told, password = raised.value.message + raised.value.hint, account.rstrip("@").partition(":")[2]

    assert raised.value.exit_code == 5
    assert "PROXY" in raised.value.hint or "proxy" in raised.value.hint
    assert not password or password not in told


class TestGate:
    """A gate before the Jira that looks for two headers and a certificate, from the profile to the wire."""

    NAMES = ("CF-Access-Client-Id", "CF-Access-Client-Secret")
    VALUES = tuple("-".join((*words, "value")) for words in (("an", "ident"), ("a", "shared", "word")))

    def refuses(self, _number: int, request: Request) -> Fault | None:
        """Let in who brings both headers."""
        told = tuple(request.headers.get(name.lower()) for name in self.NAMES)
        return None if told == self.VALUES else status(403)

    @pytest.fixture
    def gate(self, jira: JiraSimulator, certificate: Certificate, bundle: Path) -> Iterator[TlsServer]:
        with TlsServer(jira.handle, certificate, self.refuses, clients=bundle) as server:
            yield server

    def home(self, place: Path, jira: JiraSimulator, url: str, origin: str, authority: Authority) -> Home:
        """A profile whose address is ``url``, with headers for ``origin`` and a certificate."""
        home = Home(place)
        settings = JiraSettings(url, jira.email, "project = WEB", "cloud", "secrets/team.pem", self.NAMES)
        save_profile(home, "default", Profile(jira=settings))
        home.secrets.mkdir()
        (home.secrets / "team.pem").write_bytes(authority.signed("mine").both.read_bytes())
        headers = {"origin": origin, "values": dict(zip(self.NAMES, self.VALUES, strict=True))}
        (home.secrets / "default.json").write_text(json.dumps({"headers": headers}), encoding="ascii")
        save_token(home, "default", url, Secret(jira.token))
        return home

    def test_a_sync_passes_the_gate(
        self, tmp_path: Path, jira: JiraSimulator, gate: TlsServer, authority: Authority
    ) -> None:
        """Every request brings what the gate wants, and none of it is written anywhere else."""
        place = tmp_path / "home"
        home = self.home(place, jira, gate.url, gate.url, authority)
        done = run(place, "sync", "--log-level", "DEBUG")

        assert done.returncode == 0, done.stderr
        assert gate.inner.seen
        assert gate.inner.faulty == 0
        files = [path for path in place.rglob("*") if path.is_file()]
        assert [path for path in files if self.VALUES[1].encode() in path.read_bytes()] == [
            home.secrets / "default.json"
        ]
        assert not any(value in done.stdout + done.stderr for value in self.VALUES)

    def test_headers_of_another_origin_stay_here(
        self, tmp_path: Path, jira: JiraSimulator, gate: TlsServer, authority: Authority
    ) -> None:
        """Not one request is made."""
        place = tmp_path / "home"
        self.home(place, jira, gate.url, "https://jira.example.org", authority)
        refused(run(place, "check"), 2, f"not sent to {gate.url}", "https://jira.example.org")

        assert gate.inner.seen == []

    def test_a_wrong_value_is_refused_and_not_told(
        self, tmp_path: Path, jira: JiraSimulator, gate: TlsServer, authority: Authority
    ) -> None:
        place = tmp_path / "home"
        home = self.home(place, jira, gate.url, gate.url, authority)
        file = home.secrets / "default.json"
        file.write_text(file.read_text().replace(self.VALUES[1], "something-else"))
        answer = run(place, "sync")
        refused(answer, 3, "403")

        written = answer.stderr + "".join(path.read_text() for path in home.logs.glob("*.log"))
        assert "something-else" not in written

    def test_a_header_that_is_not_for_a_profile(
        self, tmp_path: Path, jira: JiraSimulator, gate: TlsServer, authority: Authority
    ) -> None:
        place = tmp_path / "home"
        home = self.home(place, jira, gate.url, gate.url, authority)
        file = home.profiles / "default.toml"
        file.write_text(file.read_text().replace(self.NAMES[0], "Authorization"))
        refused(run(place, "sync"), 2, "jira.headers names Authorization")

        assert gate.inner.seen == []

    def test_the_settings_page_passes_the_gate_and_tells_no_value(
        self, tmp_path: Path, jira: JiraSimulator, gate: TlsServer, authority: Authority
    ) -> None:
        """Leaving the address field asks with headers and certificate; another address gets neither."""
        home = self.home(tmp_path / "home", jira, gate.url, gate.url, authority)
        workspace = Workspace(home, {}, resolve(home, "default", {}))
        passed = look_at(workspace, "default", Typed(url=gate.url, email=jira.email))
        asked = len(gate.inner.seen)
        elsewhere = look_at(workspace, "default", Typed(url=gate.url.replace("127.0.0.1", "localhost")))

        assert passed.verdict.fault is None
        assert passed.verdict.projects
        assert elsewhere.verdict.fault is not None
        assert "they belong to" in elsewhere.verdict.fault.cause
        assert len(gate.inner.seen) == asked
        assert not any(value in f"{passed}{elsewhere}" for value in self.VALUES)

    @pytest.mark.usefixtures("bundle")
    @pytest.mark.parametrize("words", ["No required SSL certificate was sent", "The SSL certificate error"])
    def test_what_nginx_says(self, jira: JiraSimulator, certificate: Certificate, words: str) -> None:
        """It takes the connection, and refuses the request in words of HTTP."""
        page = f"<html><head><title>400 {words}</title></head></html>".encode()
        with (
            TlsServer(jira.handle, certificate, always(status(400, page, "text/html"))) as server,
            pytest.raises(ClientCertificateError, match="wants a client certificate"),
        ):
            client(jira, server.url).server()


def test_the_gateway_is_looked_up_without_a_credential_and_used_on_somebodys_word(
    jira: JiraSimulator, certificate: Certificate, bundle: Path
) -> None:
    """A scoped token: the sentence names JIRA_URL, and nothing else is asked at another address."""
    told: list[Request] = []

    def plan(_number: int, request: Request) -> Fault | None:
        told.append(request)
        found = {"cloudId": jira.cloud_id}
        if request.path == "/_edge/tenant_info":
            return status(200, json.dumps(found).encode())
        return status(401)

    gate_header = (("X-Gate", Secret("-".join(("a", "value")))),)
    with TlsServer(jira.handle, certificate, plan) as server:
        connection = Connection(server.url, jira.email, Secret(jira.token), "cloud", headers=gate_header)
        with pytest.raises(TokenRefusedError) as raised:
            JiraClient(connection, TokenBucket()).myself()

    assert f"JIRA_URL=https://api.atlassian.com/ex/jira/{jira.cloud_id}" in raised.value.hint
    assert [request.path for request in told] == ["/rest/api/3/myself", "/_edge/tenant_info"]
    asked, looked_up = (request.headers for request in told)
    assert asked["authorization"].startswith("Basic ")
    assert asked["x-gate"] == "a-value"
    assert not looked_up.keys() & {"authorization", "x-gate", "cookie"}
    assert jira.token not in str(looked_up)
