"""The commands, one file a kind: thin, over the engine. Each is loaded when it is asked for."""
