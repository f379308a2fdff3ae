"""Names, order and defaults of arguments are libguestfs'; the table holds them as facts, one call a line."""

from __future__ import annotations

import inspect

import pytest
from cutaway.compat.guestfs import GuestFS
from cutaway.compat.signatures import shared_calls

EXPECTED = {
    "list_devices": "",
    "list_partitions": "",
    "list_filesystems": "",
    "vfs_type": "mountable",
    "vfs_label": "mountable",
    "vfs_uuid": "mountable",
    "blockdev_getsize64": "device",
    "mount": "mountable mountpoint",
    "mount_ro": "mountable mountpoint",
    "mount_options": "options mountable mountpoint",
    "umount": "pathordevice force=None lazyunmount=None",
    "umount_all": "",
    "mounts": "",
    "mountpoints": "",
    "mkmountpoint": "exemptpath",
    "stat": "path",
    "lstat": "path",
    "lstatnslist": "path names",
    "exists": "path",
    "is_file": "path followsymlinks=None",
    "is_dir": "path followsymlinks=None",
    "is_symlink": "path",
    "readlink": "path",
    "realpath": "path",
    "getxattrs": "path",
    "lgetxattrs": "path",
    "cat": "path",
    "read_file": "path",
    "pread": "path count offset",
    "head": "path",
    "head_n": "nrlines path",
    "tail": "path",
    "tail_n": "nrlines path",
    "file": "path",
    "checksum": "csumtype path",
    "filesize": "file",
    "grep": "regex path extended=None fixed=None insensitive=None compressed=None",
    "egrep": "regex path",
    "fgrep": "pattern path",
    "fgrepi": "pattern path",
    "zfgrepi": "regex path",
    "ls": "directory",
    "ll": "directory",
    "readdir": "dir",
    "find": "directory",
    "du": "path",
    "statvfs": "path",
    "df": "",
    "mkdir": "path",
    "download": "remotefilename filename",
    "download_offset": "remotefilename filename offset size",
    "tar_out": "directory tarfile compress=None numericowner=None excludes=None xattrs=None selinux=None acls=None",
    "upload": "filename remotefilename",
    "pvs": "",
    "vgs": "",
    "lvs": "",
    "pvs_full": "",
    "vgs_full": "",
    "lvs_full": "",
    "vg_activate_all": "activate",
    "list_md_devices": "",
    "md_detail": "md",
    "md_create": "name devices missingbitmap=None nrdevices=None spare=None chunk=None level=None",
    "md_stop": "md",
    "inspect_os": "",
    "inspect_get_roots": "",
    "inspect_get_type": "root",
    "inspect_get_distro": "root",
    "inspect_get_product_name": "root",
    "inspect_get_major_version": "root",
    "inspect_get_minor_version": "root",
    "inspect_get_hostname": "root",
    "inspect_get_arch": "root",
    "inspect_get_mountpoints": "root",
    "inspect_get_package_format": "root",
    "ping_daemon": "",
    "available": "groups",
    "feature_available": "groups",
    "sync": "",
    "drop_caches": "whattodrop",
    "dmesg": "",
    "part_init": "device parttype",
    "part_add": "device prlogex startsect endsect",
    "pvcreate": "device",
    "vgcreate": "volgroup physvols",
    "lvcreate": "logvol volgroup mbytes",
    "mkfs": "fstype device blocksize=None features=None inode=None sectorsize=None label=None",
    "mkswap": "device label=None uuid=None",
    "add_drive": (
        "filename readonly=None format=None iface=None name=None label=None protocol=None server=None username=None "
        "secret=None cachemode=None discard=None copyonread=None blocksize=None"
    ),
    "add_drive_ro": "filename",
    "add_drive_scratch": "size name=None label=None blocksize=None",
    "launch": "",
    "shutdown": "",
    "copy_out": "remotepath localdir",
    "set_event_callback": "cb event_bitmask",
    "delete_event_callback": "event_handle",
    "set_recovery_proc": "recoveryproc",
    "set_memsize": "memsize",
    "set_verbose": "verbose",
    "set_tmpdir": "tmpdir",
    "lstatlist": "path names",
    "is_blockdev": "path followsymlinks=None",
    "disk_format": "filename",
    "part_list": "device",
    "cryptsetup_open": "device key mapname readonly=None crypttype=None",
    "cryptsetup_close": "device",
    "luks_uuid": "device",
    "luks_open": "device key mapname",
    "luks_open_ro": "device key mapname",
    "luks_close": "device",
    "part_disk": "device parttype",
    "part_del": "device partnum",
    "part_resize": "device partnum endsect",
    "part_get_parttype": "device",
    "part_set_bootable": "device partnum bootable",
    "part_get_bootable": "device partnum",
    "part_set_name": "device partnum name",
    "part_get_name": "device partnum",
    "part_set_mbr_id": "device partnum idbyte",
    "part_get_mbr_id": "device partnum",
    "part_get_mbr_part_type": "device partnum",
    "part_set_gpt_type": "device partnum guid",
    "part_get_gpt_type": "device partnum",
    "part_set_gpt_guid": "device partnum guid",
    "part_get_gpt_guid": "device partnum",
    "part_set_gpt_attributes": "device partnum attributes",
    "part_get_gpt_attributes": "device partnum",
    "part_set_disk_guid": "device guid",
    "part_set_disk_guid_random": "device",
    "part_get_disk_guid": "device",
    "part_expand_gpt": "device",
    "part_to_dev": "partition",
    "part_to_partnum": "partition",
    "blockdev_setro": "device",
    "blockdev_setrw": "device",
    "blockdev_getro": "device",
    "blockdev_getss": "device",
    "blockdev_getbsz": "device",
    "blockdev_setra": "device sectors",
    "blockdev_flushbufs": "device",
    "blockdev_rereadpt": "device",
    "lvm_remove_all": "",
    "lvremove": "device",
    "vgremove": "vgname",
    "pvremove": "device",
    "pvresize": "device",
    "pvresize_size": "device size",
    "vg_activate": "activate volgroups",
    "lvcreate_free": "logvol volgroup percent",
    "lvresize": "device mbytes",
    "lvresize_free": "lv percent",
    "lvrename": "logvol newlogvol",
    "vgrename": "volgroup newvolgroup",
    "pvuuid": "device",
    "vguuid": "vgname",
    "lvuuid": "device",
    "vgpvuuids": "vgname",
    "vglvuuids": "vgname",
    "lvm_canonical_lv_name": "lvname",
    "lvm_scan": "activate",
    "vgmeta": "vgname",
    "pvchange_uuid": "device",
    "pvchange_uuid_all": "",
    "vgchange_uuid": "vg",
    "vgchange_uuid_all": "",
    "lvm_set_filter": "devices",
    "lvm_clear_filter": "",
    "fsck": "fstype device",
    "set_label": "mountable label",
    "set_uuid": "device uuid",
    "set_uuid_random": "device",
    "vfs_minimum_size": "mountable",
    "blkid": "device",
    "findfs_uuid": "uuid",
    "findfs_label": "label",
    "findfs_partuuid": "uuid",
    "findfs_partlabel": "label",
    "filesystem_available": "filesystem",
    "fstrim": "mountpoint offset=None length=None minimumfreeextent=None",
    "mklost_and_found": "mountpoint",
    "zero_free_space": "directory",
    "e2fsck": "device correct=None forceall=None forceno=None",
    "resize2fs": "device",
    "resize2fs_size": "device size",
    "resize2fs_M": "device",
    "tune2fs": (
        "device force=None maxmountcount=None mountcount=None errorbehavior=None group=None "
        "intervalbetweenchecks=None reservedblockspercentage=None lastmounteddirectory=None "
        "reservedblockscount=None user=None"
    ),
    "tune2fs_l": "device",
    "mke2fs": (
        "device blockscount=None blocksize=None fragsize=None blockspergroup=None numberofgroups=None "
        "bytesperinode=None inodesize=None journalsize=None numberofinodes=None stridesize=None "
        "stripewidth=None maxonlineresize=None reservedblockspercentage=None mmpupdateinterval=None "
        "journaldevice=None label=None lastmounteddir=None creatoros=None fstype=None usagetype=None "
        "uuid=None forcecreate=None writesbandgrouponly=None lazyitableinit=None lazyjournalinit=None "
        "testfs=None discard=None quotatype=None extent=None filetype=None flexbg=None hasjournal=None "
        "journaldev=None largefile=None quota=None resizeinode=None sparsesuper=None uninitbg=None"
    ),
    "zerofree": "device",
    "xfs_info2": "pathordevice",
    "xfs_growfs": (
        "path datasec=None logsec=None rtsec=None datasize=None logsize=None rtsize=None rtextsize=None maxpct=None"
    ),
    "xfs_admin": (
        "device extunwritten=None imgfile=None v2log=None projid32bit=None lazycounter=None label=None uuid=None"
    ),
    "xfs_repair": (
        "device forcelogzero=None nomodify=None noprefetch=None forcegeometry=None maxmem=None ihashsize=None "
        "bhashsize=None agstride=None logdev=None rtdev=None"
    ),
    "ntfs_3g_probe": "rw device",
    "ntfsfix": "device clearbadsectors=None",
    "ntfsresize": "device size=None force=None",
    "mkswap_file": "path",
    "swapon_device": "device",
    "swapoff_device": "device",
    "swapon_file": "file",
    "swapoff_file": "file",
    "swapon_label": "label",
    "swapoff_label": "label",
    "swapon_uuid": "uuid",
    "swapoff_uuid": "uuid",
    "pread_device": "device count offset",
    "pwrite_device": "device content offset",
    "zero": "device",
    "zero_device": "device",
    "is_zero_device": "device",
    "wipefs": "device",
    "blkdiscard": "device",
    "blkdiscardzeroes": "device",
    "scrub_device": "device",
    "scrub_file": "file",
    "scrub_freespace": "dir",
    "copy_device_to_device": "src dest srcoffset=None destoffset=None size=None sparse=None append=None",
    "copy_device_to_file": "src dest srcoffset=None destoffset=None size=None sparse=None append=None",
    "copy_file_to_device": "src dest srcoffset=None destoffset=None size=None sparse=None append=None",
    "copy_size": "src dest size",
    "btrfs_quota_enable": "fs enable",
    "btrfs_quota_rescan": "fs",
    "btrfs_qgroup_limit": "subvolume size",
    "btrfs_qgroup_create": "qgroupid subvolume",
    "btrfs_qgroup_destroy": "qgroupid subvolume",
    "btrfs_qgroup_show": "path",
    "btrfs_qgroup_assign": "src dst path",
    "btrfs_qgroup_remove": "src dst path",
    "btrfs_scrub_start": "path",
    "btrfs_scrub_cancel": "path",
    "btrfs_scrub_resume": "path",
    "btrfs_scrub_status": "path",
    "btrfs_scrub_full": "path readonly=None",
    "btrfs_rescue_chunk_recover": "device",
    "btrfs_rescue_super_recover": "device",
    "btrfs_fsck": "device superblock=None repair=None",
    "btrfstune_seeding": "device seeding",
    "btrfstune_enable_extended_inode_refs": "device",
    "btrfstune_enable_skinny_metadata_extent_refs": "device",
    "btrfs_image": "source image compresslevel=None",
    "mkfs_btrfs": (
        "devices allocstart=None bytecount=None datatype=None leafsize=None label=None metadata=None "
        "nodesize=None sectorsize=None"
    ),
    "btrfs_subvolume_create": "dest qgroupid=None",
    "btrfs_subvolume_delete": "subvolume",
    "btrfs_subvolume_snapshot": "source dest ro=None qgroupid=None",
    "btrfs_subvolume_list": "fs",
    "btrfs_subvolume_set_default": "id fs",
    "btrfs_subvolume_get_default": "fs",
    "btrfs_subvolume_show": "subvolume",
    "btrfs_filesystem_show": "device",
    "btrfs_filesystem_resize": "mountpoint size=None",
    "btrfs_filesystem_sync": "fs",
    "btrfs_filesystem_defragment": "path flush=None compress=None",
    "btrfs_filesystem_balance": "fs",
    "btrfs_balance_pause": "path",
    "btrfs_balance_cancel": "path",
    "btrfs_balance_resume": "path",
    "btrfs_balance_status": "path",
    "btrfs_device_add": "devices fs",
    "btrfs_device_delete": "devices fs",
    "btrfs_replace": "srcdev targetdev mntpoint",
    "luks_format": "device key keyslot",
    "luks_format_cipher": "device key keyslot cipher",
    "luks_add_key": "device key newkey keyslot",
    "luks_kill_slot": "device key keyslot",
    "isoinfo_device": "device",
    "isoinfo": "isofile",
    "md_stat": "md",
    "f2fs_expand": "device",
    "mount_vfs": "options vfstype mountable mountpoint",
    "modprobe": "modulename",
}


