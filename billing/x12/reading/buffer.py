"""Bytes as text, a piece at a time: one character a byte, so that a character's place is the byte's."""

from collections.abc import Iterable, Iterator

_PIECE = 1 << 16


class Buffer:
    """The part of a file that is at hand.

    Args:
        source: the file, whole or in pieces of any size.
    """

    def __init__(self, source: bytes | Iterable[bytes]) -> None:
        self.text = ""
        self.at = 0
        """Byte of the file at which ``text`` begins."""
        self.is_over = False
        """Nothing comes after ``text``."""
        self._pieces = _pieces_of(source)

    def fill(self) -> bool:
        """Take the next piece of the file; return whether there was one."""
        piece = next(self._pieces, None)
        if piece is None:
            self.is_over = True
            return False
        self.text += piece
        return True

    def reach(self, length: int) -> None:
        """Fill until so many characters are at hand, or the file is over."""
        while len(self.text) < length and self.fill():
            pass

    def take(self, length: int) -> str:
        """Return the next characters and go past them."""
        taken, self.text = self.text[:length], self.text[length:]
        self.at += len(taken)
        return taken


def _pieces_of(source: bytes | Iterable[bytes]) -> Iterator[str]:
    for block in (source,) if isinstance(source, bytes) else source:
        for start in range(0, len(block), _PIECE):
            yield block[start : start + _PIECE].decode("latin-1")
