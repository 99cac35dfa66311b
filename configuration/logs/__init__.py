"""Log lines from a call of ``logger`` to a line in a file: queue, records, rotation, and what is blacked out.

The front desk is ``configuration/logging_config.py``. Begin with ``queue.py`` for the way of a record and
with ``redaction.py`` for how secrets are kept out of it.
"""