def described(name: str) -> str:
    parameters = list(inspect.signature(getattr(GuestFS, name)).parameters.values())[1:]
    return " ".join(item.name if item.default is item.empty else f"{item.name}={item.default}" for item in parameters)


@pytest.mark.parametrize("name", EXPECTED)
def test_arguments_are_those_of_libguestfs(name: str) -> None:
    assert described(name) == EXPECTED[name]


def test_every_shared_call_has_its_line_in_the_table() -> None:
    assert set(shared_calls()) - set(EXPECTED) == set()


@pytest.mark.parametrize(
    "name", ["add_drive", "grep", "is_dir", "is_file", "mkfs", "mkswap", "tar_out", "umount", "is_fifo"]
)
def test_the_second_name_of_a_call_takes_the_same(name: str) -> None:
    assert described(f"{name}_opts") == described(name)


def test_the_constructor_takes_what_libguestfs_takes() -> None:
    parameters = inspect.signature(GuestFS).parameters
    assert {name: item.default for name, item in parameters.items()} == {
        "python_return_dict": False,
        "environment": True,
        "close_on_exit": True,
    }


def test_a_call_that_cutaway_has_not_is_not_there() -> None:
    assert not hasattr(GuestFS, "aug_init")
    assert not hasattr(GuestFS, "survey")
