"""Questions to the host's disks from the GUI's loop, which a share that is gone may never answer.

Each is asked in a thread of its own that nobody waits for at the program's end; the GUI thread never blocks.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
#: How long an answer is waited for: a person has asked for something.
PATIENCE_S = 0.5


async def ask(question: Callable[[], T], *, otherwise: T) -> T:
    """Return the answer to a question, or another if it does not come in time.

    Args:
        question: May block; raises nothing.
        otherwise: What is said for it then.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def tell(found: T) -> None:
        if not answer.done():
            answer.set_result(found)

    def run() -> None:
        found = question()
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody wants to know any more
            loop.call_soon_threadsafe(tell, found)

    threading.Thread(target=run, name="cutaway-disk", daemon=True).start()
    try:
        return await asyncio.wait_for(answer, PATIENCE_S)
    except TimeoutError:
        return otherwise
