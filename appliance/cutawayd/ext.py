"""ext2, ext3 and ext4 checked, resized, tuned and made, by e2fsprogs."""

from __future__ import annotations

import errno

from cutaway.calls import CALLS

from cutawayd import mounts
from cutawayd.children import run
from cutawayd.filesystems import device_with
from cutawayd.names import translate
from cutawayd.words import label_word, number_word, plain_word, uuid_word
from cutawayd.work import Work

#: Exit codes of e2fsck(8): nothing was wrong, or all has been corrected.
_GOOD = (0, 1)
#: What tune2fs(8) writes for nothing.
_NOTHING = frozenset({"<none>", "<not available>", "(none)"})
#: Arguments of mke2fs → the option that takes their number.
_NUMBERS = {
    "blocksize": "-b", "fragsize": "-f", "blockspergroup": "-g", "numberofgroups": "-G", "bytesperinode": "-i",
    "inodesize": "-I", "numberofinodes": "-N", "reservedblockspercentage": "-m",
}  # fmt: skip
#: … → the name in the list of "-E" that takes it.
_EXTENDED = {
    "stridesize": "stride", "stripewidth": "stripe_width", "maxonlineresize": "resize",
    "mmpupdateinterval": "mmp_update_interval", "lazyitableinit": "lazy_itable_init",
    "lazyjournalinit": "lazy_journal_init",
}  # fmt: skip
#: … → the feature that it switches on or off.
_FEATURES = {
    "extent": "extent", "filetype": "filetype", "flexbg": "flex_bg", "hasjournal": "has_journal",
    "journaldev": "journal_dev", "largefile": "large_file", "quota": "quota", "resizeinode": "resize_inode",
    "sparsesuper": "sparse_super", "uninitbg": "uninit_bg",
}  # fmt: skip
LABEL_BYTES = 16
Given = dict[str, int | str | bool | None]


def e2fsck(work: Work, device: str, correct: bool, forceall: bool, forceno: bool) -> None:
    """Check a file system."""
    if correct + forceall + forceno > 1:
        raise OSError(errno.EINVAL, "only one of correct, forceall and forceno can be wished", device)
    how = "-y" if forceall else "-n" if forceno else "-p"
    run(work, ["e2fsck", "-f", how, device], accept=_GOOD)


def resize2fs(work: Work, device: str) -> None:
    """Let it have all of its device."""
    _resize(work, device, [])


def resize2fs_size(work: Work, device: str, size: int) -> None:
    """Let it have so many bytes."""
    if size <= 0 or size % 1024:
        raise OSError(errno.EINVAL, "the size must be a multiple of 1024 bytes", device)
    _resize(work, device, [f"{size // 1024}K"])


def resize2fs_M(work: Work, device: str) -> None:  # noqa: N802 libguestfs' name
    """Make it as small as it can be."""
    _resize(work, device, ["-M"])


def _resize(work: Work, device: str, words: list[str]) -> None:
    """Resize; one that is not mounted has to be checked before."""
    if not any(entry.mountable == device for entry in mounts.mounted(work.sysroot)):
        run(work, ["e2fsck", "-f", "-y", device], accept=_GOOD)
    size = [word for word in words if not word.startswith("-")]
    run(work, ["resize2fs", *(word for word in words if word.startswith("-")), device, *size])


def tune2fs(
    work: Work,
    device: str,
    force: bool | None,
    maxmountcount: int | None,
    mountcount: int | None,
    errorbehavior: str | None,
    group: int | None,
    intervalbetweenchecks: int | None,
    reservedblockspercentage: int | None,
    lastmounteddirectory: str | None,
    reservedblockscount: int | None,
    user: int | None,
) -> None:
    """Change what the superblock says."""
    options = ["-f"] if force else []
    numbers = {
        "-c": maxmountcount, "-C": mountcount, "-g": group, "-m": reservedblockspercentage, "-r": reservedblockscount,
        "-u": user,
    }  # fmt: skip
    for letter, number in numbers.items():
        options += [letter, number_word(number, "a count")] if number is not None else []
    if errorbehavior is not None:
        if errorbehavior not in {"continue", "remount-ro", "panic"}:
            raise OSError(errno.EINVAL, "what to do about errors is continue, remount-ro or panic", errorbehavior)
        options += ["-e", errorbehavior]
    if intervalbetweenchecks is not None:
        options += ["-i", f"{number_word(intervalbetweenchecks, 'the interval')}s"]
    if lastmounteddirectory is not None:
        options += ["-M", label_word(lastmounteddirectory, 63)]
    run(work, ["tune2fs", *options, device])


