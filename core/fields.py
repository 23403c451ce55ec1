"""Personal data and secrets encrypted at rest (AES-GCM); the key is never in the database."""

import base64
import hashlib
import hmac
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models


def _key() -> bytes:
    return base64.urlsafe_b64decode(settings.PORTAL_FIELD_KEY)


def encrypt(text: str) -> str:
    """`text` as `v1:` and URL-safe base64 of nonce and AES-GCM ciphertext."""
    nonce = os.urandom(12)
    sealed = AESGCM(_key()).encrypt(nonce, text.encode(), None)
    return "v1:" + base64.urlsafe_b64encode(nonce + sealed).decode()


def decrypt(sealed: str) -> str:
    """The text behind `encrypt`; ValueError when the key or the value is not the right one."""
    raw = base64.urlsafe_b64decode(sealed.removeprefix("v1:"))
    try:
        return AESGCM(_key()).decrypt(raw[:12], raw[12:], None).decode()
    except InvalidTag:
        raise ValueError(
            "加密字段无法解密：PORTAL_FIELD_KEY 与写入时不同，或数据已损坏。"
        ) from None


def blind_index(text: str) -> str:
    """A keyed digest for finding an encrypted value again: 64 hex digits."""
    return hmac.new(_key(), b"index:" + text.encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField):
    """Text that is plain in Python and ciphertext in the database (PIPL article 51)."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        """Decrypt what the database holds."""
        return decrypt(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt what goes to the database; empty stays empty."""
        value = super().get_prep_value(value)
        return encrypt(value) if value else value
