"""The Settings page behind its sections: profiles, rules, and the page that puts the sections together.

Begin with ``page.py``; connection and mapping, which the specification names, are a floor above in
``callbacks/jira_config.py`` and ``callbacks/field_mapping.py``.
"""
