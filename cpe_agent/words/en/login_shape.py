"""English questions about the shape of a login, by class (``cpe_agent.login.shape``). Questions, because the login may
be right as it is; none has a place for any part of the value."""

from __future__ import annotations

QUESTIONS: dict[str, str] = {
    "empty-user": "The user name is empty. Does the provider's letter give one?",
    "empty-secret": "The password is empty. Does the provider's letter give one?",
    "missing-realm": "The user name has no @ and nothing behind it. Does the letter show it in the form name@provider?",
    "unknown-realm": "What stands behind the @ is not one of this provider's. Is this the letter of the present "
    "provider?",
    "mail-address": "The user name looks like an e-mail address. Is it the user name of the Internet connection?",
    "edge-blank": "There is a space before or after the user name. Is it meant to be there?",
    "invisible-character": "The user name holds a character that cannot be seen, as copying from a page or a message "
    "leaves. Can it be typed by hand?",
    "non-ascii": "The user name holds letters that are not English ones. Does the letter show it so?",
    "other-script-digits": "The digits in the user name are not the usual 0 to 9. Is the keyboard set to English?",
    "too-long": "The user name is longer than a login can carry. Was more than the name copied?",
    "typed-on-hebrew-layout": "The user name looks as if it was typed with the keyboard set to Hebrew. Is the keyboard "
    "set to English?",
    "typed-on-arabic-layout": "The user name looks as if it was typed with the keyboard set to Arabic. Is the keyboard "
    "set to English?",
    "typed-on-russian-layout": "The user name looks as if it was typed with the keyboard set to Russian. Is the "
    "keyboard set to English?",
    "typed-on-english-layout": "The user name looks as if it was typed with the keyboard set to English. Is the "
    "keyboard set to the language of the letter?",
    "caps-lock": "The user name is written in capitals. Is Caps Lock off?",
    "secret-typed-on-hebrew-layout": "The password holds Hebrew letters. Is the keyboard set to English?",
    "secret-typed-on-arabic-layout": "The password holds Arabic letters. Is the keyboard set to English?",
    "secret-typed-on-russian-layout": "The password holds Russian letters. Is the keyboard set to English?",
    "secret-caps-lock": "The password is written in capitals. Is Caps Lock off?",
    "secret-edge-blank": "There is a space before or after the password. Is it meant to be there?",
    "secret-invisible-character": "The password holds a character that cannot be seen, as copying from a page or a "
    "message leaves. Can it be typed by hand?",
    "secret-non-ascii": "The password holds letters that are not English ones. Does the letter show it so?",
    "secret-other-script-digits": "The digits in the password are not the usual 0 to 9. Is the keyboard set to English?",
    "secret-too-long": "The password is longer than a login can carry. Was more than the password copied?",
    "secret-wifi-key-like": "The password looks like a Wi-Fi key from a router's label. Is it the password of the "
    "Internet connection, from the provider's letter?",
}
