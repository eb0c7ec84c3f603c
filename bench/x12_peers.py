"""How fast others write professional claims, on the text that we wrote: pyx12's segment writer and x12sdk's models.

Only the writing is measured: pyx12 gets its segments ready, x12sdk its models. Both are asked for fewer claims than
we are, for they are slow; the rate does not depend on the number.
"""

import io
from collections.abc import Callable

from pyx12.segment import Segment
from pyx12.x12file import X12Writer
from x12sdk.io import X12ModelReader


def peer_jobs(text: str, claims: int) -> dict[str, tuple[int, Callable[[], object]]]:
    """Return what is to be measured, by its name, with the number of claims it writes.

    Args:
        text: an interchange in the usual delimiters.
        claims: how many it holds.
    """
    segments = [Segment(f"{piece}~", "~", "*", ":", "^") for piece in text.rstrip("~").split("~")]
    with X12ModelReader(text) as reader:
        models = list(reader.models())

    def write_segments() -> str:
        out = io.StringIO()
        writer = X12Writer(out, "~", "*", ":", "", "^")
        for one in segments:
            writer.Write(one)
        return out.getvalue()

    return {
        "pyx12 X12Writer": (claims, write_segments),
        "x12sdk models": (claims, lambda: [model.x12() for model in models]),
    }
