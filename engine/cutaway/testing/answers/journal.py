"""Answers about journals. The fake has none in their format: libguestfs' calls are refused, its own are browsed."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Never

from cutaway.calls.journal import JournalCalls
from cutaway.protocol.declaration import Call, declared_calls
from cutaway.records import JournalBoot, JournalEntry, JournalField, JournalFile
from cutaway.testing.answers.inspection import InspectionAnswers
from cutaway.testing.journal import TIME, FakeJournal, Fields
from cutaway.testing.nodes import File, Folder
from cutaway.testing.vfs import Refusal, Tree, show

MESSAGE_MAX = 16 << 10
FOLDERS = (b"/var/log/journal", b"/run/log/journal")


class JournalAnswers(InspectionAnswers):
    """JournalCalls, answered."""

    def journal_entries(  # noqa: PLR0913, PLR0917 its arguments are the declaration's
        self, path: bytes, root: str, cursor: str, backward: bool, count: int, priority: int, unit: str, boot: str,
        text: str, since_us: int, until_us: int,
    ) -> Iterator[JournalEntry]:  # fmt: skip
        """List entries."""
        if not 0 <= priority <= 7:
            raise Refusal("EINVAL", "a priority is from 0 to 7")
        if boot and not re.fullmatch("[0-9a-f]{32}", boot):
            raise Refusal("EINVAL", f"{boot!r} is no identifier of a boot")
        entries = self._log_entries(path, root)
        order = range(len(entries))
        if cursor:
            place = _place(cursor, entries)
            order = order[:place] if backward else order[place + 1 :]
        found = (
            _record(number, entries[number]) for number in (reversed(order) if backward else order)
            if _is_wanted(entries[number], priority, unit, boot, text)
            and since_us <= int(entries[number][TIME]) <= (until_us or 1 << 63)
        )  # fmt: skip
        yield from islice(found, count or None)

    def journal_boots(self, path: bytes, root: str) -> list[JournalBoot]:
        """List boots."""
        times: dict[str, list[int]] = {}
        for fields in self._log_entries(path, root):
            times.setdefault(fields["_BOOT_ID"].decode(), []).append(int(fields[TIME]))
        return [JournalBoot(boot, min(all_times), max(all_times)) for boot, all_times in times.items()]

    def journal_fields(self, path: bytes, cursor: str, root: str) -> Iterator[JournalField]:
        """List fields."""
        entries = self._log_entries(path, root)
        fields = entries[_place(cursor, entries)]
        for name in sorted((name for name in fields if name != TIME), key=lambda name: name.startswith("_")):
            yield JournalField(name, fields[name], len(fields[name]))

    def journal_files(self, path: bytes, root: str) -> list[JournalFile]:
        """List files."""
        return [
            JournalFile(name, journal.size, len(journal.entries), not journal.problem, journal.problem)
            for name, journal in self._log_files(path, root)
        ]

    def _log_entries(self, path: bytes, root: str) -> Sequence[Fields]:
        found = [fields for _, journal in self._log_files(path, root) for fields in journal.entries]
        return sorted(found, key=lambda fields: int(fields[TIME]))

    def _log_files(self, path: bytes, root: str) -> list[tuple[bytes, FakeJournal]]:
        tree = self.tree
        if root:
            system, tree = self._system(root), Tree()
            tree.add(self.guest.block(system.root), b"/", "ro")
        found: list[tuple[bytes, FakeJournal]] = []
        for place in FOLDERS if path == b"/" else (path,):
            try:
                found += _below(tree, place)
            except Refusal as refusal:
                if path != b"/" or refusal.errno_name not in {"ENOENT", "ENOTDIR"}:
                    raise
        if not found:
            raise Refusal("ENOENT", f"{show(path)}: there is no journal of systemd here")
        return found


def _below(tree: Tree, path: bytes) -> list[tuple[bytes, FakeJournal]]:
    node = tree.resolve(path).node
    if isinstance(node, Folder):
        inner = ((path + b"/" + name, entry) for name, entry in node.entries.items())
        return [
            item for place, entry in inner
            if isinstance(entry, Folder) or place.endswith(b".journal") for item in _below(tree, place)
        ]  # fmt: skip
    if not isinstance(node, File) or not isinstance(node.content, FakeJournal):
        raise Refusal("EINVAL", f"{show(path)}: this is no journal of systemd")
    return [(path, node.content)]


def _place(cursor: str, entries: Sequence[Fields]) -> int:
    number = cursor.removeprefix("i=")
    if not number.isdecimal() or int(number) >= len(entries):
        raise Refusal("EINVAL", f"{cursor!r} names no entry")
    return int(number)


def _is_wanted(fields: Fields, priority: int, unit: str, boot: str, text: str) -> bool:
    name = unit if "." in unit else f"{unit}.service"
    return (
        int(fields["PRIORITY"]) <= priority
        and (not boot or fields["_BOOT_ID"].decode() == boot)
        and (not unit or name.encode() in {fields.get("_SYSTEMD_UNIT"), fields.get("UNIT")}
             or fields["SYSLOG_IDENTIFIER"].decode() == unit)
        and text.lower().encode() in fields["MESSAGE"].lower()
    )  # fmt: skip


def _record(number: int, fields: Fields) -> JournalEntry:
    return JournalEntry(
        f"i={number}", int(fields[TIME]), int(fields["PRIORITY"]),
        (fields.get("UNIT") or fields.get("_SYSTEMD_UNIT", b"")).decode(), fields["SYSLOG_IDENTIFIER"].decode(),
        int(fields["_PID"]), fields["_HOSTNAME"].decode(), fields["_BOOT_ID"].decode(), fields["MESSAGE"][:MESSAGE_MAX],
    )  # fmt: skip


def _refused(call: Call[..., Any]) -> Callable[..., Never]:
    def answer(_self: JournalAnswers, *_: object) -> Never:
        raise Refusal("ENOSYS", f"{call.name}: the fake appliance has no journals in their format")

    own = [inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)]
    vars(answer)["__signature__"] = inspect.Signature([*own, *call.signature.parameters.values()])
    return answer


for _name, _call in declared_calls(JournalCalls).items():
    if not hasattr(JournalAnswers, _name):
        setattr(JournalAnswers, _name, _refused(_call))
