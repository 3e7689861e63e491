"""Tells the provider's own programs what happened: signed, to listed targets only, again and again until it was heard.

``outbox`` writes what is to be told in the transaction of what happened, ``arrivals`` the same for reports, ``hooks``
keeps who wants to know, ``targets`` says where anything may be sent, ``signing`` and ``sending`` send, ``delivering``
is the thread.
"""
