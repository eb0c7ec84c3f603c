"""Where the words for an unlisted code go: the line's description, and what is longer its note (SV101-7, NTE*ADD)."""

LONGEST = 80


def split_narrative(text: str) -> tuple[str, str]:
    """Return a narrative as description and note, parted between two words.

    The description takes at most 80 characters. A note of more than 80 is left to the check, which says so: then the
    report itself should go along as an attachment.

    >>> split_narrative("PLANNING ON A PHANTOM")
    ('PLANNING ON A PHANTOM', '')
    """
    words = " ".join(text.split())
    if len(words) <= LONGEST:
        return words, ""
    end = words.rfind(" ", 0, LONGEST + 1)
    end = end if end > 0 else LONGEST
    return words[:end], words[end:].strip()
