"""Every page of the desk."""

from __future__ import annotations

from cpe_agent.desk.pages import cards, customers, reports, search
from cpe_agent.desk.pages.people import PEOPLE_ROUTES

ROUTES = (
    reports.reports,
    reports.raw,
    search.home,
    search.find,
    cards.report_card,
    cards.code_card,
    customers.customer,
    customers.reveal,
    *PEOPLE_ROUTES,
)
