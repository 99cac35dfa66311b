"""Numbers of an organisation from those of its teams: partial results of scopes, joined without loss. Pure.

``partial_of`` keeps of a view what its numbers are made of; ``merged`` puts several of these together and
lets the metrics themselves look at it. What a metric reads by row stands in a partial: begin there.
"""
