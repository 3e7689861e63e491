"""The arithmetic of CHAP and MS-CHAPv2 against the vectors of their RFCs, and against OpenSSL where it still knows."""

from __future__ import annotations

import hashlib
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_agent.login.des import encrypt
from cpe_agent.login.md4 import md4
from cpe_agent.login.ms_chap import (
    authenticator_response,
    challenge_hash,
    failure_of,
    nt_response,
    password_hash,
    proof_of,
    text_of,
)

# RFC 2759, 9.2
USER, PASSWORD = b"User", b"clientPass"
CHALLENGE = bytes.fromhex("5B5D7C7D7B3F2F3E3C2C602132262628")
PEER_CHALLENGE = bytes.fromhex("21402324255E262A28295F2B3A337C7E")
ANSWER = bytes.fromhex("82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF")


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        # RFC 1320, A.5
        (b"", "31d6cfe0d16ae931b73c59d7e0c089c0"),
        (b"a", "bde52cb31de33e46245e05fbdbd6fb24"),
        (b"abc", "a448017aaf21d8525fc10ae87aa6729d"),
        (b"message digest", "d9130a8164549fe818874806e1c7014b"),
        (b"abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9"),
        (b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "043f8582f241db351ce627e153e7f0e4"),
        (b"1234567890" * 8, "e33b4ddc9c38f2199c3e7b164fcc0536"),
    ],
)
def test_md4(text: bytes, digest: str) -> None:
    assert md4(text).hex() == digest


def test_ms_chap_v2() -> None:
    assert challenge_hash(PEER_CHALLENGE, CHALLENGE, USER).hex().upper() == "D02E4386BCE91226"
    assert password_hash(PASSWORD).hex().upper() == "44EBBA8D5312B8D611474411F56989AE"
    assert nt_response(CHALLENGE, PEER_CHALLENGE, USER, PASSWORD) == ANSWER
    proof = authenticator_response(PASSWORD, ANSWER, PEER_CHALLENGE, CHALLENGE, USER)
    assert proof == proof_of(b"S=407A5589115FD0D6209F510FE9C04566932CDA56")


def test_a_windows_domain_does_not_count_and_a_realm_does() -> None:
    assert challenge_hash(PEER_CHALLENGE, CHALLENGE, b"BIGCO\\User") == challenge_hash(PEER_CHALLENGE, CHALLENGE, USER)
    assert challenge_hash(PEER_CHALLENGE, CHALLENGE, b"User@isp") != challenge_hash(PEER_CHALLENGE, CHALLENGE, USER)


def test_des_as_openssl_does_it() -> None:
    """OpenSSL's legacy provider, when this machine has one; else the published vectors above are all."""
    known = [("0123456789abcdef", "4e6f772069732074", "3fa40e8a984d4815")]  # FIPS 81, example of ECB
    for key, block, out in known:
        seven = int("".join(f"{byte >> 1:07b}" for byte in bytes.fromhex(key)), 2).to_bytes(7, "big")
        assert encrypt(bytes.fromhex(block), seven).hex() == out
    for number in range(16):
        seed = hashlib.sha256(bytes([number])).digest()
        key7, block8 = seed[:7], seed[8:16]
        bits = int.from_bytes(key7, "big")
        key8 = bytes((bits >> (49 - 7 * group) & 127) << 1 for group in range(8))
        done = subprocess.run(
            ["openssl", "enc", "-des-ecb", "-provider", "legacy", "-provider", "default", "-nopad", "-K", key8.hex()],
            input=block8,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            pytest.skip("this OpenSSL has no legacy provider; the FIPS 81 vector passed")
        assert encrypt(block8, key7) == done.stdout


@pytest.mark.parametrize(
    ("message", "error", "text"),
    [
        (b"E=691 R=1 C=00112233445566778899AABBCCDDEEFF V=3 M=Access denied", 691, b"Access denied"),
        (b"E=648 R=0", 648, b""),
        (b"M=no number", None, b"M=no number"),
        (b"", None, b""),
        (b"E=99999999999999999999", 9999999999, b""),
    ],
)
def test_the_words_of_a_failure(message: bytes, error: int | None, text: bytes) -> None:
    assert failure_of(message) == (error, text)


@given(st.binary(max_size=300))
def test_any_words_are_read(message: bytes) -> None:
    proof = proof_of(message)
    assert proof is None or len(proof) == 20
    failure_of(message)
    text_of(message)


@given(st.binary(min_size=1, max_size=255), st.binary(max_size=255))
def test_any_password_and_name_have_an_answer(password: bytes, user: bytes) -> None:
    assert len(nt_response(CHALLENGE, PEER_CHALLENGE, user, password)) == 24
