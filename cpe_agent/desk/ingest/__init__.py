"""The way in: what customers' programs send, read within bounds, checked, and handed to the writer (docs/protocol.md).

Raw ASGI: no framework stands between the socket and the disk. Every question that may wait for a database is asked on a
thread; the loop itself never waits.
"""
