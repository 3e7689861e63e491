"""A case: one customer's trouble from the first call to what the technician found.

``store`` keeps cases, ``ledger`` what was asked, done and told in them, ``against`` holds a conclusion against the
evidence, ``conclusions`` keeps it, ``outcomes`` counts how often the program was right, ``running`` follows a run while
it goes on.
"""
