"""The life of a compatible handle: launch, shutdown, close. One engine handle per launch.

As in libguestfs the drives are forgotten when the appliance ends, and a program adds them again.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable

from cutaway.compat import event_bits as bits
from cutaway.compat.action import action, failures
from cutaway.compat.drives import Drives, attach
from cutaway.events import Event, Quit
from cutaway.handle import Handle
from cutaway.settings import Settings
from cutaway.state import State

CONFIG, LAUNCHING, READY = range(3)
_STATES = {State.LAUNCHING: LAUNCHING, State.READY: READY, State.BUSY: READY}


class Lifecycle(Drives):
    """What starts and ends."""

    def __init__(self, *, close_on_exit: bool) -> None:
        super().__init__()
        self._close_on_exit = close_on_exit
        self._is_ending = False
        self._worker_thread: int | None = None

    def __del__(self) -> None:
        engine = getattr(self, "_engine", None)
        if engine is None:
            return
        if threading.get_ident() == self._worker_thread:  # which closing waits for
            threading.Thread(target=engine.close, name="cutaway-closer", daemon=True).start()
        else:
            engine.close()

    def _new_handle(self, settings: Settings) -> Handle:
        """Return a new engine handle; a subclass may give it another hypervisor."""
        return Handle(settings, close_on_exit=self._close_on_exit)

    @action
    def launch(self) -> None:
        """Start the appliance with the drives that have been added."""
        if self._engine is not None and self._engine.state is not State.CONFIG:
            raise RuntimeError("launch: this function can only be called in the config state")
        self._drop_engine()
        self._is_ending = False
        engine = self._engine = self._new_handle(self._used_settings())
        hear = weakref.WeakMethod(self._hear)
        engine.on(Event, lambda event: _tell(hear, event))
        try:
            for drive in self._drives:
                attach(engine, drive)
            engine.launch()
        except BaseException:
            self._is_ending = True
            self._drop_engine()
            raise

    @action
    def wait_ready(self) -> None:
        """Do nothing: launch has waited."""

    @action
    def shutdown(self) -> None:
        """Write everything to the drives, end the appliance and forget the drives."""
        self._shutdown()

    @action
    def kill_subprocess(self) -> None:
        """Do what shutdown does, as in libguestfs."""
        self._shutdown()

    def _shutdown(self) -> None:
        if self._engine is None:
            return
        self._is_ending = True
        try:
            if self._engine.state is not State.CONFIG:
                self._engine.shutdown()
        finally:
            self._drop_engine()
            self._drives = []

    def _drop_engine(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()

    def close(self) -> None:
        """Shut down and end the handle for good.

        Raises:
            ClosedHandle: it is closed already.
        """
        self._check_not_closed()
        self._tell(bits.EVENT_CLOSE, None, [])
        self._callbacks = {}
        try:
            with failures("close"):
                self._shutdown()
        finally:
            self._is_closed = True

    @action
    def user_cancel(self) -> None:
        """Cancel the running call, from another thread or a callback."""
        if self._engine is not None:
            self._engine.cancel()

    @action
    def get_state(self) -> int:
        """Return 0 before launch, 1 while launching, 2 when ready."""
        return self._state()

    @action
    def is_config(self) -> int:
        """Return 1 before launch."""
        return int(self._state() == CONFIG)

    @action
    def is_launching(self) -> int:
        """Return 1 while launching."""
        return int(self._state() == LAUNCHING)

    @action
    def is_ready(self) -> int:
        """Return 1 when calls can be made."""
        return int(self._state() == READY)

    @action
    def is_busy(self) -> int:
        """Return 0, as libguestfs does: it has no such state any more."""
        return 0

    def _state(self) -> int:
        return _STATES.get(self._engine.state, CONFIG) if self._engine is not None else CONFIG

    @action
    def get_pid(self) -> int:
        """Return the process number of qemu."""
        pid = self._engine.pid if self._engine is not None else None
        if pid is None:
            raise RuntimeError("get-pid can only be called after launch")
        return pid

    def _hear(self, event: Event) -> None:
        """Take an event of the engine; worker's thread."""
        self._worker_thread = threading.get_ident()
        if isinstance(event, Quit):
            if not self._is_ending:
                self._drives = []
                self._tell(bits.EVENT_SUBPROCESS_QUIT, None, [])
        elif (what := bits.told(event)) is not None:
            self._tell(*what)


def _tell(hear: Callable[[], Callable[[Event], None] | None], event: Event) -> None:
    if (method := hear()) is not None:
        method(event)
