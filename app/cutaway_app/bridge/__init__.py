"""The one way between the GUI and the engine: tasks, handles, events. GUI thread."""
