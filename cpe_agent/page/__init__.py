"""The customer's page: what a double click opens. Served on this computer to this computer alone."""
