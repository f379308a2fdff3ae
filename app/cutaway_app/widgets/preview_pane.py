"""The preview: a file in the most specific viewer, or in the one the person pinned. GUI thread.

Viewers are made when first needed, and shown a file only while their tab is visible.
"""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from cutaway_app import resources, theme
from cutaway_app.controls.buttons import tool_button
from cutaway_app.controls.labels import ElidedLabel, line
from cutaway_app.controls.own_keys import StandardKey, keep_key
from cutaway_app.controls.placeholder import Placeholder
from cutaway_app.names import display_name, plain_tip
from cutaway_app.viewers.content import LinkFacts, PreviewContent, is_image
from cutaway_app.viewers.details import DetailsViewer
from cutaway_app.viewers.find_line import FindLine, is_search_key
from cutaway_app.viewers.registry import REGISTRY, Viewer, best_viewer, suitability


class PreviewPane(QFrame):
    """The pane at the right.

    Signals:
        close_requested(): the person wants the pane away.
        image_requested(): the file that is shown is a disk image, and shall be opened as one.
    """

    close_requested = Signal()
    image_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "content")
        self.setAccessibleName("Preview")
        self._content: PreviewContent | None = None
        self._wanted = ""
        self._wants_focus = False
        self._viewers: dict[str, QWidget] = {}
        self._title = ElidedLabel("", self)
        self._title.setFont(theme.scaled(self.font(), 1.0, bold=True))
        self._link = ElidedLabel("", self)
        self._link.setProperty("role", "muted")
        self._link.setContentsMargins(16, 0, 8, 0)
        self._link.hide()
        self.image_offer = QPushButton("Open as Image", self)
        self.image_offer.setToolTip(plain_tip("Look into the disk image that the file is, without extracting it"))
        self.image_offer.clicked.connect(self.image_requested)
        resources.set_icon(self.image_offer, "image")
        self._offer = QWidget(self)
        self._offer.hide()
        self._tabs = QTabBar(self)
        self._tabs.setAccessibleName("Viewers")
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.setUsesScrollButtons(False)  # the pane is never narrower than its tabs
        self._set_tabs([entry.key for entry in REGISTRY if not entry.is_rare])
        self._tabs.currentChanged.connect(self._on_tab_changed)
        self.pin_button = tool_button("pin", "Stay with this viewer", self)
        self.pin_button.setCheckable(True)
        self._close = tool_button("close", "Close preview", self)
        self._close.clicked.connect(self.close_requested)
        self._pages = QStackedWidget(self)
        self._message = Placeholder(self)
        self._pages.addWidget(self._message)
        self._lay_out()
        self.clear()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 8, 0)
        head.setSpacing(4)
        head.addWidget(self._title, 1)
        head.addWidget(self.pin_button)
        head.addWidget(self._close)
        tabs = QHBoxLayout()
        tabs.setContentsMargins(4, 0, 8, 0)
        tabs.addWidget(self._tabs)
        tabs.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._link)
        offer = QHBoxLayout(self._offer)
        offer.setContentsMargins(16, 8, 8, 0)
        offer.addWidget(self.image_offer)
        offer.addStretch()
        layout.addWidget(self._offer)
        layout.addLayout(tabs)
        layout.addWidget(line(self))
        layout.addWidget(self._pages, 1)
        self.setMinimumWidth(200)

    def _set_tabs(self, keys: list[str]) -> None:
        """Have tabs for these viewers; the current one stays if it is among them."""
        if keys == [self._tabs.tabData(tab) for tab in range(self._tabs.count())]:
            return
        current = self.current_viewer
        with QSignalBlocker(self._tabs):
            while self._tabs.count():
                self._tabs.removeTab(0)
            for entry in REGISTRY:
                if entry.key in keys:
                    self._tabs.setTabData(self._tabs.addTab(entry.title), entry.key)
            if current in keys:
                self._tabs.setCurrentIndex(keys.index(current))

    @property
    def current_viewer(self) -> str:
        """The key of the viewer whose tab is chosen."""
        return str(self._tabs.tabData(self._tabs.currentIndex()))

    @property
    def message(self) -> str:
        """What is said instead of a file; "" while a file is shown."""
        return self._message.title if self._pages.currentWidget() is self._message else ""

    def viewer(self, key: str) -> QWidget:
        """Return a viewer, made if need be."""
        if key not in self._viewers:
            entry = next(entry for entry in REGISTRY if entry.key == key)
            self._viewers[key] = entry.make()
            self._pages.addWidget(self._viewers[key])
            wish = getattr(self._viewers[key], "viewer_requested", None)  # of those that may have nothing to show
            if wish is not None:
                wish.connect(self._on_viewer_requested)
            other = getattr(self._viewers[key], "content_requested", None)  # of those that know of more
            if other is not None:
                other.connect(self.show_content, Qt.ConnectionType.QueuedConnection)
        return self._viewers[key]

    def stop_work(self) -> None:
        """Stop what is being computed on demand: the appliance has something else to do."""
        details = self._viewers.get("details")
        if isinstance(details, DetailsViewer):
            details.stop_work()

    def take_focus(self) -> None:
        """Give the focus to the viewer, as soon as there is a file in it."""
        self._wants_focus = self._content is None
        if not self._wants_focus:
            self.viewer(self.current_viewer).setFocus()

    def show_loading(self, name: bytes | str) -> None:
        """Say that a file is about to come."""
        self._forget()
        self._title.setText(display_name(name) if isinstance(name, bytes) else name)
        self._say("Loading…", "", "")

    def show_error(self, title: str, text: str) -> None:
        """Say why there is nothing to see."""
        self._forget()
        self._say(title, text, "warning")

    def show_note(self, title: str, text: str) -> None:
        """Say something instead of showing a file."""
        self._forget()
        self._title.setText("")
        self._say(title, text, "preview")

    def clear(self) -> None:
        """Show nothing."""
        self._forget()
        self._wanted = ""
        self._wants_focus = False
        self._title.setText("")
        self._say("Nothing selected", "Select a file to look into it.", "preview")

    def show_content(self, content: PreviewContent) -> None:
        """Show a file in the most specific viewer, or in the pinned one if that can show it."""
        self._forget()
        self._content = content
        self._title.setText(display_name(content.name))
        self._show_link(content.link)
        self._offer.setVisible(is_image(content))
        judged = suitability(content)
        has_rare = any(entry.is_rare and judged[entry.key] for entry in REGISTRY)
        self._set_tabs([entry.key for entry in REGISTRY if (judged[entry.key] if has_rare else not entry.is_rare)])
        for tab in range(self._tabs.count()):
            self._tabs.setTabEnabled(tab, judged[str(self._tabs.tabData(tab))] > 0)
        self._tabs.setEnabled(True)
        stays = self.pin_button.isChecked() and judged[self.current_viewer] > 0
        wanted, self._wanted = self._wanted, ""
        self._choose(wanted or (self.current_viewer if stays else best_viewer(content)))
        if self._wants_focus:
            self.take_focus()

    def _show_link(self, link: LinkFacts | None) -> None:
        if link is not None:
            shown = f"Link to {display_name(link.target)}"
            self._link.setText(f"{shown}, which leads nowhere: {link.problem}" if link.problem else shown)
        self._link.setVisible(link is not None)

    @property
    def link_note(self) -> str:
        """What is said about a link; "" for anything else."""
        return self._link.text() if self._link.isVisibleTo(self) else ""

    def choose_viewer(self, key: str) -> None:
        """Show what is shown in this viewer; if a file is about to come, that one."""
        if self._content is None:
            self._wanted = key
        else:
            self._choose(key)

    def _on_viewer_requested(self, key: str) -> None:
        self._choose(key)
        self.take_focus()

    def _find_line(self) -> FindLine | None:
        """Return the line for searching of the viewer that is shown, if it has one."""
        found = getattr(self._pages.currentWidget(), "find_line", None)
        return found if isinstance(found, FindLine) else None

    def event(self, event: QEvent) -> bool:
        """Take keys before the window's actions do: none of them means the files while the focus is here."""
        keys = (StandardKey.Find,) if is_search_key(event) and self._find_line() is not None else ()
        return keep_key(event, StandardKey.SelectAll, *keys) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Search in what is shown, wherever in the pane the focus is."""
        line = self._find_line()
        if line is not None and is_search_key(event):
            line.begin()
        else:
            super().keyPressEvent(event)

    @property
    def has_content(self) -> bool:
        """Whether a file is shown."""
        return self._content is not None

    def _choose(self, key: str) -> None:
        keys = [str(self._tabs.tabData(tab)) for tab in range(self._tabs.count())]
        if key not in keys:
            keys = [entry.key for entry in REGISTRY if entry.key in {*keys, key}]
            self._set_tabs(keys)
        place = keys.index(key)
        if place == self._tabs.currentIndex():
            self._on_tab_changed()
        else:
            self._tabs.setCurrentIndex(place)

    def _on_tab_changed(self) -> None:
        if self._content is None:
            return
        for viewer in self._viewers.values():
            cast("Viewer", viewer).clear()
        widget = self.viewer(self.current_viewer)
        cast("Viewer", widget).show_content(self._content)
        self._pages.setCurrentWidget(widget)

    def _forget(self) -> None:
        self._content = None
        self._link.hide()
        self._offer.hide()
        for viewer in self._viewers.values():
            cast("Viewer", viewer).clear()

    def _say(self, title: str, text: str, icon: str) -> None:
        self._tabs.setEnabled(False)
        self._message.set_message(title, text, icon)
        self._pages.setCurrentWidget(self._message)
