"""Medicare's code files in the database: loading them, and what they say of the codes that are charged here.

How a file is read is for billing/cms; what a row means for a line, for billing/rules.
"""

from billing.reference.loading import Loaded, Wanted, load_code_files, remove_code_file

__all__ = ["Loaded", "Wanted", "load_code_files", "remove_code_file"]
