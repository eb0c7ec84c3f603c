"""What is wrong with a finished file of claims: reads the text again and lists every fault with its place.

It trusts nothing that the writer knew. It knows the loops that this product writes; a segment of any other is a fault.
"""

from billing.x12.inspect_837.faults import FileFault
from billing.x12.inspect_837.interchange import inspect_837

__all__ = ["FileFault", "inspect_837"]
