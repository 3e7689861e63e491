"""``cpe-agent login-test``: does the provider accept this user name and password? One PPPoE login, on the wire.

``attempt`` is the whole sequence, one file a stage; ``rules`` and ``memory`` keep it from locking an account,
``outcome`` says what may be concluded. The secret lives in ``Secret`` alone, and never in a field that can be shown.
"""
