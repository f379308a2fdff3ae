"""Where tests of the window keep what programs keep of a person: in no folder of whoever runs them.

Jobs write a journal there, and Qt what file dialogs remember; a window of that person would find both.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

KEPT = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")


def use_own_folders() -> None:
    """Have settings and states written into a folder that is removed at the end of this process."""
    base = tempfile.mkdtemp(prefix="cutaway-tests-")
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    for name in KEPT:
        folder = os.path.join(base, name.lower())
        os.mkdir(folder)
        os.environ[name] = folder
