"""Viewers of file content: one file and one registration each. GUI thread; slow work goes to an executor."""
