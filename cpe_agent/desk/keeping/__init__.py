"""What the keeper of a desk does beside it: backup, proof, retention, erasure, export."""
