"""Mutation tests: change one thing of the code that must not be wrong, and see whether a test notices.

``make mutants`` takes a fixed sample of the mutants of each file in ``TARGETS``;
``python -m tools.mutants --all`` takes every one, and paths of sources narrow it.
A mutant is one small change (``changes``), made in memory. It runs in a fork
against the tests that belong to its file (``runs``) and dies when one of them
fails or does not end. Survivors are printed with their line; those that change
nothing that anybody could see stand in ``explained.toml``, each with its reason.
"""

# Which tests belong to which source; a folder stands for all files in it.
TARGETS: dict[str, tuple[str, ...]] = {
    "data/model/statistics.py": ("tests/unit/data/model/test_statistics.py",),
    "data/model/periods.py": ("tests/unit/data/model/test_periods.py",),
    "data/meaning/intervals.py": ("tests/unit/data/meaning/test_intervals.py",),
    "data/jira_query_manager.py": ("tests/unit/data/test_jira_query_manager.py",),
    "data/cache_manager.py": ("tests/unit/data/test_cache_manager.py",),
    "configuration/logs/redaction.py": ("tests/unit/configuration/logs/test_redaction.py",),
    "data/metrics": ("tests/unit/data/metrics",),
}
