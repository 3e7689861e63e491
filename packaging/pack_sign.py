"""Signing a build: signtool on Windows, codesign and notarytool on macOS, cosign elsewhere.

A key is named by the environment and never read here. Without one nothing is signed and it is said so; a file gets its
place only after its signature was verified, so nothing that merely looks signed is left.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

TIMESTAMPS = "http://timestamp.digicert.com"  # RFC 3161; CPE_AGENT_SIGN_TIMESTAMPS overrides
NEEDED = {
    "win32": ("signtool", {"CPE_AGENT_SIGN_THUMBPRINT": "the SHA-1 of the certificate in this user's store"}),
    "darwin": (
        "codesign",
        {
            "CPE_AGENT_SIGN_IDENTITY": "a Developer ID Application in the keychain",
            "CPE_AGENT_NOTARY_PROFILE": "what notarytool store-credentials keeps the account under",
        },
    ),
    "linux": ("cosign", {"CPE_AGENT_COSIGN_KEY": "a private key file or a key in a KMS, as cosign --key takes it"}),
}
# Under the hardened runtime ctypes may not make the memory for its callbacks without one (PyInstaller issue 4629). The
# file holds no comment: the system's reader of entitlements takes none.
ENTITLEMENTS = Path(__file__).with_name("macos.entitlements")
BUNDLE = ".sigstore.json"


class NotSigned(Exception):
    """Nothing was signed; the message says what is missing or what went wrong."""


def ready(system: str = sys.platform) -> None:
    """Can this computer sign at all? Asked before anything is built. Raises ``NotSigned``."""
    tool, keys = NEEDED[system if system in NEEDED else "linux"]
    lacking = [f"{name} ({what})" for name, what in keys.items() if not os.environ.get(name)]
    if lacking:
        raise NotSigned(f"nothing is signed: no key is given. Set {' and '.join(lacking)}, or build without --sign")
    if shutil.which(tool) is None:
        raise NotSigned(f"nothing is signed: {tool} is not on this computer")


def sign_windows(program: Path) -> None:
    """Authenticode, with a time stamp. Raises ``NotSigned``; ``program`` is then as it was."""
    trial = program.with_name(f"trial-{program.name}")
    stamps = os.environ.get("CPE_AGENT_SIGN_TIMESTAMPS", TIMESTAMPS)
    key = ["/sha1", os.environ["CPE_AGENT_SIGN_THUMBPRINT"]]
    shutil.copyfile(program, trial)
    try:
        _run(["signtool", "sign", "/fd", "SHA256", "/tr", stamps, "/td", "SHA256", *key, str(trial)])
        _run(["signtool", "verify", "/pa", "/tw", str(trial)])
        trial.replace(program)
    finally:
        trial.unlink(missing_ok=True)


def sign_macos(bundle: Path) -> None:
    """The .app with its libraries, hardened. Raises ``NotSigned``; ``bundle`` is then as it was."""
    trial = bundle.with_name(f"trial-{bundle.name}")
    shutil.copytree(bundle, trial, symlinks=True)
    try:
        identity = os.environ["CPE_AGENT_SIGN_IDENTITY"]
        hardened = ["--options", "runtime", "--entitlements", str(ENTITLEMENTS), "--timestamp"]
        _run(["codesign", "--force", "--deep", *hardened, "--sign", identity, str(trial)])
        _run(["codesign", "--verify", "--deep", "--strict", str(trial)])
        shutil.rmtree(bundle)
        trial.replace(bundle)
    finally:
        shutil.rmtree(trial, ignore_errors=True)


def notarize(image: Path) -> None:
    """Apple's word about a disk image, stapled to it. Raises ``NotSigned``, and takes the image away: unlike its
    contents it could not be opened without a warning."""
    try:
        profile = os.environ["CPE_AGENT_NOTARY_PROFILE"]
        _run(["xcrun", "notarytool", "submit", str(image), "--keychain-profile", profile, "--wait"])
        _run(["xcrun", "stapler", "staple", str(image)])
        _run(["xcrun", "stapler", "validate", str(image)])
    except NotSigned:
        image.unlink(missing_ok=True)
        raise


def sign_sums(sums: Path) -> Path:
    """A signature over SHA256SUMS, which stands for every file in it. Raises ``NotSigned``; then there is none."""
    trial, found = sums.with_name(f"trial{BUNDLE}"), sums.with_name(sums.name + BUNDLE)
    public = sums.with_name("trial.pub")
    key = os.environ["CPE_AGENT_COSIGN_KEY"]
    try:
        public.write_bytes(_run(["cosign", "public-key", "--key", key]))
        _run(["cosign", "sign-blob", "--yes", "--key", key, "--bundle", str(trial), str(sums)])
        _run(["cosign", "verify-blob", "--key", str(public), "--bundle", str(trial), str(sums)])
        trial.replace(found)
    finally:
        trial.unlink(missing_ok=True)
        public.unlink(missing_ok=True)
    return found


def _run(command: list[str]) -> bytes:
    try:
        return subprocess.run(command, check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        told = (
            error.stderr.decode(errors="replace").strip() if isinstance(error, subprocess.CalledProcessError) else error
        )
        raise NotSigned(f"nothing is signed: {' '.join(command[:2])} failed: {told}") from None
