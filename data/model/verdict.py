"""What is said of a comparison, in the same words on the page, in the report, in tables and in the CSV."""

from data.model.metric import Change, MetricResult

FLAT = "no clear change"
TOO_FEW_WEEKS = "too few whole weeks to compare"
TOO_FEW_DEPLOYMENTS = "too few deployments to compare"
LEAST_P = 0.001  # what is smaller need not be told apart


def verdict(result: MetricResult) -> str:
    """Return whether a number has changed, and how sure that is; "" where nothing is compared.

    ``flat`` means that no change is clear, and never that nothing has changed. A
    stock is not compared, nor is a number with nothing before it.
    """
    previous = result.previous
    if result.kind == "stock" or result.value is None or previous is None or previous.value is None:
        return ""
    if result.trend == "unknown":
        return TOO_FEW_DEPLOYMENTS if result.kind == "proportion" else TOO_FEW_WEEKS
    if result.trend == "flat":
        return FLAT
    return f"clearly {result.trend}" if result.confidence == "strong" else f"{result.trend}, likely"


def change_words(change: Change | None) -> str:
    """Return how a difference was held against chance; "" where it was not."""
    if change is None:
        return ""
    now, before = change.units
    if change.interval is None:
        assert change.p is not None
        chance = f"p = {change.p:.2g}" if change.p >= LEAST_P else f"p < {LEAST_P}"
        return f"rank-sum test of {now} whole weeks against {before}, {chance}"
    low, high = change.interval
    return (
        f"difference {low:+.1f} to {high:+.1f} percentage points (95 %), {now} deployments against {before}"
    )


def target_verdict(result: MetricResult) -> str:
    """Return whether a number is where it should be, ``target 5 days: kept``; "" without a target."""
    target = result.target
    if target is None:
        return ""
    unit = "%" if result.unit == "percent" else result.unit
    return f"target {target.value:g} {unit}: {target.state or 'nothing to hold against it'}"


def target_grounds(result: MetricResult) -> str:
    """Return what a verdict on a target rests on; "" without one."""
    target = result.target
    if target is None or target.state is None:
        return ""
    if target.weeks is not None:
        above, below = target.weeks
        told = f"{above} whole week{'' if above == 1 else 's'} above it, {below} below"
        return f"{told}, which chance alone may give" if target.state == "near" else told
    where = "inside" if target.state == "near" else "outside"
    return f"it lies {where} the 95 % interval of the value"
