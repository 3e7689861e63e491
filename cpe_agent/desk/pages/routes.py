"""Every page of the desk."""

from __future__ import annotations

from cpe_agent.desk.pages import cards, reports, search
from cpe_agent.desk.pages.people import PEOPLE_ROUTES

ROUTES = (reports.reports, reports.raw, search.home, search.find, cards.report_card, cards.code_card, *PEOPLE_ROUTES)
