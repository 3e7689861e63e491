"""Escape sequences in a Windows console: until a program asks for them, they are printed as they stand (consoleapi.h,
SetConsoleMode)."""

from __future__ import annotations

import ctypes
from importlib import import_module
from typing import Any

from cpe_agent.host import windows_api

_ESCAPES = 0x0004  # ENABLE_VIRTUAL_TERMINAL_PROCESSING, from 10-1511 on


def takes_escapes(descriptor: int) -> bool:
    """Asks for them on the console behind a file descriptor. False where there is none, or an older Windows."""
    msvcrt: Any = import_module("msvcrt")  # on Windows alone, and so are its types
    kernel, mode = windows_api.load("kernel32"), ctypes.c_uint32()
    kernel.GetConsoleMode.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    kernel.SetConsoleMode.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    handle = msvcrt.get_osfhandle(descriptor)
    if not kernel.GetConsoleMode(handle, ctypes.byref(mode)):
        return False
    return bool(mode.value & _ESCAPES or kernel.SetConsoleMode(handle, mode.value | _ESCAPES))
