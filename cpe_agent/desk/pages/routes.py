"""Every page of the desk."""

from __future__ import annotations

from cpe_agent.desk.pages import cards, case_forms, cases, customers, downloads, outcomes, public, reports, search
from cpe_agent.desk.pages.people import PEOPLE_ROUTES

ROUTES = (
    *cards.ROUTES,
    *cases.ROUTES,
    *case_forms.ROUTES,
    *customers.ROUTES,
    *outcomes.ROUTES,
    *downloads.ROUTES,
    *public.ROUTES,
    *reports.ROUTES,
    *search.ROUTES,
    *PEOPLE_ROUTES,
)
