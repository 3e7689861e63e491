"""Start of the program. ``--version`` is answered before anything heavy is imported."""

from __future__ import annotations

import sys

from cpe_agent import __version__, ending


def main() -> None:
    """The console command. Never a traceback at a user: a defect of ours is one sentence and exit status 4."""
    ending.stop_at_once()
    if sys.stderr is None:  # closed by whoever started us; the sentences then go nowhere, and never into the answer
        import os

        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # as long as the process
    try:
        if sys.argv[1:] == ["--version"]:
            print(f"cpe-agent {__version__}", flush=True)  # noqa: T201
            return
        from cpe_agent.cli import cli

        cli(prog_name="cpe-agent")
    except BrokenPipeError:  # whoever asked reads no more
        ending.hush_stdout()
        sys.exit(ending.CANNOT_RUN)
    except Exception as error:
        import os

        if os.environ.get("CPE_AGENT_DEBUG"):
            raise
        sys.stderr.write(
            f"cpe-agent: a defect of this program stopped it ({type(error).__name__}: {error}).\n"
            "Nothing is known about your connection from this. Set CPE_AGENT_DEBUG=1 to see where it happened.\n"
        )
        sys.exit(ending.CANNOT_RUN)
    finally:
        ending.stop_silently()


if __name__ == "__main__":
    main()
