"""The claims that a course would give if everything open were released now: in words, in segments, with every fault.

Made by the export's own statements, checks and writer, in a transaction that is rolled back: nothing is stored or sent.
"""

from billing.previews.preview import LeftLine, Preview, PreviewedClaim, PreviewFault, preview_course

__all__ = ["LeftLine", "Preview", "PreviewFault", "PreviewedClaim", "preview_course"]
