"""How a Jira is asked and how its answers become issue rows, in both dialects.

The front desk is ``data/jira_simple.py``, which lists the stations of a request. Begin with ``reading.py``
(from a query to rows) and ``site.py`` (one Jira as an account sees it). A page is decoded in ``dialects.py``
and its issues in ``issue_rows.py``; Jira's field names end there. What companies put before a Jira is met in
``tls.py`` (whom to trust), ``proxy.py`` and ``extra_headers.py``.
"""
