"""What people enter: tenants, people, tickets, customers, cases, outcomes, webhooks, and who did what.

``tables`` says what is kept, ``store`` opens it, ``migrations`` brings an older one up to date.
"""
