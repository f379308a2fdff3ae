"""Encrypted volumes of an image that a command opens: unlocked by the keys that were given, or asked for."""

from __future__ import annotations

from cutaway.cli.keys import Keys, ask
from cutaway.cli.output import say
from cutaway.errors import Encrypted, GuestError, NotFound, WrongKey
from cutaway.handle import Handle
from cutaway.mount_plan import plan
from cutaway.records import Filesystem, Survey
from cutaway.unlocking import UNCERTAIN, inside, locked, mapname_of

#: How often a person may be wrong.
TRIES = 3
REMEDY = "Give its key by --key DEVICE:file:PATH or --keys-from-stdin; without them a terminal is asked for it."


class Unlocker:
    """Unlocks what one image holds. A mapping can be written as its drive can: mostly into a layer that is thrown away.

    Args:
        handle: The image's, launched.
        image: What the image is called.
        keys: What may unlock it.
    """

    def __init__(self, handle: Handle, image: str, keys: Keys) -> None:
        self._handle = handle
        self._image = image
        self._keys = keys

    def use_given(self, *, is_one_of_several: bool = False) -> None:
        """Unlock all volumes that keys were given for, and those inside of them; what a key for all is not for stays.

        Of several images that lie in each other, keys that are of no use here may be for another.

        Raises:
            WrongKey: none of the keys for a volume that was named is its own, or those for all are nothing's.
        """
        tried: set[str] = set()
        refusals: list[WrongKey] = []
        while self._keys.given and (volumes := [one for one in self._locked() if one.mountable not in tried]):
            is_one_certain = any(one.vfs_type not in UNCERTAIN for one in volumes)
            for volume in volumes:
                tried.add(volume.mountable)
                # To find out that a passphrase is none of VeraCrypt's takes minutes.
                if volume.vfs_type not in UNCERTAIN or not is_one_certain or self._keys.name(volume):
                    refusals += self._use_given(volume)
        if is_one_of_several:
            return
        if refusals and not self._handle.unlocked:
            raise refusals[0]
        for refusal in refusals:
            say(str(refusal))
        if self._keys.given and not refusals and not self._handle.unlocked:
            selectors = ", ".join(key.selector for key in self._keys.given)
            say(f"{self._image} has no locked volume that --key is for: {selectors}")

    def _use_given(self, volume: Filesystem) -> list[WrongKey]:
        """Try the keys for a volume; return why it is still locked, if there are some and all are wrong.

        Raises:
            WrongKey: one of them is for this very volume.
        """
        refusal: WrongKey | None = None
        for key in self._keys.for_volume(volume):
            refusal = self._try(volume, key)
            if refusal is None:
                return []
        if refusal is not None and self._keys.name(volume):
            raise refusal
        return [refusal] if refusal is not None else []

    def _try(self, volume: Filesystem, key: bytes) -> WrongKey | None:
        try:
            self._handle.cryptsetup_open(volume.mountable, key, mapname_of(volume.mountable))
        except WrongKey as error:
            return error
        return None

    def _locked(self) -> list[Filesystem]:
        return locked(self._handle.filesystems(), self._handle.unlocked)

    def survey(self) -> Survey:
        """Look through the image; if there is no system, ask for the passphrases of what may hide one.

        Raises:
            Encrypted: all there is is locked, and nobody can be asked.
            WrongKey: the person does not know it.
        """
        survey = self._handle.survey()
        if survey.systems or not locked(survey.filesystems) or (plan(survey) and not certainly_locked(survey)):
            return survey
        return self._handle.survey() if self._ask_for_all() else survey

    def _ask_for_all(self) -> bool:
        """Ask for each volume that is locked, and for those inside; return whether one was unlocked."""
        asked: set[str] = set()
        count = len(self._handle.unlocked)
        while self._keys.can_ask and (volumes := [one for one in self._locked() if one.mountable not in asked]):
            for volume in volumes:
                asked.add(volume.mountable)
                self._ask_for(volume)
        return len(self._handle.unlocked) > count

    def _ask_for(self, volume: Filesystem) -> None:
        refusal: WrongKey | None = None
        for _ in range(TRIES):
            key = ask(volume, self._image)
            if not key:
                return
            refusal = self._try(volume, key)
            if refusal is None:
                return
            say(str(refusal))
        if refusal is not None:
            raise refusal

    def find(self, device: str) -> str:
        """Return what to look into for a device that was named: the inside, if it is an encrypted volume.

        One that is not there yet may be inside of a volume: the person is asked.

        Raises:
            Encrypted: it is locked, and nobody can be asked.
            NotFound: it is not there.
        """
        self.reach(device)
        found = self._handle.filesystems()
        volume = next((item for item in locked(found, self._handle.unlocked) if item.mountable == device), None)
        if volume is not None:
            if self._keys.can_ask:
                self._ask_for(volume)
            self._require_unlocked(device)
            found = self._handle.filesystems()
        hidden = inside(found, device)
        opened = next((one.mapname for one in self._handle.unlocked if one.device == device), "")
        return hidden.mountable if hidden else f"/dev/mapper/{opened}" if opened else device

    def _require_unlocked(self, device: str) -> None:
        if not any(one.device == device for one in self._handle.unlocked):
            raise locked_error(f"{device} in {self._image} is encrypted, and locked")

    def reach(self, device: str) -> None:
        """Have a device there that was named, unlocking what may hide it.

        Raises:
            NotFound: it is not there, whatever is unlocked.
        """
        try:
            self._handle.blockdev_getsize64(device)
        except NotFound as error:
            if self._ask_for_all():
                self._handle.blockdev_getsize64(device)
                return
            if volumes := self._locked():
                error.remedy = f"It may be in what is locked: {_names(volumes)}. {REMEDY}"
            raise


def locked_error(message: str) -> GuestError:
    """Return the error of what is locked, with what to do on the command line."""
    error = Encrypted(message, procedure="mount", errno_name="ENCRYPTED")
    error.remedy = REMEDY
    return error


def certainly_locked(survey: Survey) -> list[Filesystem]:
    """Return the encrypted volumes that are locked, without those that may be none."""
    return [volume for volume in locked(survey.filesystems) if volume.vfs_type not in UNCERTAIN]


def why_not_shown(image: str, survey: Survey) -> GuestError | None:
    """Return what is to be said of what is locked in an image; None if nothing is."""
    volumes = locked(survey.filesystems)
    if volumes and not certainly_locked(survey):
        return locked_error(f"{image} holds nothing that is known, and may be encrypted (VeraCrypt): {_names(volumes)}")
    return locked_error(f"{image} is encrypted, and locked: {_names(volumes)}") if volumes else None


def _names(volumes: list[Filesystem]) -> str:
    return ", ".join(volume.mountable for volume in volumes)
