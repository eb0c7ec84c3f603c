"""Claims on paper, for the payer that wants them so: CMS-1500 (02/12) and UB-04 as PDF.

The forms themselves are licensed and bought as paper: only the data is printed, on the positions of the form, or on a
plain grid of our own. A claim that a form cannot carry whole is not printed, and said; nothing is cut. Pure: values in,
bytes out; whether a claim is right is asked in billing/x12/checking before.
"""

from billing.paper.alignment import write_alignment
from billing.paper.cms1500 import write_cms1500
from billing.paper.forms import Offset, Printed
from billing.paper.sheets import LeftOut, PaperFault
from billing.paper.ub04 import write_ub04

__all__ = ["LeftOut", "Offset", "PaperFault", "Printed", "write_alignment", "write_cms1500", "write_ub04"]
