"""What a handler is given without asking: the desk, and who is logged in."""

from __future__ import annotations

from typing import TypeAlias

from litestar.di import NamedDependency

from cpe_agent.desk.desk import Desk
from cpe_agent.desk.people.roles import Person

TheDesk: TypeAlias = NamedDependency[Desk]
ThePerson: TypeAlias = NamedDependency[Person]
