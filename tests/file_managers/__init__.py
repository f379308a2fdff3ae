"""Gestures into each installed file manager: python -m tests.file_managers [NAME…]. CI tests only two of them."""

import sys
from pathlib import Path

# NB: as pytest does, see `pythonpath` in pyproject.toml.
sys.path.insert(0, str(Path(__file__).parents[1]))
