"""English sentences of the picture (QR code) that a telephone's camera reads."""

from __future__ import annotations

PHRASES: dict[str, str] = {
    # what the picture itself says when no desk is known: read by a person, on the telephone's screen
    "spoken": "{finding}. Code: {code}. Checked on {date} at {time} UTC with cpe-agent.",
    # beside the picture
    "title": "QR code with what this check found",
    "of": "Picture {order} of {count}. Press a key for the next one.",
    "how.one": "Point the camera of a telephone at the picture and open the link that appears. The telephone sends what "
    "was found over its own network.",
    "how.several": "Point the camera of a telephone at one picture after the other and open each link. The order does "
    "not matter. The telephone sends what was found over its own network.",
    "how.spoken": "Point the camera of a telephone at the picture. It shows what was found, and the code to read out.",
    "cut": "The picture holds what was found and why. The measurements stay on this computer.",
    "code": "Or read out the code {code}: {words}.",
    "hint": "For the camera of a telephone: 'cpe-agent run --qr' draws what was found as a picture.",
}
