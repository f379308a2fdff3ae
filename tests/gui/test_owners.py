"""Names of users come from the image, and are shown as harmlessly as its file names."""

from __future__ import annotations

from cutaway_app.names import user_names

PASSWD = (
    b"root:x:0:0:root:/root:/bin/sh\nev\xe2\x80\xaeil:x:7:7::/:\nca\xe9f:x:8:8::/:\n"
    b"no number:x:many::\nshort:x\nbell\x07:x:9:9::/:\n"
)


def test_a_name_cannot_change_what_stands_around_it() -> None:
    assert user_names(PASSWD) == {0: "root", 7: "ev\\u202eil", 8: "ca\\xe9f", 9: "bell\\x07"}
