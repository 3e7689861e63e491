"""A case: one customer's trouble from the first call to what the technician found.

``store`` keeps cases, ``ledger`` what was asked, done and told in them, ``said`` judges a report anew with what the
customer said on the telephone, ``against`` holds a conclusion against the evidence, ``outcomes`` counts how often the
program was right, ``running`` follows a run while it goes on.
"""
