"""The page of a customer."""

PHRASES = {
    "customer": "Customer",
    "number": "Customer number",
    "telephone": "Telephone",
    "name": "Name",
    "unknown": "not known here",
    "unreadable": "Something was kept here and cannot be opened: it was erased, or its key is missing.",
    "reveal": "Show in full",
    "reason": "Why you need to see it",
    "reason.wanted": "Please say why. It is noted with your name.",
    "revealed": "Shown in full this once. That you looked, and why, is noted.",
    "cases": "Cases",
    "cases.none": "No case.",
    "reports": "Reports of this customer",
    "reports.none": "No verified report.",
}
