"""The calls into Windows and nothing else: bytes come out, and what they say is for the pure readers beside this file.

A call that fails raises OSError (``PermissionError`` where the user may not). Every table has a bound.
"""

from __future__ import annotations

import contextlib
import ctypes
from typing import Any, NamedTuple

from cpe_agent.collector import CannotMeasure, Outcome
from cpe_agent.host import windows_address, windows_echo

MAX_ROWS = 4096
_MAX_BUFFER = 1 << 20
_UNSPECIFIED = 0
_NO_DATA = 232
_BUFFER_TOO_SMALL = (111, 122, 603)  # ERROR_BUFFER_OVERFLOW, ERROR_INSUFFICIENT_BUFFER, ERROR_BUFFER_TOO_SMALL of RAS


class Memory(NamedTuple):
    """A copy of what the system wrote, and where it stood: the pointers inside are addresses from ``base`` on."""

    data: bytes
    base: int


_windows: Any = ctypes  # what ctypes has on Windows alone; this file can be imported anywhere


def load(name: str) -> Any:
    """From the system's own folder alone; raises OSError on a system without it."""
    return _windows.WinDLL(f"{name}.dll", use_last_error=True, winmode=0x800)  # LOAD_LIBRARY_SEARCH_SYSTEM32


def last_error() -> int:
    return int(_windows.get_last_error())


def failed(status: int) -> OSError:
    error: OSError = _windows.WinError(status)
    return error


# ------------------------------------------------------------------ network tables


