"""The signature of a message, as the Standard Webhooks have it (standardwebhooks.com, specification 1.0)."""

from __future__ import annotations

import base64
import hmac
import secrets

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> bytes:
    return secrets.token_bytes(_BYTES)


def written(secret: bytes) -> str:
    """As the receiver's program takes it."""
    return PREFIX + base64.b64encode(secret).decode()


def headers(secret: bytes, message: str, at: int, body: bytes) -> dict[str, str]:
    """``message``: its id, the same whenever it is sent again. ``at``: seconds since the epoch of this try; a receiver
    refuses what is minutes old, so that nobody plays it back."""
    signed = f"{message}.{at}.".encode() + body
    signature = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
    return {"webhook-id": message, "webhook-timestamp": str(at), "webhook-signature": f"v1,{signature}"}
