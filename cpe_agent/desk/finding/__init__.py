"""One box: whatever a representative has of a customer, and what it leads to."""
