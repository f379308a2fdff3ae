"""Answers about hives. The fake has no files of that format: hivex_* are refused, its own keys can be browsed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any, Never

from cutaway.calls.hivex import HivexCalls
from cutaway.protocol.declaration import Call, declared_calls
from cutaway.records import RegistryKey, RegistryValue
from cutaway.testing.answers.base import Family
from cutaway.testing.registry import FakeHive, FakeKey
from cutaway.testing.vfs import Refusal

DATA_MAX = 1 << 16


class HivexAnswers(Family):
    """HivexCalls, answered."""

    def registry_keys(self, path: bytes, key: list[str]) -> Iterator[RegistryKey]:
        """List keys."""
        found = self._key(path, key)
        for name in sorted(found.keys, key=str.upper):
            yield RegistryKey(name, len(found.keys[name].keys))

    def registry_values(self, path: bytes, key: list[str]) -> Iterator[RegistryValue]:
        """List values."""
        for name, (kind, data) in self._key(path, key).values.items():
            yield RegistryValue(name, kind, data[:DATA_MAX], len(data))

    def _key(self, path: bytes, key: list[str]) -> FakeKey:
        content = self.tree.file(path)[1].content
        if not isinstance(content, FakeHive):
            raise Refusal("EINVAL", f"{path.decode('utf-8', 'replace')}: this is no hive of a registry")
        found = content.root.find(key)
        if found is None:
            raise Refusal("ENOENT", "\\".join(key) + ": there is no such key")
        return found


def _refused(call: Call[..., Any]) -> Callable[..., Never]:
    def answer(_self: HivexAnswers, *_: object) -> Never:
        raise Refusal("ENOSYS", f"{call.name}: the fake appliance has no hives in their format")

    own = [inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)]
    vars(answer)["__signature__"] = inspect.Signature([*own, *call.signature.parameters.values()])
    return answer


for _name, _call in declared_calls(HivexCalls).items():
    if _name.startswith("hivex_"):
        setattr(HivexAnswers, _name, _refused(_call))
