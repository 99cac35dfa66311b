"""What the calculators share: the masks that several metrics of one view ask for."""

from functools import cached_property

import numpy as np

from data.delivery import DeliveryTables
from data.periods import Window
from data.tables import Codes, Flags


class CalculationContext:
    """Delivery tables, a window and a choice of issues, with the masks that metrics share.

    Each mask is a named property that is computed once, so two metrics of one
    view cannot ask for the same filter twice, nor mistake one for another.

    Args:
        delivery: tables as of the window's T.
        window: the period.
        chosen: rows that the view's filters let through; None: all.
        projects: project keys that the view is limited to; empty: all.
    """

    def __init__(
        self,
        delivery: DeliveryTables,
        window: Window,
        chosen: Flags | None = None,
        projects: frozenset[str] = frozenset(),
    ) -> None:
        self.delivery = delivery
        self.window = window
        self.chosen = chosen
        self.projects = projects

    def over(self, window: Window) -> "CalculationContext":
        """Return the same choice over another period."""
        return CalculationContext(self.delivery, window, self.chosen, self.projects)

    @cached_property
    def flow_items(self) -> Flags:
        """Rows that are in scope, pass the filters and exist at T."""
        mask = self.delivery.in_scope & self.delivery.exists
        return mask if self.chosen is None else mask & self.chosen

    @cached_property
    def completed(self) -> Flags:
        """Flow items completed in the period."""
        at = self.delivery.completed_at
        return self.flow_items & (at >= self.window.lo) & (at < self.window.end)

    @cached_property
    def delivered(self) -> Flags:
        """Flow items completed in the period with a resolution that delivers."""
        return self.completed & ~self.delivery.not_delivered

    @cached_property
    def completed_week(self) -> Codes:
        """Place of the week in which each row was completed; meaningless outside ``completed``."""
        return (np.searchsorted(self.window.edges, self.delivery.completed_at, side="right") - 1).astype(
            np.int32
        )
