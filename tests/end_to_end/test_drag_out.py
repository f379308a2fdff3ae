"""A person drags a folder of a real Debian out of the real window into a file manager; every byte is compared."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from end_to_end.scene import Scene
from end_to_end.trees import read_tree
from end_to_end.window import entries
from file_managers.trial import MONITOR, Trial
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


def make_scene(screen: Desktop, image: DebianImage, file_manager: str, tmp_path: Path) -> Scene:
    if missing_tools(file_manager):
        skip_or_fail(f"{file_manager} is not installed")
    return Scene(screen, image.path, file_manager, tmp_path)


@pytest.mark.parametrize("file_manager", FILE_MANAGERS)
def test_a_dragged_folder_of_a_thousand_files_arrives_whole(
    screen: Desktop,
    debian_image: DebianImage,
    tmp_path: Path,
    file_manager: str,
    request: pytest.FixtureRequest,
) -> None:
    scene = make_scene(screen, debian_image, file_manager, tmp_path)
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


def test_a_copied_folder_is_pasted_whole(screen: Desktop, debian_image: DebianImage, tmp_path: Path) -> None:
    if missing_tools("pcmanfm", MONITOR):
        skip_or_fail(f"not installed: {', '.join(missing_tools('pcmanfm', MONITOR))}")
    trial = Trial(screen, debian_image.path, "pcmanfm", tmp_path)
    assert trial.paste(thousand()) > 0
    assert not trial.lost


def test_a_cancelled_drag_leaves_an_empty_folder(screen: Desktop, debian_image: DebianImage, tmp_path: Path) -> None:
    scene = make_scene(screen, debian_image, "pcmanfm", tmp_path)
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
