"""Windows: layout, actions and wiring. GUI thread."""
