"""What only a Windows Python can run; ``make wincheck`` does it under wine, in a small home of network namespaces."""
