"""The calls to Windows' services for Wi-Fi, dialling and events, as in ``windows_api``: bytes come out, OSError where
one fails, and everything has a bound."""

from __future__ import annotations

import ctypes

from cpe_agent.host.windows_api import failed, last_error, load

_LONGEST_LIST = 1 << 20


def wlan(queries: dict[str, int], *, networks: bool) -> tuple[bytes, dict[str, dict[str, bytes]]]:
    """WlanEnumInterfaces, and for each adapter (its GUID in 32 hexadecimal digits as it stands in memory) what
    WlanQueryInterface answers to these; what it refuses is left out. ``networks``: also those in sight by the last
    scan ("listed", WLAN_AVAILABLE_NETWORK_LIST) and their stations ("stations", WLAN_BSS_LIST); no scan is started.
    Raises OSError without the WLAN service."""
    library = load("wlanapi")
    void, word = ctypes.c_void_p, ctypes.c_uint32
    library.WlanOpenHandle.argtypes = (word, void, void, void)
    library.WlanCloseHandle.argtypes = (void, void)
    library.WlanEnumInterfaces.argtypes = (void, void, void)
    library.WlanQueryInterface.argtypes = (void, void, word, void, void, void, void)
    library.WlanGetAvailableNetworkList.argtypes = (void, void, word, void, void)
    library.WlanGetNetworkBssList.argtypes = (void, void, void, word, word, void, void)
    library.WlanFreeMemory.argtypes = (void,)
    library.WlanFreeMemory.restype = None
    handle, agreed, listed = void(), word(), void()
    status = library.WlanOpenHandle(2, None, ctypes.byref(agreed), ctypes.byref(handle))
    if status:
        raise failed(status)
    try:
        status = library.WlanEnumInterfaces(handle, None, ctypes.byref(listed))
        if status or not listed.value:
            raise failed(status)
        count = min(int.from_bytes(ctypes.string_at(listed.value, 4), "little"), 8)
        found = ctypes.string_at(listed.value, 8 + count * 532)
        library.WlanFreeMemory(listed)
        answers: dict[str, dict[str, bytes]] = {}
        for at in range(8, len(found), 532):
            guid = found[at : at + 16]
            mine = answers.setdefault(guid.hex(), {})
            for name, code in queries.items():
                size, data = word(), void()
                where = (ctypes.byref(size), ctypes.byref(data))
                if library.WlanQueryInterface(handle, guid, code, None, *where, None) or not data.value:
                    continue
                mine[name] = ctypes.string_at(data.value, min(size.value, 65536))
                library.WlanFreeMemory(data)
            if networks:
                data = void()
                if not library.WlanGetAvailableNetworkList(handle, guid, 0, None, ctypes.byref(data)) and data.value:
                    count = int.from_bytes(ctypes.string_at(data.value, 4), "little")
                    mine["listed"] = ctypes.string_at(data.value, min(8 + count * 628, _LONGEST_LIST))
                    library.WlanFreeMemory(data)
                data = void()
                asked = (handle, guid, None, 3, 0, None)  # stations of any kind, of every network
                if not library.WlanGetNetworkBssList(*asked, ctypes.byref(data)) and data.value:
                    size_ = int.from_bytes(ctypes.string_at(data.value, 4), "little")
                    mine["stations"] = ctypes.string_at(data.value, min(size_, _LONGEST_LIST))
                    library.WlanFreeMemory(data)
        return found, answers
    finally:
        library.WlanCloseHandle(handle, None)


def ras_connections(record_bytes: int, most: int) -> bytes:
    """RasEnumConnectionsW: an array of RASCONNW."""
    ask = load("rasapi32").RasEnumConnectionsW
    ask.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    size, count = ctypes.c_uint32(record_bytes * most), ctypes.c_uint32()
    buffer = ctypes.create_string_buffer(size.value)
    ctypes.memmove(buffer, record_bytes.to_bytes(4, "little"), 4)
    status = ask(buffer, ctypes.byref(size), ctypes.byref(count))
    if status:
        raise failed(status)
    return buffer.raw[: min(count.value, most) * record_bytes]


def ras_status(handle: int, record_bytes: int) -> bytes:
    """RasGetConnectStatusW: RASCONNSTATUSW; nothing for a connection that is gone."""
    ask = load("rasapi32").RasGetConnectStatusW
    ask.argtypes = (ctypes.c_void_p, ctypes.c_void_p)
    buffer = ctypes.create_string_buffer(record_bytes)
    ctypes.memmove(buffer, record_bytes.to_bytes(4, "little"), 4)
    return b"" if ask(handle, buffer) else buffer.raw


def events(channel: str, query: str, most: int) -> bytes:
    """EvtQuery, newest first, each event as XML in UTF-8, one after another."""
    library = load("wevtapi")
    void, word, text = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_wchar_p
    library.EvtQuery.argtypes, library.EvtQuery.restype = (void, text, text, word), void
    library.EvtNext.argtypes = (void, word, void, word, word, void)
    library.EvtRender.argtypes = (void, void, word, word, void, void, void)
    library.EvtClose.argtypes = (void,)
    asked = library.EvtQuery(None, channel, query, 0x1 | 0x200)  # a channel's path, newest first
    if not asked:
        raise failed(last_error())
    found: list[bytes] = []
    try:
        for _ in range(most):
            event, got = void(), word()
            if not library.EvtNext(asked, 1, ctypes.byref(event), 200, 0, ctypes.byref(got)) or not event.value:
                break
            try:
                buffer = ctypes.create_string_buffer(32768)
                used, properties = word(), word()
                where = (len(buffer), buffer, ctypes.byref(used), ctypes.byref(properties))
                if library.EvtRender(None, event, 1, *where):  # EvtRenderEventXml
                    xml = buffer.raw[: min(used.value, len(buffer))].decode("utf-16-le", "replace")
                    found.append(xml.partition("\0")[0].encode("utf-8", "replace"))
            finally:
                library.EvtClose(event)
    finally:
        library.EvtClose(asked)
    return b"".join(found)
