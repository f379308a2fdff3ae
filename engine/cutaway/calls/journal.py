"""Calls about the journal of systemd (sd-journal(3)): libguestfs' own, and listings for browsers."""

from __future__ import annotations

from cutaway import records
from cutaway.protocol.declaration import GuestPath, call


class JournalCalls:
    """Journals. Those of journal_open have a position, which stands before the first entry at first.

    umount_all closes the journal. A damaged file costs an error (EIO), or what lies in it: `journal_files` tells.

    journal_entries, journal_boots, journal_fields and journal_files know nothing of what journal_open has opened. Their
    `path` is a file of a journal, a folder with such, or "/": the folders of a whole system, /var/log/journal and
    /run/log/journal. With `root`, a system that inspect_os has found, its tree is looked into for it, whatever is
    mounted. ENOENT if there is no file of a journal; EINVAL if the file is none, or no boot or cursor is named so.
    """

    @call(number=720, feature="journal", cancellable=True)
    def journal_open(self, directory: GuestPath) -> None:
        """Open all journals in a folder, closing those that are open."""

    @call(number=721, feature="journal")
    def journal_close(self) -> None:
        """Close the journals."""

    @call(number=722, feature="journal", cancellable=True)
    def journal_next(self) -> bool:
        """Go to the next entry; return whether there is one."""

    @call(number=723, feature="journal", cancellable=True)
    def journal_skip(self, skip: int) -> int:
        """Go so many entries ahead, or back if it is negative; return how many were skipped, backwards as well."""

    @call(number=724, feature="journal", cancellable=True, paged=True)
    def journal_get(self) -> list[records.ExtendedAttribute]:
        """Return the fields of the entry, long ones up to the threshold."""

    @call(number=725, feature="journal")
    def journal_get_data_threshold(self) -> int:
        """Return from how many bytes on compressed fields may be cut; 0: none is."""

    @call(number=726, feature="journal")
    def journal_set_data_threshold(self, threshold: int) -> None:
        """Set it: 65536 at first."""

    @call(number=727, feature="journal", cancellable=True)
    def journal_get_realtime_usec(self) -> int:
        """Return when the entry came to the journal, in microseconds since the epoch."""

    @call(number=730, feature="journal", cancellable=True, progress=True, paged=True)
    def journal_entries(
        self, path: GuestPath, root: str = "", cursor: str = "", backward: bool = True, count: int = 1000,
        priority: int = 7, unit: str = "", boot: str = "", text: str = "", since_us: int = 0, until_us: int = 0,
    ) -> list[records.JournalEntry]:  # fmt: skip
        """List entries, as they are found: how many were looked at is told as progress.

        Args:
            path: Which journals.
            root: Of which system.
            cursor: Of the entry behind which to begin; "": at the end, or with `backward` false at the beginning.
            backward: Whether the newest come first.
            count: How many at most; 0: all.
            priority: 0 emergencies … 7 everything, also what has none (syslog(3)).
            unit: A unit of systemd, ".service" may be left out; or what a program calls itself.
            boot: The identifier of a boot.
            text: What the message holds, whatever the case.
            since_us: From when on, in microseconds since the epoch.
            until_us: Until when; 0: no limit.
        """

    @call(number=731, feature="journal", cancellable=True)
    def journal_boots(self, path: GuestPath, root: str = "") -> list[records.JournalBoot]:
        """List the boots that entries are from, the first first."""

    @call(number=732, feature="journal", cancellable=True, paged=True)
    def journal_fields(self, path: GuestPath, cursor: str, root: str = "") -> list[records.JournalField]:
        """List the fields of an entry, those that journald vouches for (_PID) at the end; ENOENT if there is none."""

    @call(number=733, feature="journal", cancellable=True)
    def journal_files(self, path: GuestPath, root: str = "") -> list[records.JournalFile]:
        """List the files that the journals consist of, with what is wrong with each, as far as it is known by now."""
