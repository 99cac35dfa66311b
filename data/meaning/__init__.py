"""What issues mean to a team: status intervals, starts, completions, deployments, incidents. Pure.

Begin with ``delivery.py``, which derives all of it as of one instant; where a status becomes *in progress*
is ``workflow.py``. The team's own names end here.
"""
