"""A person drags a folder of a real Debian out of the real window into a file manager; every byte is compared."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from end_to_end.trees import read_tree
from end_to_end.window import Window, entries, file_manager_folder
from images.debian import DebianImage
from images.debian_tree import thousand
from support.backends import skip_or_fail
from support.desktop import FILE_MANAGERS, Desktop, desktop, missing_tools, wait_until

pytestmark = pytest.mark.display
#: A dragged folder may take so long, boot of its appliance included.
DRAG_S = 60


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Desktop]:
    if missing_tools():
        skip_or_fail(f"not installed: {', '.join(missing_tools())}")
    with desktop(1600, 860) as one:
        yield one
        one.screenshot(str(tmp_path / "end.png"))


class Scene:
    """The window on the left, a file manager with an empty folder on the right."""

    def __init__(self, screen: Desktop, image: Path, file_manager: str, tmp_path: Path) -> None:
        if missing_tools(file_manager):
            skip_or_fail(f"{file_manager} is not installed")
        self.screen, self._pictures = screen, tmp_path
        self.folder = file_manager_folder(tmp_path)
        self.target = screen.open_file_manager(file_manager, str(self.folder))
        self.window = Window(screen, image)
        screen.place(self.target, 990, 60, 600, 700)

    def picture(self, name: str) -> None:
        """Keep a picture of the screen, for whoever looks into a failure."""
        self.screen.screenshot(str(self._pictures / f"{name}.png"))

    def drag(self, *, everything: bool = False) -> None:
        """Drag the first row, or all, into the middle of the file manager's window."""
        start = self.window.select(everything=everything)
        self.picture("selected")
        left, top, width, height = self.screen.geometry(self.target)
        end = left + width * 2 // 3, top + height * 2 // 3
        self.screen.press(start)
        self.screen.drag_on(start, end)
        self.picture("over the target")
        self.screen.mouse("mouseup", 1)


@pytest.mark.parametrize("file_manager", FILE_MANAGERS)
def test_a_dragged_folder_of_a_thousand_files_arrives_whole(
    screen: Desktop,
    debian_image: DebianImage,
    tmp_path: Path,
    file_manager: str,
    request: pytest.FixtureRequest,
) -> None:
    scene = Scene(screen, debian_image.path, file_manager, tmp_path)
    scene.window.go("/srv")
    scene.drag()
    released = time.monotonic()
    wait_until("the folder is there", lambda: entries(scene.folder) == ["thousand"], timeout_s=DRAG_S)
    request.node.user_properties.append(("seconds_after_release", round(time.monotonic() - released, 2)))
    scene.picture("dropped")
    assert read_tree(scene.folder / "thousand") == thousand()
    scene.window.close()
    assert scene.window.process.returncode == 0, screen.logs()
    assert entries(scene.folder) == ["thousand"], "one drop is one job"


def test_a_cancelled_drag_leaves_an_empty_folder(screen: Desktop, debian_image: DebianImage, tmp_path: Path) -> None:
    scene = Scene(screen, debian_image.path, "pcmanfm", tmp_path)
    scene.window.go("/usr")
    scene.drag(everything=True)
    wait_until("files are arriving", lambda: any(path.is_file() for path in scene.folder.rglob("*")), timeout_s=DRAG_S)
    scene.picture("arriving")
    assert all(name.startswith(".") for name in entries(scene.folder)), "nothing incomplete is seen"
    scene.window.cancel_job()
    wait_until("nothing is left", lambda: not entries(scene.folder), timeout_s=DRAG_S)
    scene.picture("cancelled")
    assert scene.window.process.poll() is None, "the program goes on"
    scene.window.go("/srv")
    assert not entries(scene.folder)
