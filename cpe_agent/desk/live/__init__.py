"""What happens in a case while somebody looks: the steps of a run, what the representative asked for, what arrived.

All of it in memory and none of it durable: what must not be lost is a report, and goes another way.
"""
