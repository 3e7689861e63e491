"""English words for saying the spoken code: each digit, a clearer form of it, and how it is read and keyed.

For translators: ``digit`` is the word that a person on the telephone uses for a single digit (Hebrew: the feminine
counting form). ``clear`` is what is said when the digit was not understood: the word and something that every child
knows to be so many. Where two digits sound alike, as Hebrew shesh and sheva or Russian pyat and devyat, choose things
that do not.
"""

from __future__ import annotations

PHRASES: dict[str, str] = {
    "digit.0": "zero",
    "digit.1": "one",
    "digit.2": "two",
    "digit.3": "three",
    "digit.4": "four",
    "digit.5": "five",
    "digit.6": "six",
    "digit.7": "seven",
    "digit.8": "eight",
    "digit.9": "nine",
    "clear.0": "zero, nothing at all",
    "clear.1": "one, like the nose",
    "clear.2": "two, like the eyes",
    "clear.3": "three, like the wheels of a tricycle",
    "clear.4": "four, like the legs of a chair",
    "clear.5": "five, like the fingers of a hand",
    "clear.6": "six, like the sides of a dice",
    "clear.7": "seven, like the days of a week",
    "clear.8": "eight, like the legs of a spider",
    "clear.9": "nine, one less than ten",
    # to the customer
    "how": "Say three digits, stop for a moment, then say the next three. Your provider repeats them after you.",
    "how.keyed": "Or key them on your telephone: {keyed}. Did a finger slip? Press * and begin again.",
    # to the representative
    "read-back": "Repeat every three digits. One wrong digit, two that changed places, or two that were not heard are "
    "put right by the code itself.",
}
