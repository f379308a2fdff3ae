"""What all tests share: nothing of the machine's own settings reaches them."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("ordinary", deadline=None, derandomize=True)
settings.register_profile("ci", deadline=None, max_examples=500)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "ordinary")
