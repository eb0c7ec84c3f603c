"""Hands on the browser to the stories of this folder."""

from tests.browser import open_as
from tests.looks import windows

__all__ = ["open_as", "windows"]
