"""Questions to the host's disks from the GUI's loop, which a share that is gone may never answer.

Each is asked in a thread of its own that nobody waits for at the program's end; the GUI thread never blocks.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
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
    try:
        return await asyncio.wait_for(answer_to(question), PATIENCE_S)
    except TimeoutError:
        return otherwise


async def answer_to(question: Callable[[], T]) -> T:
    """Return the answer to a question, however long it takes; whoever is cancelled meanwhile leaves it unheard.

    Raises:
        Exception: what the question raises.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def tell(act: Callable[[], None]) -> None:
        if not answer.done():
            act()

    def run() -> None:
        try:
            act = functools.partial(answer.set_result, question())
        except Exception as error:  # noqa: BLE001 the boundary of a thread: it is raised by whoever asks
            act = functools.partial(answer.set_exception, error)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody wants to know any more
            loop.call_soon_threadsafe(tell, act)

    threading.Thread(target=run, name="cutaway-disk", daemon=True).start()
    return await answer
