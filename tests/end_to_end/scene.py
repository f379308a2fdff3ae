"""The window on the left of a desktop, a real file manager with an empty folder on its right, and a hand."""

from __future__ import annotations

from pathlib import Path

from end_to_end.window import Window, file_manager_folder
from support.desktop import Desktop


class Scene:
    """Both windows, in their places.

    Attributes:
        folder: What the file manager shows.
        target: The file manager's window.
    """

    def __init__(self, screen: Desktop, image: Path, file_manager: str, pictures: Path) -> None:
        self.screen, self._pictures = screen, pictures
        self.folder = file_manager_folder(pictures)
        self.target = screen.open_file_manager(file_manager, str(self.folder))
        self.window = Window(screen, image)
        screen.place(self.target, 990, 60, 600, 700)

    def picture(self, name: str) -> None:
        """Keep a picture of the screen, for whoever looks into a failure."""
        self.screen.screenshot(str(self._pictures / f"{name}.png"))

    @property
    def middle(self) -> tuple[int, int]:
        """A place of the screen where the file manager shows its folder."""
        left, top, width, height = self.screen.geometry(self.target)
        return left + width * 2 // 3, top + height * 2 // 3

    def drag(self, *, everything: bool = False) -> None:
        """Drag the first row, or all, into the middle of the file manager's window."""
        start = self.window.select(everything=everything)
        self.picture("selected")
        self.screen.press(start)
        self.screen.drag_on(start, self.middle)
        self.picture("over the target")
        self.screen.mouse("mouseup", 1)
