"""What all tests share: nothing of the machine's own settings reaches them."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

#: What a change is refused for must be there when it is looked for; and a machine that is busy makes examples slowly.
SAME = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ordinary", SAME)
settings.register_profile("ci", SAME, max_examples=500)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "ordinary")
