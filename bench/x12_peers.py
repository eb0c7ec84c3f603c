"""How fast others write professional claims, on the text that we wrote: pyx12's segment writer and x12sdk's models.

Only the writing is measured: pyx12 gets its segments ready, x12sdk its models. Beside it stands pyx12 making its
segments of text, too, as whoever writes with it must: we begin with a claim's values. They are asked for fewer claims
than we are, for they are slow; the rate does not depend on the number.
"""

import io
from collections.abc import Callable, Iterable

from pyx12.segment import Segment
from pyx12.x12file import X12Writer
from x12sdk.io import X12ModelReader


def peer_jobs(text: str, claims: int) -> dict[str, tuple[int, Callable[[], object]]]:
    """Return what is to be measured, by its name, with the number of claims it writes.

    Args:
        text: an interchange in the usual delimiters.
        claims: how many it holds.
    """
    pieces = [f"{piece}~" for piece in text.rstrip("~").split("~")]
    segments = [Segment(piece, "~", "*", ":", "^") for piece in pieces]
    with X12ModelReader(text) as reader:
        models = list(reader.models())

    def write_all(made: Iterable[Segment]) -> str:
        out = io.StringIO()
        writer = X12Writer(out, "~", "*", ":", "", "^")
        for one in made:
            writer.Write(one)
        return out.getvalue()

    return {
        "pyx12 X12Writer": (claims, lambda: write_all(segments)),
        "pyx12, its segments made": (
            claims,
            lambda: write_all(Segment(piece, "~", "*", ":", "^") for piece in pieces),
        ),
        "x12sdk models": (claims, lambda: [model.x12() for model in models]),
    }
