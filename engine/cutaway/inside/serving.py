"""One file of an image inside another, served to qemu and qemu-img: a thread for each connection."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable

from cutaway.inside.content import ContentLost, Joined
from cutaway.inside.nbd_server import serve

log = logging.getLogger(__name__)


class ServedContent:
    """Implements `Served`.

    Args:
        content: What is served.
        lost: Told, from any thread, why nothing can be read any more.
    """

    def __init__(self, content: Joined, lost: Callable[[str], None]) -> None:
        self._content = content
        self._lost = lost
        self._sockets: set[socket.socket] = set()
        self._is_closed = False
        self._lock = threading.Lock()

    def serve(self, sock: socket.socket) -> None:
        """Answer over a socket until the other side goes; see `Served`."""
        with self._lock:
            if self._is_closed:
                sock.close()
                return
            self._sockets.add(sock)
        threading.Thread(target=self._run, args=(sock,), name="cutaway-inside", daemon=True).start()

    def _run(self, sock: socket.socket) -> None:
        try:
            serve(sock, self._content)
        except ContentLost as error:
            self._lost(str(error))
        except OSError as error:
            log.info("who reads an image inside another is gone: %s", error)
        except Exception as error:
            log.exception("an image inside another is served no more")
            self._lost(f"it could not be read: {error}")
        finally:
            with self._lock:
                self._sockets.discard(sock)
            sock.close()

    def close(self) -> None:
        """End all connections; from any thread, and again."""
        with self._lock:
            self._is_closed = True
            for sock in self._sockets:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
