"""Every page of the desk."""

from __future__ import annotations

from cpe_agent.desk.pages import reports
from cpe_agent.desk.pages.people import PEOPLE_ROUTES

ROUTES = (reports.reports, reports.raw, *PEOPLE_ROUTES)
