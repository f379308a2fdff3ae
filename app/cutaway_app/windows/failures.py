"""What is said of an image that cannot be opened, and what can be done about it: banner and page. GUI thread."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable

from cutaway.errors import BackingFileError, DriveError, ImageIncomplete

from cutaway_app.error_messages import explain
from cutaway_app.models.image_session import ImageSession
from cutaway_app.names import image_name
from cutaway_app.operations.open_image import Images
from cutaway_app.widgets.failed_page import FailedPage
from cutaway_app.windows.notices import Answer, Notices

Offers = Callable[[ImageSession], list[Answer]]


class Failures:
    """Tells of failures in the banner and on a page, and offers ways on.

    Args:
        images: Opens images.
        notices: Where it is said.
        page: The page of an image that is not open.
        close: Closes an image, if the person would rather.

    Attributes:
        offers: Gives what else can be done about an image, first what helps.
    """

    def __init__(
        self, images: Images, notices: Notices, page: FailedPage, close: Callable[[ImageSession], None]
    ) -> None:
        self._images, self._notices, self._page, self._close = images, notices, page, close
        self.offers: Offers = lambda _: []

    def tell(self, session: ImageSession) -> None:
        """Say in the banner why an image cannot be opened."""
        error = session.error or RuntimeError("unknown")
        answers = [
            *self.offers(session),
            Answer("Try again", functools.partial(self._images.open, session)),
            Answer("Close", functools.partial(self._close, session)),
        ]
        if disk := _failed_disk(session):
            answers.insert(0, Answer(f"Open Without {image_name(disk)}", lambda: self._leave_out(session, disk)))
        if file := refused_file(session.error, disk or session.path, session.machine.allowed):
            answers.insert(0, Answer(_allowing(session, file), lambda: self._allow(session, file)))
        text = explain(error, doing=f"{session.name} cannot be opened")
        self._notices.show_error(text, answers, about=session, is_local=True)

    def show(self, session: ImageSession) -> None:
        """Say it on the page."""
        reason = f"{explain(session.error).title}." if session.error else ""
        self._page.set_image(session.name, reason, next((offer.label for offer in self.offers(session)), ""))

    def help(self, session: ImageSession) -> None:
        """Do what the page offers."""
        for offer in self.offers(session)[:1]:
            offer.act()

    def _allow(self, session: ImageSession, file: str) -> None:
        session.allow(file)
        self._images.open(session)

    def _leave_out(self, session: ImageSession, disk: str) -> None:
        session.leave_out(disk)
        self._images.open(session)


def _failed_disk(session: ImageSession) -> str:
    """Return the further disk that a machine cannot be opened for; "" if it is its image, or something else."""
    error = session.error
    return error.path if isinstance(error, DriveError) and error.path in session.machine.further else ""


def _allowing(session: ImageSession, file: str) -> str:
    """Return the word for opening an image although a file is not as it should be."""
    is_itself = os.path.realpath(session.path) == file
    return "Open Anyway" if is_itself else f"Allow {image_name(file)}"


def refused_file(error: BaseException | None, image: str, allowed: frozenset[str]) -> str:
    """Return the file that an image could not be opened for, if that is for the person to allow; "" otherwise."""
    if isinstance(error, ImageIncomplete):
        file = os.path.realpath(error.file)
        return "" if file in allowed else file
    if not isinstance(error, BackingFileError) or not os.path.isfile(error.backing):
        return ""
    backing, folder = os.path.realpath(error.backing), os.path.realpath(os.path.dirname(image))
    is_inside = os.path.commonpath([backing, folder]) == folder
    return "" if is_inside or backing in allowed else backing
