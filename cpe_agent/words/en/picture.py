"""English sentences of the picture (QR code) that a telephone's camera reads."""

from __future__ import annotations

PHRASES: dict[str, str] = {
    # what the picture itself says when no desk is known: read by a person, on the telephone's screen
    "spoken": "{finding}. Code: {code}. Checked on {date} at {time} UTC with cpe-agent.",
    # beside the picture
    "title": "QR code with what this check found",
    "title.of": "QR code {order} of {count} with what this check found",
    "how": "Point the camera of a telephone at the picture and open the link that appears. The telephone sends what "
    "this check found over its own network.",
    "how.spoken": "Point the camera of a telephone at the picture. It shows what this check found, and the code to "
    "read out.",
    "cut": "The picture holds what was found and why. The measurements stay on this computer until they can be sent.",
    # how far the other telephone or the desk has come
    "received": "{have} of {count} pictures received.",
    "missing": "Still to come: {numbers}.",
}
