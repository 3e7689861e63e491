"""The card: what a representative reads, as plain records of finished sentences. Pages, the JSON API, the sheet for the
line's owner and the tests all use the same records."""
