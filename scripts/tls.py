"""A self-signed certificate for ./run --tls. Runs in the virtual environment: needs cryptography.

python -m scripts.tls FOLDER NAME...: writes FOLDER/cert.pem and FOLDER/key.pem for the names.
"""

import ipaddress
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = timedelta(days=365)
SPARE = timedelta(days=30)


def general_name(name: str) -> x509.GeneralName:
    """An address or a host name, as certificates tell them apart."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def still_good(path: Path, names: list[str], now: datetime) -> bool:
    """Does the certificate at `path` cover the names for some time to come?"""
    if not path.exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    covered = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    wanted = {general_name(name) for name in names}
    return wanted <= set(covered) and certificate.not_valid_after_utc > now + SPARE


def make(names: list[str], now: datetime) -> tuple[bytes, bytes]:
    """Certificate and key, PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal demonstration")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFE)
        .add_extension(
            x509.SubjectAlternativeName([general_name(n) for n in names]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM), key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def main(folder: Path, names: list[str]) -> None:
    """Write the pair unless a good one is there; the key is readable for its owner only."""
    now = datetime.now(UTC)
    if still_good(folder / "cert.pem", names, now):
        return
    certificate, key = make(names, now)
    (folder / "key.pem").unlink(missing_ok=True)
    with os.fdopen(
        os.open(folder / "key.pem", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
    ) as f:
        f.write(key)
    (folder / "cert.pem").write_bytes(certificate)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
