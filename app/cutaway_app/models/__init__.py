"""Rows and states for the views. GUI thread; no widgets, no engine calls."""
