"""Conditions that several faults of the near side share, with the reason for each limit."""

from __future__ import annotations

from cpe_agent.diagnose.readings import home_leg, link, web

SLOW_HOME_MS = 50  # a wire takes under 1 ms and a good radio under 10; 50 in every twentieth packet is felt in calls
LOSSY_HOME_PERCENT = 5.0  # two of forty; one lost packet in forty is chance
STARVED_LAG_MS = 100  # our own timers late by more than any network limit here: this computer cannot measure
OWN_TRAFFIC_MBPS = 5  # a run without a foreign transfer moves about 0.1; above this the computer fills its own queue
STORM_PER_S = 1000  # television over multicast reaches some hundreds a second; a loop runs at the speed of the wire
NEW_ERRORS = 3  # one damaged frame is chance

SLOW_LEG = home_leg.rtt_p95_ms.above(SLOW_HOME_MS)
LOSSY_LEG = home_leg.loss_percent.at_least(LOSSY_HOME_PERCENT)
BAD_LEG = LOSSY_LEG | SLOW_LEG

STARVED = web.timer_lag_ms.above(STARVED_LAG_MS)
OWN_TRAFFIC = home_leg.traffic_mbps.above(OWN_TRAFFIC_MBPS)
STORM = link.multicast_per_s.at_least(STORM_PER_S)
DAMAGED_FRAMES = link.new_errors.at_least(NEW_ERRORS)
