"""Every page of the desk."""

from __future__ import annotations

from cpe_agent.desk.pages import cards, customers, public, reports, search
from cpe_agent.desk.pages.people import PEOPLE_ROUTES

ROUTES = (*cards.ROUTES, *customers.ROUTES, *public.ROUTES, *reports.ROUTES, *search.ROUTES, *PEOPLE_ROUTES)
