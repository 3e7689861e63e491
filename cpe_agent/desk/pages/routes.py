"""Every page of the desk."""

from __future__ import annotations

from cpe_agent.desk.pages import reports

ROUTES = (reports.reports, reports.raw)
