"""The login between the home and the provider."""
