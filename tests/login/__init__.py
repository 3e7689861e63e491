"""A scripted PPPoE concentrator, the place it stands in, and what the login test must say about it."""