def adapters() -> Memory:
    """GetAdaptersAddresses: a list of IP_ADAPTER_ADDRESSES_LH with everything that hangs on them."""
    ask = load("iphlpapi").GetAdaptersAddresses
    ask.argtypes = (ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    flags = 0x2 | 0x4  # no anycast, no multicast
    size = ctypes.c_uint32(32768)
    while size.value <= _MAX_BUFFER:
        buffer = ctypes.create_string_buffer(size.value)
        status = ask(_UNSPECIFIED, flags, None, buffer, ctypes.byref(size))
        if status == _NO_DATA:
            return Memory(b"", 0)
        if status == 0:
            return Memory(buffer.raw, ctypes.addressof(buffer))
        if status not in _BUFFER_TOO_SMALL:
            raise failed(status)
    raise OSError("the list of adapters is too long")


def _table(name: str, row_bytes: int, *before: Any) -> bytes:
    """A MIB table: a count, four bytes of padding, the rows."""
    library = load("iphlpapi")
    ask, free = getattr(library, name), library.FreeMibTable
    ask.argtypes = (*(type(word) for word in before), ctypes.c_void_p)
    free.argtypes = (ctypes.c_void_p,)
    free.restype = None
    table = ctypes.c_void_p()
    status = ask(*before, ctypes.byref(table))
    if status == 1168:  # ERROR_NOT_FOUND: there is none
        return bytes(8)
    if status or not table.value:
        raise failed(status)
    try:
        rows = min(int.from_bytes(ctypes.string_at(table.value, 4), "little"), MAX_ROWS)
        return ctypes.string_at(table.value, 8 + rows * row_bytes)
    finally:
        free(table)


def interface_table(row_bytes: int) -> bytes:
    return _table("GetIfTable2", row_bytes)


def route_table(row_bytes: int) -> bytes:
    return _table("GetIpForwardTable2", row_bytes, ctypes.c_uint16(_UNSPECIFIED))


def neighbour_tables(row_bytes: int) -> list[bytes]:
    """One a family; wine has none for IPv6."""
    found = [_table("GetIpNetTable2", row_bytes, ctypes.c_uint16(windows_address.AF_INET))]
    with contextlib.suppress(OSError):
        found.append(_table("GetIpNetTable2", row_bytes, ctypes.c_uint16(windows_address.AF_INET6)))
    return found


def interface_index(alias: str) -> int:
    """0 for a name that no interface has."""
    library = load("iphlpapi")
    luid, index = ctypes.c_uint64(), ctypes.c_uint32()
    library.ConvertInterfaceAliasToLuid.argtypes = (ctypes.c_wchar_p, ctypes.c_void_p)
    library.ConvertInterfaceLuidToIndex.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    if library.ConvertInterfaceAliasToLuid(alias, ctypes.byref(luid)):
        return 0
    if library.ConvertInterfaceLuidToIndex(ctypes.byref(luid), ctypes.byref(index)):
        return 0
    return index.value


def source_address(nic: str, *, v6: bool) -> str:
    """One of the interface's own addresses, to send from; raises ``CannotMeasure`` where it has none."""
    from cpe_agent.host import windows_adapters

    for adapter in windows_adapters.read_adapters(adapters()):
        for own in adapter.addresses:
            fit = adapter.name == nic and (":" in own.address) == v6 and not (own.tentative or own.duplicate)
            if fit and not own.address.startswith(("fe80", "169.254.")):
                return own.address
    raise CannotMeasure(Outcome.UNSUPPORTED, f"{nic} has no address to send from")


def control_socket(sock: int, code: int, words: bytes) -> None:
    """WSAIoctl, for what is better with it and works without: a system that does not know it is none the worse."""
    control = load("ws2_32").WSAIoctl
    void, word = ctypes.c_void_p, ctypes.c_uint32
    control.argtypes = (ctypes.c_size_t, word, ctypes.c_char_p, word, void, word, void, void, void)
    control(sock, code, words, len(words), None, 0, ctypes.byref(word()), None, None)


# ------------------------------------------------------------------ echoes


class EchoOptions(ctypes.Structure):
    """IP_OPTION_INFORMATION; the eight bytes after the padding are a pointer that stays null."""

    _fields_ = (
        ("ttl", ctypes.c_uint8),
        ("tos", ctypes.c_uint8),
        ("flags", ctypes.c_uint8),
        ("options_size", ctypes.c_uint8),
        ("options", ctypes.c_uint64),
    )


_DONT_FRAGMENT = 0x2
_USUAL_TTL = 128
_ROOM = 8 + 16  # for an ICMP error and the service's own status block, beyond reply and payload


def can_echo(*, v6: bool) -> bool:
    """Does the system have the service at all? Wine has none for IPv6."""
    library = load("iphlpapi")
    handle = _open_echo(library, v6=v6)
    if handle is not None:
        library.IcmpCloseHandle(handle)
    return handle is not None


def _open_echo(library: Any, *, v6: bool) -> int | None:
    create = library.Icmp6CreateFile if v6 else library.IcmpCreateFile
    create.restype = ctypes.c_void_p
    library.IcmpCloseHandle.argtypes = (ctypes.c_void_p,)
    handle: int | None = create()
    return None if handle == ctypes.c_void_p(-1).value else handle


def send_echo(
    target: str,
    payload: bytes,
    *,
    v6: bool,
    scope: int,
    source: str | None,
    ttl: int | None,
    whole: bool,
    timeout_ms: int,
) -> tuple[int, bytes]:
    """Blocks until the first reply or the time-out. (0, the reply buffer), or an IP_STATUS or Windows error and
    nothing."""
    import socket

    library = load("iphlpapi")
    handle = _open_echo(library, v6=v6)
    if handle is None:
        return last_error(), b""
    options = EchoOptions(_USUAL_TTL if ttl is None else ttl, 0, _DONT_FRAGMENT if whole else 0, 0, 0)
    reply_bytes = windows_echo.ECHO6_REPLY_BYTES if v6 else windows_echo.ECHO_REPLY_BYTES
    buffer = ctypes.create_string_buffer(reply_bytes + len(payload) + _ROOM)
    tail = (payload, ctypes.c_uint16(len(payload)), ctypes.byref(options), buffer, len(buffer), timeout_ms)
    void, word = ctypes.c_void_p, ctypes.c_uint32
    tail_types = (ctypes.c_char_p, ctypes.c_uint16, void, void, word, word)
    try:
        if v6:
            send = library.Icmp6SendEcho2
            send.argtypes = (void, void, void, void, void, void, *tail_types)
            own, far = windows_address.sockaddr(source or "::"), windows_address.sockaddr(target, scope)
            count = send(handle, None, None, None, own, far, *tail)
        else:
            send = library.IcmpSendEcho2Ex
            send.argtypes = (void, void, void, void, word, word, *tail_types)
            own4, far4 = (
                int.from_bytes(socket.inet_aton(a), "little") for a in (source or windows_address.NOBODY[0], target)
            )
            count = send(handle, None, None, None, own4, far4, *tail)
        return (0, buffer.raw) if count else (last_error(), b"")
    finally:
        library.IcmpCloseHandle(handle)


# ------------------------------------------------------------------ the system


def version() -> bytes:
    """RtlGetVersion: OSVERSIONINFOEXW, what a compatibility setting does not change."""
    buffer = ctypes.create_string_buffer(284)
    ctypes.memmove(buffer, (284).to_bytes(4, "little"), 4)
    load("ntdll").RtlGetVersion(buffer)
    return buffer.raw


def since_boot_ms() -> int:
    ask = load("kernel32").GetTickCount64
    ask.restype = ctypes.c_uint64
    return int(ask())


def is_administrator() -> bool:
    return bool(load("shell32").IsUserAnAdmin())


def processor_times() -> bytes:
    """GetSystemTimes: idle, kernel (idle included) and user time, 100 ns each, 64 bits each."""
    buffer = (ctypes.c_uint64 * 3)()
    at = [ctypes.byref(buffer, 8 * i) for i in range(3)]
    if not load("kernel32").GetSystemTimes(*at):
        raise failed(last_error())
    return bytes(buffer)


def memory_status() -> bytes:
    """GlobalMemoryStatusEx: MEMORYSTATUSEX."""
    buffer = ctypes.create_string_buffer(64)
    ctypes.memmove(buffer, (64).to_bytes(4, "little"), 4)
    if not load("kernel32").GlobalMemoryStatusEx(buffer):
        raise failed(last_error())
    return buffer.raw


def service_state(name: str) -> int | None:
    """SERVICE_STATUS.dwCurrentState; None for a service that this system does not have."""
    library = load("advapi32")
    for function in (library.OpenSCManagerW, library.OpenServiceW):
        function.restype = ctypes.c_void_p
    library.OpenSCManagerW.argtypes = (ctypes.c_wchar_p, ctypes.c_wchar_p, ctypes.c_uint32)
    library.OpenServiceW.argtypes = (ctypes.c_void_p, ctypes.c_wchar_p, ctypes.c_uint32)
    library.CloseServiceHandle.argtypes = (ctypes.c_void_p,)
    library.QueryServiceStatus.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    manager = library.OpenSCManagerW(None, None, 0x1)  # SC_MANAGER_CONNECT
    if not manager:
        raise failed(last_error())
    try:
        service = library.OpenServiceW(manager, name, 0x4)  # SERVICE_QUERY_STATUS
        if not service:
            if last_error() == 1060:  # ERROR_SERVICE_DOES_NOT_EXIST
                return None
            raise failed(last_error())
        try:
            status = (ctypes.c_uint32 * 7)()
            if not library.QueryServiceStatus(service, status):
                raise failed(last_error())
            return int(status[1])
        finally:
            library.CloseServiceHandle(service)
    finally:
        library.CloseServiceHandle(manager)


def device_problem(instance: str) -> int | None:
    """The device manager's problem code (CM_Get_DevNode_Status), 0 for none; None for a device that is not plugged
    in."""
    library = load("cfgmgr32")
    node, status, problem = ctypes.c_uint32(), ctypes.c_uint32(), ctypes.c_uint32()
    library.CM_Locate_DevNodeW.argtypes = (ctypes.c_void_p, ctypes.c_wchar_p, ctypes.c_uint32)
    if library.CM_Locate_DevNodeW(ctypes.byref(node), instance, 0):
        return None
    if library.CM_Get_DevNode_Status(ctypes.byref(status), ctypes.byref(problem), node, 0):
        return None
    return problem.value if status.value & 0x400 else 0  # DN_HAS_PROBLEM


def proxy_settings() -> tuple[bool, str, str]:
    """WinHttpGetIEProxyConfigForCurrentUser: find a script by itself, the script's address, the proxies."""
    library = load("winhttp")
    found = (ctypes.c_uint64 * 4)()  # BOOL with its padding, then three pointers
    if not library.WinHttpGetIEProxyConfigForCurrentUser(found):
        if last_error() == 2:  # ERROR_FILE_NOT_FOUND: nothing was ever set
            return False, "", ""
        raise failed(last_error())
    texts = [ctypes.wstring_at(at)[:2048] if at else "" for at in found[1:3]]
    free = load("kernel32").GlobalFree
    free.argtypes = (ctypes.c_void_p,)
    for at in found[1:]:
        if at:
            free(at)
    return bool(found[0] & 0xFFFFFFFF), texts[0], texts[1]
