"""An ordinary scanner: zbar's own program, looking again as a camera does when the first look reads nothing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("zbarimg")
_LOOKS = ((0.0, 1.0), (1.5, 1.1), (-2.0, 0.95), (3.0, 1.25))
"""A hand moves between two frames of a camera: degrees turned, how much nearer."""


def read(picture: Any, folder: Path) -> str:
    """What a Pillow picture says; empty when nothing is read."""
    for degrees, nearer in _LOOKS:
        look = picture
        if (degrees, nearer) != (0.0, 1.0):
            size = (round(picture.width * nearer), round(picture.height * nearer))
            look = picture.convert("L").resize(size).rotate(degrees, expand=True, fillcolor=238)
        file = folder / "look.png"
        look.save(file)
        text = read_file(file)
        if text:
            return text
    return ""


def read_file(file: Path) -> str:
    """What an image file says at one look. Only QR codes are asked for: among so many modules zbar now and then sees a
    short bar code of another kind."""
    assert PROGRAM is not None
    ran = subprocess.run(
        [PROGRAM, "--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", str(file)],
        capture_output=True,
        check=False,
    )
    assert ran.returncode in (0, 4), ran.stderr  # 4: nothing found
    return ran.stdout.decode().removesuffix("\n")
