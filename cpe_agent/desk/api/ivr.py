"""The telephone menu's one question: what was keyed, where does the call go?"""

from __future__ import annotations

from litestar import post
from litestar.params import JSONBody

from cpe_agent.desk.api import menu
from cpe_agent.desk.api.bodies import Keyed, MenuAnswer
from cpe_agent.desk.api.problem import NotTaken
from cpe_agent.desk.people.roles import Permission


@post("/ivr", opt={"needs": Permission.READ_REPORT}, sync_to_thread=True, status_code=200, operation_id="askMenu")
def ask(data: JSONBody[Keyed]) -> MenuAnswer:
    """Reads a spoken code, corrected, without any report; or goes on with the questionnaire. Says which queue, what to
    say, and whether to ask again."""
    if data.answers is None:
        return menu.keyed(data.keyed, data.language, data.tries)
    try:
        return menu.answered(data.answers, data.language)
    except menu.BadAnswer as error:
        raise NotTaken(422, "no question, or none of its answers", f"answers.{error}") from None


ROUTES = (ask,)
