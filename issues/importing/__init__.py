"""History from elsewhere: orders of a hotline, another system's cases, as CSV or Excel, through a mapping file.

`mapping` says how to read a file, `rows` reads it line by line, `history` writes issues with their ledger.
"""

from issues.importing.history import Result, import_issues
from issues.importing.mapping import BadMapping, Mapping, load_mapping

__all__ = ["BadMapping", "Mapping", "Result", "import_issues", "load_mapping"]
