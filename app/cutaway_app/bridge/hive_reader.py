"""A hive of a Windows registry in an image, read key by key. GUI thread; the appliance does the work."""

from __future__ import annotations

from cutaway.aio import AsyncHandle
from cutaway.records import RegistryKey, RegistryValue


class HiveReader:
    """A hive at a path of what is mounted."""

    def __init__(self, handle: AsyncHandle, path: bytes) -> None:
        self._handle, self._path = handle, path

    async def keys(self, key: list[str]) -> list[RegistryKey]:
        """Return the keys below a key, which is named by the names that lead to it."""
        return await self._handle.registry_keys(self._path, key)

    async def values(self, key: list[str]) -> list[RegistryValue]:
        """Return the values of a key."""
        return await self._handle.registry_values(self._path, key)