def tune2fs_l(work: Work, device: str) -> dict[str, str]:
    """Return what the superblock says."""
    lines = run(work, ["tune2fs", "-l", device]).decode("utf-8", "surrogateescape").splitlines()
    pairs = (line.partition(":") for line in lines[1:] if line)
    return {name: "" if value.strip() in _NOTHING else value.strip() for name, _, value in pairs}


def mke2fs(work: Work, device: str, *values: int | str | bool | None) -> None:
    """Make a file system, or a journal."""
    names = [argument.name for argument in CALLS["mke2fs"].wire_arguments[1:]]
    given: Given = {name: value for name, value in zip(names, values, strict=True) if value is not None}
    options = [*_switches(given), *_texts(given), *_lists(work, given)]
    for name, letter in _NUMBERS.items():
        options += [letter, number_word(int(given[name] or 0), name)] if name in given else []
    blocks = [number_word(int(given["blockscount"] or 0), "the count of blocks", 1)] if "blockscount" in given else []
    run(work, ["mke2fs", "-q", *options, device, *blocks])


def _switches(given: Given) -> list[str]:
    return [letter for name, letter in (("forcecreate", "-F"), ("writesbandgrouponly", "-S")) if given.get(name)]


def _texts(given: Given) -> list[str]:
    options: list[str] = []
    if "label" in given:
        options += ["-L", label_word(str(given["label"]), LABEL_BYTES)]
    if "lastmounteddir" in given:
        options += ["-M", label_word(str(given["lastmounteddir"]), 63)]
    if "uuid" in given:
        uuid = str(given["uuid"])
        options += ["-U", uuid if uuid in {"clear", "random", "time"} else uuid_word(uuid)]
    for name, letter in (("creatoros", "-o"), ("fstype", "-t"), ("usagetype", "-T")):
        options += [letter, plain_word(str(given[name]), name)] if name in given else []
    return options


def _lists(work: Work, given: Given) -> list[str]:
    """Return the options that take lists."""
    extended = [f"{option}={int(given[name] or 0)}" for name, option in _EXTENDED.items() if name in given]
    extended += ["test_fs"] if given.get("testfs") else []
    if "discard" in given:
        extended.append("discard" if given["discard"] else "nodiscard")
    if "quotatype" in given:
        extended.append("quotatype=usrquota:grpquota" if given["quotatype"] else "quotatype=usrquota")
    features = [f"{'' if given[name] else '^'}{feature}" for name, feature in _FEATURES.items() if name in given]
    journal = [f"size={number_word(int(given['journalsize'] or 0), 'the journal')}"] if "journalsize" in given else []
    if "journaldevice" in given:
        journal.append(f"device={_journal_device(work, str(given['journaldevice']))}")
    lists = (("-E", extended), ("-O", features), ("-J", journal))
    return [word for letter, items in lists if items for word in (letter, ",".join(items))]


def _journal_device(work: Work, text: str) -> str:
    """Return the device of a journal, found here: the program would look for fewer devices."""
    for tag in ("UUID", "LABEL"):
        if text.startswith(f"{tag}="):
            return device_with(work, tag, text.removeprefix(f"{tag}="))
    return translate(text)


def zerofree(work: Work, device: str) -> None:
    """Fill what is not used with zeros."""
    run(work, ["zerofree", device])
