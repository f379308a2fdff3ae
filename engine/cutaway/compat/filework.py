"""Calls of libguestfs about files and programs that follow from Cutaway's: older names, other shapes, base64."""

from __future__ import annotations

import base64
import binascii
import os
import re
import tempfile
from typing import IO, Any

from cutaway.compat.action import action
from cutaway.compat.older import Older
from cutaway.compat.shapes import Struct, compatible, result_of
from cutaway.insertion.policy import InsertPolicy

#: Whole lines of base64, which have 57 bytes.
PIECE = 57 << 14
#: A line of checksums up to the name of the directory that the others are below.
_SUM = re.compile(rb"^(\\?[0-9a-f]+  )[^/]+/")
HostPath = str | os.PathLike[str]


class FileWork(Older):
    """What is made of the calls that change files."""

    @action
    def internal_write(self, path: str, content: str | bytes) -> None:
        """Replace the content of a file: `write` of the daemon."""
        self._running("internal_write").write(path, os.fsencode(content))

    @action
    def internal_write_append(self, path: str, content: str | bytes) -> None:
        """Write at the end of a file: `write_append` of the daemon."""
        self._running("internal_write_append").write_append(path, os.fsencode(content))

    @action
    def write_file(self, path: str, content: str, size: int) -> None:
        """Replace the content of a file by so many bytes, 0 for all; libguestfs would rather have `write`."""
        data = os.fsencode(content)
        self._running("write_file").write(path, data[:size] if size else data)

    @action
    def internal_lxattrlist(self, path: str, names: list[str]) -> list[Struct]:
        """Return the extended attributes of several names: `lxattrlist` of the daemon."""
        found = self._running("internal_lxattrlist").lxattrlist(path, [os.fsencode(name) for name in names])
        return list(result_of("lxattrlist", found, {}, as_dict=False))

    @action
    def fallocate(self, path: str, len: int) -> None:  # noqa: A002 libguestfs' own name
        """Make a file of zeros; libguestfs would rather have fallocate64."""
        self._running("fallocate").fallocate64(path, len)

    @action
    def tgz_in(self, tarball: HostPath, directory: str) -> None:
        """Unpack a tar file that gzip has compressed."""
        self._running("tgz_in").tar_in(tarball, directory, compress="gzip")

    @action
    def txz_in(self, tarball: HostPath, directory: str) -> None:
        """Unpack a tar file that xz has compressed."""
        self._running("txz_in").tar_in(tarball, directory, compress="xz")

    @action
    def copy_in(self, localpath: HostPath, remotedir: str) -> None:
        """Copy a file or folder of the host into a directory; a file there is replaced."""
        handle = self._running("copy_in")
        handle.copy_in(localpath, remotedir, policy=InsertPolicy(conflict="replace"))

    @action
    def command_lines(self, arguments: list[str]) -> list[str]:
        """Run a program of the image; return the lines that it prints."""
        return _lines(self._running("command_lines").command([os.fsencode(word) for word in arguments]))

    @action
    def sh_lines(self, command: str) -> list[str]:
        """Run a command in the image's shell; return the lines that it prints."""
        return _lines(self._running("sh_lines").sh(os.fsencode(command)))

    @action
    def find0(self, directory: str, files: HostPath) -> None:
        """Write all paths below a directory into a file of the host, each with a NUL behind it."""
        found = self._running("find0").find(directory)
        with open(files, "wb") as file:
            file.writelines(path + b"\0" for path in found)

    @action
    def checksums_out(self, csumtype: str, directory: str, sumsfile: HostPath) -> None:
        """Write the checksums of all files below a directory into a file of the host, with paths from there on."""
        handle = self._running("checksums_out")
        with tempfile.TemporaryDirectory() as folder, open(sumsfile, "wb") as file:
            made = os.path.join(folder, "sums")
            handle.checksums_out(csumtype, directory, made)
            with open(made, "rb") as lines:
                file.writelines(_SUM.sub(rb"\1./", line, count=1) for line in lines)

    @action
    def base64_out(self, filename: str, base64file: HostPath) -> None:
        """Copy a file to the host, in base64."""
        handle = self._running("base64_out")
        with tempfile.TemporaryFile() as plain, open(base64file, "wb") as file:
            handle.download(filename, plain.fileno())
            plain.seek(0)
            while data := plain.read(PIECE):
                file.write(base64.encodebytes(data))

    @action
    def base64_in(self, base64file: HostPath, filename: str) -> None:
        """Copy a file of the host into the image, out of base64."""
        with tempfile.NamedTemporaryFile() as plain:
            with open(base64file, "rb") as file:
                _decode(file, plain)
            plain.flush()
            self._running("base64_in").upload(plain.name, filename)


def _decode(source: IO[bytes], target: IO[bytes]) -> None:
    """Decode base64 with line ends anywhere.

    Raises:
        RuntimeError: it is none.
    """
    rest = b""
    try:
        while data := source.read(PIECE):
            data = rest + b"".join(data.split())
            whole = len(data) // 4 * 4
            target.write(base64.b64decode(data[:whole], validate=True))
            rest = data[whole:]
        target.write(base64.b64decode(rest, validate=True))
    except binascii.Error as error:
        raise RuntimeError(f"base64_in: it is no base64: {error}") from error


def _lines(output: bytes) -> list[str]:
    lines: list[Any] = output.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return [str(compatible(line, as_dict=False)) for line in lines]
