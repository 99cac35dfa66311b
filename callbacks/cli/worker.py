"""The command that works off the syncs of a server."""

import signal

import click

from callbacks.cli.answers import say
from callbacks.cli.invocation import Command, Invocation


@click.command("worker", cls=Command)
@click.option("--jobs", type=click.IntRange(1, 32), default=4, help="Syncs at once (default 4).")
@click.pass_obj
def worker_command(invocation: Invocation, jobs: int) -> None:
    """Run the syncs that wait on a server, and those that are due."""
    from data.intake.background import Schedules, Syncs, refer  # noqa: PLC0415  # takes long to import
    from data.intake.worker import Worker  # noqa: PLC0415
    from data.monitoring.endpoint import watched  # noqa: PLC0415

    home, environment = invocation.home, invocation.environment
    syncs, schedules = Syncs(home, environment), Schedules(home, environment)
    counters = watched(home, environment)
    perform = syncs.named if counters is None else counters.counting(home, syncs.named)
    worker = Worker(home, perform, schedules.minutes, refer, jobs)
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):  # the last is what Windows sends for Ctrl-Break
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: worker.stop())
    try:
        worker.run(lambda: say("Throughline takes the syncs that wait."))
    finally:
        syncs.stop()
