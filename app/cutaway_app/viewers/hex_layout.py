"""Where what stands in a hex view, and how far its scroll bar reaches. Pure.

Qt's scroll bars hold 32 bits; beyond that each step of the bar is several rows.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Bytes of a row where there is room, and where there is less and less.
ROW_BYTES, NARROW_BYTES, NARROWEST_BYTES = 16, 8, 4
_MAX_BAR = 1 << 30


@dataclass(frozen=True)
class HexLayout:
    """Columns in units of one character's width, rows in units of one line's height."""

    size: int
    row_bytes: int = ROW_BYTES

    def fitting(self, columns: int) -> HexLayout:
        """Return a layout of the same bytes whose rows are no wider than that, if there is one."""
        layouts = [HexLayout(self.size, count) for count in (ROW_BYTES, NARROW_BYTES, NARROWEST_BYTES)]
        return next((layout for layout in layouts if layout.columns <= columns), layouts[-1])

    @property
    def row_count(self) -> int:
        """How many rows there are, at least one."""
        return max(1, -(-self.size // self.row_bytes))

    @property
    def offset_digits(self) -> int:
        """How many digits an offset needs."""
        return max(8, len(f"{max(0, self.size - 1):x}"))

    def hex_column(self, place: int) -> int:
        """Return where the two digits of a row's byte begin."""
        is_second_half = self.row_bytes == ROW_BYTES and place >= ROW_BYTES // 2
        return self.offset_digits + 2 + place * 3 + (1 if is_second_half else 0)

    def text_column(self, place: int) -> int:
        """Return where the character of a row's byte stands."""
        return self.hex_column(self.row_bytes - 1) + 3 + place

    @property
    def columns(self) -> int:
        """How many characters a row is wide."""
        return self.text_column(self.row_bytes - 1) + 1

    def place_at(self, column: float) -> int:
        """Return which byte of a row is meant by a column."""
        if column >= self.text_column(0):
            return min(self.row_bytes - 1, int(column) - self.text_column(0))
        places = [place for place in range(self.row_bytes) if self.hex_column(place) <= column + 0.5]
        return places[-1] if places else 0

    def bar_maximum(self, visible_rows: int) -> int:
        """Return the largest value of the scroll bar."""
        return min(self._hidden_rows(visible_rows), _MAX_BAR)

    def row_of_bar(self, value: int, visible_rows: int) -> int:
        """Return the first visible row for a value of the scroll bar."""
        hidden = self._hidden_rows(visible_rows)
        return value if hidden <= _MAX_BAR else value * hidden // _MAX_BAR

    def bar_of_row(self, row: int, visible_rows: int) -> int:
        """Return the value of the scroll bar that stands for a first visible row."""
        hidden = self._hidden_rows(visible_rows)
        row = min(max(0, row), hidden)
        return row if hidden <= _MAX_BAR else row * _MAX_BAR // hidden

    def _hidden_rows(self, visible_rows: int) -> int:
        return max(0, self.row_count - visible_rows)


def parse_offset(text: str) -> int | None:
    """Return an offset as a person writes it: 4096, 0x1000, 1000h; None if it is none."""
    text = text.strip().lower().replace("_", "").replace(" ", "")
    try:
        offset = int(text[:-1], 16) if text.endswith("h") else int(text, 0)
    except ValueError:
        return None
    return offset if offset >= 0 else None
