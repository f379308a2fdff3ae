"""The program's entry: reads the command line, makes the handles' factory, runs the loop, takes the screenshot.

GUI thread. The only place that knows about engines' kinds and the only one that starts the loop.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import qasync
from cutaway.aio import AsyncHandle
from cutaway.helper_threads import HelperThreads
from cutaway.hypervisor import Hypervisor
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from cutaway_app import resources, theme
from cutaway_app.bridge.sample import Sample, real_sample
from cutaway_app.models.image_session import ImageSession
from cutaway_app.program import Program
from cutaway_app.settings import UNKEPT, WindowSettings

#: How long the screenshot waits for the first folder, and then for the view to settle.
SCREENSHOT_S, SETTLE_MS = 120.0, 700
#: How long questions to disks that may not answer are waited for at the end.
HELPERS_S = 0.2
#: Where the sample image seems to be with --engine=fake.
FAKE_SAMPLE = "/sample/debian-12.qcow2"
NO_DISPLAY = (
    "cutaway: there is no display to open a window on\n  try: use 'cutaway ls IMAGE' and 'cutaway get', or set DISPLAY"
)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    images: list[str]
    engine: str
    screenshot: str
    theme: str


def parse(argv: Sequence[str]) -> Options:
    """Return the options of a command line; exits with a message if it is wrong."""
    parser = argparse.ArgumentParser(prog="cutaway gui", description="See inside disk images.")
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="images to open")
    parser.add_argument("--engine", choices=("qemu", "fake"), default="qemu", help="fake: an appliance in memory")
    parser.add_argument("--screenshot", default="", metavar="FILE", help="write a picture of the window and exit")
    parser.add_argument("--theme", choices=("system", "light", "dark"), default="", help="light or dark")
    found = parser.parse_args(argv)
    return Options(found.images, found.engine, found.screenshot, found.theme)


def main(argv: list[str]) -> int:
    """Run the window; return the exit code."""
    options = parse(argv)
    if not _has_display():
        print(NO_DISPLAY, file=sys.stderr)  # noqa: T201 Qt would abort the process
        return 1
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    app = QApplication.instance() or QApplication(["cutaway"])
    if not isinstance(app, QApplication):
        raise TypeError("another kind of Qt application runs already")
    _dress(app)
    settings = WindowSettings(_store(options))
    theme.apply(app, _scheme(options.theme or settings.theme))
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        return runner.run(_run(options, settings))


def _has_display() -> bool:
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _dress(app: QApplication) -> None:
    app.setApplicationName("Cutaway")
    app.setOrganizationName("Cutaway")
    app.setDesktopFileName("cutaway")
    app.setWindowIcon(resources.application_icon())
    app.setQuitOnLastWindowClosed(False)


def _store(options: Options) -> QSettings:
    """Return where choices are kept; a screenshot always shows the defaults.

    NB: never os.devnull: QSettings puts a new file in place of what it writes, and root loses /dev/null by that.
    """
    if options.screenshot:
        return QSettings(UNKEPT, QSettings.Format.IniFormat)
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "cutaway", "window")


def _scheme(name: str) -> theme.Scheme:
    match name:
        case "light" | "dark":
            return name
    return "system"


async def _run(options: Options, settings: WindowSettings) -> int:
    asyncio.get_running_loop().set_default_executor(HelperThreads(HELPERS_S))
    sample = real_sample() if options.engine == "qemu" else Sample(FAKE_SAMPLE)
    program = Program(handle_maker(options), settings, sample, standby=not options.screenshot)
    program.crashes.install()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, program.window.end)
    try:
        if options.screenshot:
            return await take_screenshot(program, options.images or [sample.path], options.screenshot)
        program.start(options.images)
        await program.closed.wait()
        return 0
    finally:
        await program.close()


def handle_maker(options: Options) -> Callable[[str], AsyncHandle]:
    """Return what makes a handle for an image: qemu's, or in memory for --engine=fake."""
    fake: list[Hypervisor] = []

    def make(_path: str) -> AsyncHandle:
        if options.engine == "qemu":
            return AsyncHandle()
        if not fake:
            fake.append(_fake_hypervisor([FAKE_SAMPLE, *(os.path.abspath(image) for image in options.images)]))
        return AsyncHandle(hypervisor=fake[0])

    return make


def _fake_hypervisor(images: list[str]) -> Hypervisor:
    from cutaway.testing import FakeAppliance, sample_image  # noqa: PLC0415 the model is needed rarely

    return FakeAppliance({image: sample_image() for image in images})


async def take_screenshot(program: Program, images: list[str], target: str) -> int:
    """Open images, wait until the first folder is shown, write a picture; return the exit code."""
    outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def settle() -> None:
        if program.navigator.place is not None and not outcome.done():
            QTimer.singleShot(SETTLE_MS, finish)

    def finish() -> None:
        if not outcome.done():
            outcome.set_result("")

    def fail(session: ImageSession) -> None:
        if not outcome.done():
            outcome.set_result(f"{session.name} cannot be opened: {session.error}")

    program.models.table.listing_finished.connect(settle)
    program.image_wiring.session_failed.connect(fail)
    program.start(images)
    try:
        problem = await asyncio.wait_for(outcome, SCREENSHOT_S)
    except TimeoutError:
        problem = f"no folder was shown within {SCREENSHOT_S:.0f} s"
    if not problem and not program.window.grab().save(target, "PNG"):
        problem = f"{target} cannot be written"
    if problem:
        print(problem, file=sys.stderr)  # noqa: T201 this is what a command says
    return 1 if problem else 0
