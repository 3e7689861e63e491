"""What holds for every test: the words are English and as wide as a pipe's unless it asks for others, and nothing is
judged by the clock."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ["LC_ALL"] = "C.UTF-8"
os.environ.pop("COLUMNS", None)
settings.register_profile("without-a-clock", deadline=None)
settings.load_profile("without-a-clock")
