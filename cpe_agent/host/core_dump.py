"""A process that holds a secret leaves no image of its memory behind when it dies."""

from __future__ import annotations

import sys

_PR_SET_DUMPABLE = 4  # linux/prctl.h


def no_core_dump() -> None:
    """No core file, and on Linux no dump to a handler either (core(5): those ignore the size limit), and no reading of
    this process's memory by others of the same user (prctl(2) PR_SET_DUMPABLE)."""
    try:
        import resource
    except ImportError:
        return  # Windows writes dumps only when its owner asked for them
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
