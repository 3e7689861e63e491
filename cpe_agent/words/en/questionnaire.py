"""English words for the questionnaire: its verdict, what a telephone menu says, and its plain page. The questions themselves
stand in ``page``."""

from __future__ import annotations

PHRASES: dict[str, str] = {
    # the verdict; answers alone prove nothing
    "unproven": "Your answers do not prove where it breaks, so it is nobody's fault yet.",
    "unclear": "Your answers do not show where it breaks, so it is nobody's fault yet.",
    "first": "This fits best: {title}. It would be here: {owner}.",
    # a telephone menu
    "keypad.keys": "Press 0 if you do not know, star to hear it again, and the hash key to go back.",
    "keypad.wrong_key": "This key has no meaning here.",
    "keypad.no_key": "Take your time. The question comes once more.",
    "keypad.gave_up": "Somebody will help you now.",
    "keypad.code": "Your code is:",
    # the terminal
    "terminal.choose": "Number, 0 if you do not know, b to go back, q to end: ",
    "terminal.again": "Please type one of the numbers.",
    "terminal.ended": "The questions were not answered to their end, so there is no verdict.",
    # the plain page
    "page.title": "What is wrong with the Internet?",
    "page.intro": "Answer a few questions. At the end stands a code that you can read to your provider.",
    "page.begin": "Begin",
    "page.restart": "Start again",
    "page.back": "To go one question back, use the back key of the browser.",
    "page.result": "What your answers say",
    "page.others": "It could also be: {titles}",
    "page.code": "Code to read out",
}
