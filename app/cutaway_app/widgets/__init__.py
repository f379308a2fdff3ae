"""Widgets: they show and emit, and never call the engine. GUI thread."""
