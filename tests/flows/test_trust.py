"""A Prefect server behind TLS, with an authority of the user's own."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from flows.server import Server, ServerUnavailable, server
from tests.flows.support import captains

HERE = "127.0.0.1"


class Healthy(BaseHTTPRequestHandler):
    """What a Prefect server says of its health below /api, and of nothing else."""

    def do_GET(self) -> None:
        is_known = self.path == "/api/health"
        self.send_response(200 if is_known else 404)
        self.end_headers()
        self.wfile.write(b"true" if is_known else b"")

    def log_request(self, *_: object) -> None:
        pass


def certificate(folder: Path) -> tuple[Path, Path]:
    """Of a server that vouches for itself: the certificate and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HERE)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HERE))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "server.pem", folder / "server.key"
    paths[0].write_bytes(made.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


def serving(tls: ssl.SSLContext | None) -> Iterator[int]:
    """Its port."""
    with ThreadingHTTPServer((HERE, 0), Healthy) as found:
        if tls is not None:
            found.socket = tls.wrap_socket(found.socket, server_side=True)
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found.server_port
        found.shutdown()
        thread.join()


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    return certificate(tmp_path)[0]


@pytest.fixture
def behind_tls(
    authority: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(authority, tmp_path / "server.key")
    for port in serving(tls):
        found = Server(api_url=f"https://{HERE}:{port}/api", embedded=False)
        monkeypatch.setenv("PREFECT_API_URL", found.api_url)
        yield found


def test_a_server_is_trusted_by_the_authorities_that_prefect_takes(
    behind_tls: Server, authority: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_SSL_CERT_FILE", str(authority))
    with server(tmp_path) as found:
        assert found == behind_tls


def test_it_is_taken_unseen_where_prefect_takes_it_so(
    behind_tls: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_TLS_INSECURE_SKIP_VERIFY", "true")
    with server(tmp_path) as found:
        assert found == behind_tls


@pytest.mark.usefixtures("behind_tls")
def test_one_that_nobody_vouches_for_is_told_with_the_setting(tmp_path: Path) -> None:
    with pytest.raises(ServerUnavailable, match="PREFECT_API_SSL_CERT_FILE"), server(tmp_path):
        pass


@pytest.mark.usefixtures("behind_tls")
def test_a_file_of_authorities_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(FileNotFoundError) as told, server(tmp_path):
        pass
    assert told.value.filename == str(tmp_path / "none.pem")


@pytest.mark.parametrize("command", ["doctor", "status", "setup"])
def test_a_password_in_the_address_is_refused_and_never_shown(command: str, tmp_path: Path) -> None:
    around = {"PREFECT_API_URL": "http://adm:s3cret@127.0.0.1:9/api"}
    process = captains([command, "--json", "--runs", str(tmp_path / "runs")], around)
    told, said = process.communicate()
    assert process.returncode == 1
    assert "PREFECT_API_AUTH_STRING" in told
    assert "s3cret" not in told + said


def test_an_address_without_its_api_is_told_with_the_one_that_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for port in serving(None):
        monkeypatch.setenv("PREFECT_API_URL", f"http://{HERE}:{port}")
        meant = f"allowed: http://{HERE}:{port}/api"
        with pytest.raises(ServerUnavailable, match=meant), server(tmp_path):
            pass
