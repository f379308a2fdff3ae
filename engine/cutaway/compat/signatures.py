"""The names, order and defaults of arguments as libguestfs has them, for each call that both have. Pure.

The declarations of `cutaway.calls` already speak libguestfs' vocabulary; here stands only what differs.
"""

from __future__ import annotations

import inspect
from typing import Any

from cutaway.calls import CALLS
from cutaway.protocol.declaration import Call

#: Cutaway's own calls, which libguestfs has not; `version` works there without an appliance.
OWN = frozenset({
    "survey", "filesystems", "wait_for_drive", "wait_for_drive_gone", "mount_tree", "mount_table", "scandir",
    "scanxattrs", "walk", "search", "search_contents", "set_access", "download_many", "export_tree", "content_map",
    "digest_many", "device_map", "inspect_systems", "debug_sleep", "version",
    "registry_keys", "registry_values", "ntfs_streams", "evidence_open", "evidence_read", "file_streams",
    "stream_read", "stream_download",
    "sqlite_info", "sqlite_tables", "sqlite_rows",
    "journal_entries", "journal_boots", "journal_fields", "journal_files",
    "release_drive", "blockdev_getra", "insert_begin", "insert_unpack", "insert_fill", "insert_finish", "pack_path",
})  # fmt: skip
#: Call → Cutaway's name of an argument → libguestfs' name.
RENAMED: dict[str, dict[str, str]] = {
    "filesize": {"path": "file"},
    "readdir": {"directory": "dir"},
    "download": {"remotefile": "remotefilename"},
    "download_offset": {"remotefile": "remotefilename"},
    "upload": {"remotefile": "remotefilename"},
    "upload_offset": {"remotefile": "remotefilename"},
}
#: Optional arguments that Cutaway's call has not; they are taken, and refused when they are used.
UNSUPPORTED: dict[str, tuple[str, ...]] = {
    "umount": ("force", "lazyunmount"),
}
#: Optional arguments that libguestfs has in another order.
ORDER: dict[str, tuple[str, ...]] = {"mkfs": ("blocksize", "features", "inode", "sectorsize", "label")}
#: Calls that had no optional arguments at first have a second name there.
OPTS_ALIASES = (
    "add_drive", "btrfs_subvolume_create", "btrfs_subvolume_snapshot", "glob_expand", "grep", "is_dir", "is_file",
    "mkfs", "mkswap", "ntfsresize", "tar_in", "tar_out", "umount",
)  # fmt: skip


def shared_calls() -> dict[str, Call[..., Any]]:
    """Return the calls that both have, by name."""
    return {name: call for name, call in CALLS.items() if name not in OWN}


def signature_of(call: Call[..., Any]) -> inspect.Signature:
    """Return the signature of a call, `self` included, as libguestfs has it; optional arguments are None there."""
    names = RENAMED.get(call.name, {})
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    required = [inspect.Parameter(names.get(item.name, item.name), kind) for item in call.arguments if item.is_required]
    declared = ORDER.get(call.name) or [item.name for item in call.arguments if not item.is_required]
    optional = [
        inspect.Parameter(name, kind, default=None) for name in (*UNSUPPORTED.get(call.name, ()), *declared)
    ]  # fmt: skip
    return inspect.Signature([inspect.Parameter("self", kind), *required, *optional])


def own_arguments(call: Call[..., Any], given: dict[str, Any]) -> dict[str, Any]:
    """Return arguments under Cutaway's names; an optional one that is None keeps Cutaway's default.

    Raises:
        NotImplementedError: an argument is used that Cutaway's call has not.
    """
    for name in UNSUPPORTED.get(call.name, ()):
        if given.get(name) not in {None, False}:
            raise NotImplementedError(f"{call.name}: the option {name} is not supported")
    names = RENAMED.get(call.name, {})
    return {
        item.name: given[names.get(item.name, item.name)]
        for item in call.arguments
        if item.is_required or given[item.name] is not None
    }
