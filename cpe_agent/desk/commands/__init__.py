"""What ``cpe-agent desk ...`` does, one file a command."""
