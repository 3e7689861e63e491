"""What a handler is given without asking: the desk, who is logged in, and the fields of a form."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body

from cpe_agent.desk.desk import Desk
from cpe_agent.desk.people.roles import Person

TheDesk: TypeAlias = NamedDependency[Desk]
ThePerson: TypeAlias = NamedDependency[Person]
Form: TypeAlias = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
