"""The desk: takes the reports in, keeps them, and shows a representative the finding. docs/desk.md has the whole.

The customer's program never imports it, and what it needs is the extra ``[desk]``.
"""
