"""Which Jira, and as whom: an address that is safe to send a token to, and who may read it."""

import base64
import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from configuration.errors import ConfigurationError
from configuration.origins import origin_of
from configuration.settings import Secret
from data.jira.extra_headers import check_header
from data.jira.requested_fields import STANDARD_FIELDS

CLOUD_SUFFIXES = (".atlassian.net", ".jira.com", ".jira-dev.com")
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
# Where cloud machines hand out their own credentials, beside the link-local ranges.
_METADATA_HOSTS = frozenset({"metadata.google.internal", "metadata", "instance-data"})
_METADATA_ADDRESSES = frozenset({"100.100.100.200", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254"})
# Where the pages of a Data Center begin, behind its context path: people copy the page that they see.
_PAGE = re.compile(
    r"/(?:rest|secure|issues|plugins|servicedesk|login\.jsp|browse/[^/]+|projects/[^/]+)(?:/.*)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Connection:
    """An address and an account. The token goes to ``origin`` and nowhere else.

    Attributes:
        url: of the site, with its context path if it has one, without ``/rest``.
        email: of the account; "" sends the token as Bearer.
        token: "" asks anonymously.
        dialect: ``auto``, ``cloud`` or ``dc``.
        deadline_s: what one request may take over all its attempts and waits.
        fields: asked for of every issue.
        client_cert: PEM file of the certificate and key to show to a server that asks, "" for none.
        impediment: id of the field that a team maps as a flag beside Jira's own, "" for none.
        headers: name and value of each that a gate before the Jira wants; sent to ``origin`` alone.

    Raises:
        ConfigurationError: the address cannot be used or is not safe.
    """

    url: str
    email: str
    token: Secret
    dialect: str = "auto"
    deadline_s: float = 60.0
    fields: tuple[str, ...] = STANDARD_FIELDS
    client_cert: str = ""
    impediment: str = ""
    headers: tuple[tuple[str, Secret], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", _checked_url(self.url))
        object.__setattr__(self, "email", _header_text(self.email, "JIRA_EMAIL"))
        object.__setattr__(self, "token", Secret(_header_text(self.token.reveal(), "JIRA_TOKEN")))
        for name, value in self.headers:
            check_header(name, value)
        if self.dialect not in ("auto", "cloud", "dc"):
            raise ConfigurationError(
                f"JIRA_DIALECT {self.dialect!r} is not a kind of Jira.", hint="Use auto, cloud or dc."
            )

    @property
    def origin(self) -> str:
        """Scheme, host and port; the port only if it is not the scheme's own."""
        return origin_of(self.url)

    @property
    def host(self) -> str:
        """Host and port, which name the rate limit."""
        return urlsplit(self.url).netloc

    @property
    def is_loopback(self) -> bool:
        """Whether the Jira runs on this machine."""
        return is_loopback(urlsplit(self.url).hostname or "")

    @property
    def on_cloud_site(self) -> bool:
        """Whether the address is a Cloud site by its name alone."""
        return (urlsplit(self.url).hostname or "").endswith(CLOUD_SUFFIXES)

    @property
    def on_gateway(self) -> bool:
        """Whether the address is Atlassian's gateway, which takes scoped tokens."""
        return "/ex/jira/" in urlsplit(self.url).path

    def authorization(self) -> str:
        """Return the value of the Authorization header, "" for an anonymous connection."""
        if not self.token:
            return ""
        token = self.token.reveal()
        if not self.email:
            return f"Bearer {token}"
        return "Basic " + base64.b64encode(f"{self.email}:{token}".encode()).decode()


def is_loopback(host: str) -> bool:
    """Tell whether a host name is this machine, without asking the name service."""
    if host in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_metadata(address: str) -> None:
    """Refuse to talk to an address at which machines, not people, get their credentials.

    Args:
        address: a host name or an IP address, also that of a connected peer.

    Raises:
        ConfigurationError: it is link-local or a metadata service.
    """
    host = address.lower().rstrip(".").partition("%")[0]
    if host in _METADATA_HOSTS or _is_forbidden_ip(host):
        raise ConfigurationError(
            f"The address of the Jira leads to {address}, a link-local or metadata address.",
            hint="Set JIRA_URL to the address that you open in the browser.",
        )


def _is_forbidden_ip(host: str) -> bool:
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    return bool(mapped.is_link_local) or str(mapped) in _METADATA_ADDRESSES


def _checked_url(url: str) -> str:
    parts = _split(url.strip())
    host = parts.hostname
    if parts.scheme not in ("http", "https") or not host or re.search(r"[\s\\]", url.strip()):
        raise ConfigurationError(
            "JIRA_URL is not a web address.", hint="Write it like https://example.atlassian.net."
        )
    if parts.username or parts.password:
        raise ConfigurationError(
            "JIRA_URL holds a user name or a password.", hint="Put them into JIRA_EMAIL and JIRA_TOKEN."
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(
            f"JIRA_URL is not encrypted: a token would cross the network to {host} in the clear.",
            hint="Use https://.",
        )
    refuse_metadata(host)
    # A Cloud site has no context path; what stands there was copied from the browser.
    path = "" if host.endswith(CLOUD_SUFFIXES) else _PAGE.sub("", parts.path.rstrip("/"))
    return urlunsplit((parts.scheme, parts.netloc, path.rstrip("/"), "", ""))


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ConfigurationError(
            f"JIRA_URL is not a web address: {error}.", hint="Write it like https://example.atlassian.net."
        ) from error
    return parts


def _header_text(text: str, variable: str) -> str:
    text = text.strip()
    if not text.isprintable() or (variable == "JIRA_TOKEN" and not text.isascii()):
        raise ConfigurationError(
            f"{variable} holds characters that cannot be sent.", hint="Copy it again, without line breaks."
        )
    return text
