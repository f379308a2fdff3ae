"""Files of systemd's journal in the preview. GUI thread; see `log_view`."""

from __future__ import annotations

from cutaway_app.viewers.content import PreviewContent
from cutaway_app.viewers.log_view import LogView

#: How a file of a journal begins.
MAGIC = b"LPKSHHRH"


def suits(content: PreviewContent) -> int:
    """Return how well it suits."""
    return 95 if content.log is not None and content.head.startswith(MAGIC) else 0


class JournalViewer(LogView):
    """The entries of one file."""

    def show_content(self, content: PreviewContent) -> None:
        """Show a file."""
        self.clear()
        if content.log is not None:
            self.show_log(content.log)
