"""Every page of the desk."""

from __future__ import annotations

from cpe_agent.desk.pages import (
    cards,
    case_forms,
    cases,
    customers,
    downloads,
    export,
    outcomes,
    public,
    reports,
    search,
    webhooks,
)
from cpe_agent.desk.pages.people import PEOPLE_ROUTES

ROUTES = (
    *cards.ROUTES,
    *cases.ROUTES,
    *case_forms.ROUTES,
    *customers.ROUTES,
    *downloads.ROUTES,
    *export.ROUTES,
    *outcomes.ROUTES,
    *public.ROUTES,
    *reports.ROUTES,
    *search.ROUTES,
    *webhooks.ROUTES,
    *PEOPLE_ROUTES,
)
