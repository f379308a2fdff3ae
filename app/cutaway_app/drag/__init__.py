"""Dragging files out of the window: the drop only tells the folder, our own job extracts. GUI thread."""

from cutaway_app.drag.offer import DragOffer
from cutaway_app.drag.start import start_drag

__all__ = ["DragOffer", "start_drag"]
