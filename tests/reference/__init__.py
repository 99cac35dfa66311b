"""A second, plain program for every metric, written from specs/metrics.md alone.

It shares no line with the engine: dictionaries, lists and whole milliseconds
instead of columns. That both give the same numbers is the test.
"""

from tests.reference.compare import assert_documents_equal
from tests.reference.document import reference_metrics

__all__ = ["assert_documents_equal", "reference_metrics"]
