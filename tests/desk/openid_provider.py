"""A small OpenID provider on loopback: it really signs, really checks the code, the verifier and the secret; and can be
told to lie in one point."""

from __future__ import annotations

import json
import threading
from base64 import b64decode, urlsafe_b64encode
from contextlib import suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, CLIENT_SECRET = "desk", "the client's secret"


class OpenIdProvider:
    """``claims``: of the person who is logged in there; ``lies``: what its answers get wrong, by name; ``now``: its
    clock."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.claims: dict[str, Any] = {"sub": "7", "preferred_username": "Dana Levi", "groups": ["support"]}
        self.lies: set[str] = set()
        self.asked: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                answers = {"/.well-known/openid-configuration": provider.about, "/keys": provider.keys}
                self._answer(200, answers[path]()) if path in answers else self._answer(404, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                form = {k: v[0] for k, v in parse_qs(body).items()}
                self._answer(*provider.token(form, self.headers.get("authorization", "")))

            def _answer(self, status: int, told: Any) -> None:
                body = b"{" + b" " * 10**6 if told == "endless" else json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with suppress(OSError):  # who asked has heard enough
                    self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def about(self) -> Any:
        if "endless" in self.lies:
            return "endless"
        issuer = "https://evil.example" if "about" in self.lies else self.issuer
        elsewhere = "http://192.0.2.1/token" if "endpoint" in self.lies else f"{self.issuer}/token"
        return {"issuer": issuer, "authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": elsewhere,
                "jwks_uri": f"{self.issuer}/keys"}  # fmt: skip

    def keys(self) -> Any:
        key = RSAKey.generate_key(2048, {"kid": "one"}) if "keys" in self.lies else self.key
        return {"keys": [key.as_dict(private=False)]}

    def authorise(self, url: str) -> str:
        """What a person's browser does there: log in, and be sent back with a code."""
        asked = {k: v[0] for k, v in parse_qs(urlsplit(url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        asked = self.asked.pop(form.get("code", ""), None)
        proof = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        if asked is None or proof != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if b64decode(authorization.partition(" ")[2]).decode() != f"{CLIENT}:{CLIENT_SECRET}":
            return 401, {"error": "invalid_client"}
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": int(self.now), "exp": int(self.now) + 300,
                  "nonce": asked["nonce"], **self.claims}  # fmt: skip
        lied = {"issuer": ("iss", "https://evil.example"), "audience": ("aud", "another"), "nonce": ("nonce", "x"),
                "expired": ("exp", int(self.now) - 3600), "future": ("iat", int(self.now) + 3600)}  # fmt: skip
        claims |= dict(lied[lie] for lie in self.lies if lie in lied)
        for lie in self.lies:
            if lie.startswith("without "):
                del claims[lie.partition(" ")[2]]
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": self._signed(claims)}

    def _signed(self, claims: dict[str, Any]) -> str:
        if "no token" in self.lies:
            return ""
        if "unsigned" in self.lies:
            parts = [json.dumps(p).encode() for p in ({"alg": "none", "kid": "one"}, claims)]
            return ".".join(urlsafe_b64encode(p).decode().rstrip("=") for p in parts) + "."
        if "public key as secret" in self.lies:  # the old confusion of RS256 and HS256
            secret = OctKey.import_key(self.key.as_pem(private=False))
            return jwt.encode({"alg": "HS256", "kid": "one"}, claims, secret, algorithms=["HS256"])
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return token[:-4] + "AAAA" if "signature" in self.lies else token
