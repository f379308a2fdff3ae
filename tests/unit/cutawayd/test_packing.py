"""Whatever an image holds, messages fit: numbers into 64 bits, pages into a megabyte, answers into a message."""

from __future__ import annotations

from typing import Any

import pytest
from cutaway.protocol.framing import MESSAGE_MAX
from cutaway.protocol.messages import Page, Reply, decode_message
from cutawayd.packing import INT_MAX, INT_MIN, pack
from cutawayd.refusal import Refusal
from cutawayd.work import PAGE_BYTES, Work


def unpacked(frame: bytes) -> Any:
    assert int.from_bytes(frame[:4], "big") == len(frame) - 4
    return decode_message(frame[4:])


def test_a_message_is_packed_with_its_length() -> None:
    assert unpacked(pack(Reply(3, [b"\xff", "\udcff", None, True]))) == Reply(3, [b"\xff", "\udcff", None, True])


@pytest.mark.parametrize(("value", "sent"), [(10**30, INT_MAX), (-(10**30), INT_MIN)])
def test_numbers_beyond_64_bits_are_clamped(value: int, sent: int) -> None:
    reply = unpacked(pack(Reply(3, [{"a": (value, 5, True)}, value])))
    assert reply.value == [{"a": [sent, 5, True]}, sent]
    assert reply.value[0]["a"][2] is True


def test_an_answer_that_is_too_long_is_refused() -> None:
    assert len(pack(Reply(3, bytes(MESSAGE_MAX - 100)))) <= MESSAGE_MAX + 4
    with pytest.raises(Refusal, match="too long") as caught:
        pack(Reply(3, bytes(MESSAGE_MAX)))
    assert caught.value.errno_name == "EFBIG"


@pytest.fixture
def sent(host: Any, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Give the list of all frames that go out from now on."""
    frames: list[bytes] = []
    monkeypatch.setattr(host.port, "send_frame", frames.append)
    return frames


def test_the_first_page_is_small_and_none_is_large(sent: list[bytes], work: Work) -> None:
    work.send_pages([number, bytes(1000)] for number in range(4000))
    pages = [unpacked(frame) for frame in sent]
    assert all(isinstance(page, Page) for page in pages)
    assert len(pages[0].items) <= 200
    assert [item[0] for page in pages for item in page.items] == list(range(4000))
    assert max(map(len, sent)) <= PAGE_BYTES


def test_one_item_may_be_longer_than_a_page_but_not_than_a_message(sent: list[bytes], work: Work) -> None:
    work.send_pages([b"a", bytes(2 << 20), b"b"])
    assert [len(unpacked(frame).items[0]) for frame in sent] == [1, 2 << 20, 1]
    with pytest.raises(Refusal):
        work.send_pages([b"a", bytes(MESSAGE_MAX)])


def test_nothing_to_list_is_no_page(sent: list[bytes], work: Work) -> None:
    work.send_pages([])
    assert sent == []
