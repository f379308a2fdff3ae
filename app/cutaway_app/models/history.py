"""Where the person has been: places back and forward, as in a web browser. Pure."""

from __future__ import annotations

from cutaway_app.models.image_session import ImageSession, Place

MAX_PLACES = 200


class History:
    """Visited places and which of them is shown."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._position = -1

    def visit(self, place: Place) -> None:
        """A place is shown that was not reached by going back or forward."""
        if self._position >= 0 and self._places[self._position] == place:
            return
        self._places = [*self._places[: self._position + 1], place][-MAX_PLACES:]
        self._position = len(self._places) - 1

    def peek(self, steps: int) -> Place | None:
        """Return the place so many steps forward (negative: back), None if there is none."""
        position = self._position + steps
        return self._places[position] if 0 <= position < len(self._places) else None

    def move(self, steps: int) -> None:
        """Be so many steps further on."""
        if self.peek(steps) is not None:
            self._position += steps

    def forget(self, session: ImageSession) -> None:
        """Forget all places of an image."""
        before = sum(1 for place in self._places[: self._position + 1] if place.session is not session)
        self._places = [place for place in self._places if place.session is not session]
        self._position = min(before, len(self._places)) - 1
