"""How a command ends early: a sentence on stderr and an exit status."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from cpe_agent import ending

if TYPE_CHECKING:
    from collections.abc import Iterator

HEALTHY, FAULT, USAGE, INCONCLUSIVE, CANNOT_RUN = 0, 1, 2, 3, ending.CANNOT_RUN
STATUS = {"healthy": HEALTHY, "fault": FAULT, "inconclusive": INCONCLUSIVE}


class Stop(click.ClickException):
    """A sentence on stderr and an exit status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        setattr(self, "exit_code", status)  # noqa: B010  # click declares a class variable and reads the instance

    def show(self, file: Any = None) -> None:
        click.echo(f"cpe-agent: {self.message}", file=file or sys.stderr)


@contextmanager
def ending_well() -> Iterator[None]:
    """Interrupted, or its answer no longer wanted (``| head -1``), it could not run: click's own ending of both would
    be the status of a named fault."""
    try:
        yield
    except KeyboardInterrupt:
        raise Stop(ending.SENTENCE, CANNOT_RUN) from None
    except OSError as error:
        from errno import ENOSPC, EPIPE

        if error.errno not in (EPIPE, ENOSPC):
            raise
        ending.hush_stdout()
        if error.errno == EPIPE:
            raise click.exceptions.Exit(CANNOT_RUN) from None
        raise Stop(f"the answer could not be printed: {error.strerror}", CANNOT_RUN) from None
