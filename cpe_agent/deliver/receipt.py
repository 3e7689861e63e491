"""The receipt: a short code that any later representative can check at the desk against the report itself.

It says no more than that this report was made with this content; the desk tells what the report says.
"""

from __future__ import annotations

import hashlib

from cpe_agent.crockford import spelled

_BITS = 60


def receipt_code(report: bytes) -> str:
    """``"4F7K-2Q9X-0ABC"``: the first 60 bits of the hash of the report's canonical bytes, in Crockford's base 32."""
    digest = hashlib.sha256(b"cpe-agent receipt\n" + report).digest()
    value = int.from_bytes(digest, "big") >> (len(digest) * 8 - _BITS)
    code = spelled([value >> shift & 31 for shift in range(_BITS - 5, -1, -5)])
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))
