"""Whom a connection trusts, what it shows of itself, and what a failed handshake means."""

import re
import ssl
from pathlib import Path

import truststore
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from configuration.errors import ClientCertificateError, ConfigurationError, TlsError

# What X509_V_ERR_* of OpenSSL say, and Windows and macOS in their own words.
_STRANGER = re.compile(
    r"self.signed certificate|unable to get (?:local )?issuer|unable to verify the first|not trusted|"
    r"untrusted root|terminated in a root",
    re.IGNORECASE,
)
_OTHER_NAME = re.compile(
    r"hostname mismatch|ip address mismatch|doesn't match|not valid for|CN name does not|name does not match",
    re.IGNORECASE,
)
_OUT_OF_DATE = re.compile(r"has expired|is expired|not yet valid|validity period", re.IGNORECASE)
# Alerts by which a server says what it thinks of the certificate that it was shown, or was not.
_ALERT = re.compile(
    r"ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_REVOKED|"
    r"CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE|DECRYPT_ERROR)",
)
_NOT_TLS = re.compile(r"WRONG_VERSION_NUMBER|UNKNOWN_PROTOCOL|HTTP_REQUEST|RECORD_LAYER_FAILURE")


def trusting(bundle: str | None, client_cert: str = "") -> ssl.SSLContext:
    """Return what checks a server's certificate.

    Args:
        bundle: file or folder of the only certificates to trust; None trusts what
            the system trusts, and what ``certifi`` lists.
        client_cert: PEM file with the certificate and the key to show to a server that asks; "" for none.

    Raises:
        ConfigurationError: a file is not there, or is not what it should be.
    """
    if bundle:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # Such files often hold the certificate that signs, and not the root above it.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        _load_bundle(context, Path(bundle))
    else:
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    if client_cert:
        _load_client_certificate(context, Path(client_cert))
    return context


def _load_bundle(context: ssl.SSLContext, bundle: Path) -> None:
    try:
        if bundle.is_dir():
            context.load_verify_locations(capath=bundle)
        else:
            context.load_verify_locations(cafile=bundle)
    except ssl.SSLError as error:
        raise ConfigurationError(
            f"The file {bundle.name} that should name whom to trust holds no certificates.",
            hint="Set REQUESTS_CA_BUNDLE (or CURL_CA_BUNDLE) to a PEM file with certificates, or unset it.",
        ) from error
    except OSError as error:
        raise ConfigurationError(
            f"The file {bundle.name} that should name whom to trust cannot be read: {error.strerror}.",
            hint="Correct the path in REQUESTS_CA_BUNDLE (or CURL_CA_BUNDLE), or unset it.",
        ) from error


def _load_client_certificate(context: ssl.SSLContext, path: Path) -> None:
    def no_password() -> str:
        # Without this OpenSSL would ask on the terminal, in the middle of everything.
        raise ConfigurationError(
            f"The key in {path.name} is locked with a password.",
            hint="Let jira.client_cert name a PEM file whose key has none, and that you alone may read.",
        )

    try:
        context.load_cert_chain(path, password=no_password)
    except ssl.SSLError as error:
        raise ConfigurationError(
            f"The file {path.name} does not hold a certificate and the key that belongs to it.",
            hint="Let jira.client_cert name a PEM file with both, the certificate first.",
        ) from error
    except OSError as error:
        raise ConfigurationError(
            f"The client certificate {path.name} cannot be read: {error.strerror}.",
            hint="Correct the path in jira.client_cert.",
        ) from error


def tls_error(words: str, host: str, *, shown: bool) -> TlsError:
    """Return what a failed handshake means.

    Args:
        words: of OpenSSL, or of the system that looked at the certificate.
        host: with whom.
        shown: a client certificate was there to be shown.
    """
    if _ALERT.search(words.upper().replace(" ", "_")):
        return client_certificate_refused(host, shown=shown)
    cause, remedy = _read_refusal(words)
    return TlsError(f"No trusted connection to {host}: {cause}.", hint=remedy)


def client_certificate_refused(host: str, *, shown: bool) -> ClientCertificateError:
    """Return the error for a server that wants a client certificate, and does not take what it got."""
    if shown:
        return ClientCertificateError(
            f"{host} refused the client certificate.",
            hint="Ask who runs it which certificate it takes, and let jira.client_cert name that one.",
        )
    return ClientCertificateError(
        f"{host} wants a client certificate.",
        hint="Let jira.client_cert name a PEM file with your certificate and its key.",
    )


def _read_refusal(words: str) -> tuple[str, str]:
    """Return cause and remedy of a certificate that was not accepted."""
    if _STRANGER.search(words):
        return (
            "its certificate is signed by nobody who is trusted here",
            "Add your organisation's certificate to the system's, or set REQUESTS_CA_BUNDLE to its file.",
        )
    if _OTHER_NAME.search(words):
        return "its certificate is for another name", "Correct JIRA_URL to the name in the certificate."
    if _OUT_OF_DATE.search(words):
        return (
            "its certificate is out of date, or the clock of this machine is",
            "Set the clock, or ask who runs the server to renew its certificate.",
        )
    if _NOT_TLS.search(words.upper()):
        return "what answers there does not speak TLS", "Correct JIRA_URL, perhaps its port."
    return (
        words,
        "Set REQUESTS_CA_BUNDLE to the certificate file of your organisation, or correct JIRA_URL.",
    )
