"""What the provider's own programs ask of the desk: the ticket system, the telephone menu, whoever watches over it.

Every body is a ``msgspec.Struct`` of ``bodies``, so that /schema says exactly what is taken and given.
"""
