"""What the words of a failed handshake mean, on every system."""

import pytest

from configuration.errors import ClientCertificateError
from data.jira.tls import tls_error

_VERIFY = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
_ALERT = "[SSL: {}] {} (_ssl.c:2580)"


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        (f"{_VERIFY}self-signed certificate in certificate chain (_ssl.c:1006)", "signed by nobody"),
        (f"{_VERIFY}self signed certificate (_ssl.c:1129)", "signed by nobody"),
        (f"{_VERIFY}unable to get local issuer certificate (_ssl.c:1006)", "signed by nobody"),
        # Windows and macOS
        ("A certificate chain processed, but terminated in a root certificate", "signed by nobody"),
        ("\u201cjira.example.com\u201d certificate is not trusted", "signed by nobody"),
        (f"{_VERIFY}Hostname mismatch, certificate is not valid for 'jira.example.com'.", "for another name"),
        (f"{_VERIFY}IP address mismatch, certificate is not valid for '127.0.0.1'.", "for another name"),
        ("The certificate's CN name does not match the passed value", "for another name"),
        (f"{_VERIFY}certificate has expired (_ssl.c:1006)", "out of date"),
        (f"{_VERIFY}certificate is not yet valid (_ssl.c:1006)", "out of date"),
        ("A required certificate is not within its validity period", "out of date"),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", "does not speak TLS"),
        ("[SSL: SOMETHING_NEW] something new", "SOMETHING_NEW"),
    ],
)
def test_a_certificate_that_is_not_believed(words: str, cause: str) -> None:
    error = tls_error(words, "jira.example.com", shown=False)

    assert error.message.startswith("No trusted connection to jira.example.com: ")
    assert cause in error.message
    assert error.hint.endswith(".")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "tlsv13 alert certificate required"),
        ("TLSV1_ALERT_UNKNOWN_CA", "tlsv1 alert unknown ca"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "sslv3 alert handshake failure"),
        ("SSL/TLS_ALERT_BAD_CERTIFICATE", "ssl/tls alert bad certificate"),
    ],
)
def test_a_server_that_wants_another_client_certificate(reason: str, words: str) -> None:
    """It is asked for where there is none, and called refused where there is one."""
    for shown, said in ((False, "wants a client certificate"), (True, "refused the client certificate")):
        error = tls_error(_ALERT.format(reason, words), "jira.example.com", shown=shown)

        assert isinstance(error, ClientCertificateError)
        assert error.message == f"jira.example.com {said}."
