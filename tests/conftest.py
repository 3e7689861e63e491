"""What holds for every test: the words are English unless it asks for others, and nothing is judged by the clock."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ["LC_ALL"] = "C.UTF-8"
settings.register_profile("without-a-clock", deadline=None)
settings.load_profile("without-a-clock")
