"""What every handler is given by the application."""

from __future__ import annotations

from litestar.di import NamedDependency

from cpe_agent.desk.desk import Desk
from cpe_agent.desk.people.roles import Person

TheDesk = NamedDependency[Desk]
Asker = NamedDependency[Person]
"""Who asks: mostly a program."""
AnyAsker = NamedDependency[Person | None]
