"""cpe-agent: finds out why a customer is offline, and whose fault it is, before anyone blames the customer."""

__version__ = "0.1.0"
