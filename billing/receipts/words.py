"""What went wrong in words, without a value that could be a patient's."""

import traceback
from pathlib import Path

from django.db import DatabaseError


def in_words(error: Exception) -> str:
    """Say what kept a file from being stored or read."""
    if isinstance(error, OSError):
        reason = (error.strerror or type(error).__name__).lower()
        return f"The file could not be put into the temporary folder: {reason}. It is tried again."
    if isinstance(error, DatabaseError):
        return f"The database did not take it ({type(error).__name__}). Nothing of it was posted; it is tried again."
    return (
        f"Something is wrong in the program ({type(error).__name__}). Nothing of it was posted; tell the administrator."
    )


def place_of(error: BaseException) -> str:
    """Return the line of ours in which it happened: an error's own text may quote rows, so it is not logged."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "billing" in Path(frame.filename).parts]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
