"""Start of the program. ``--version`` is answered before anything heavy is imported."""

from __future__ import annotations

import sys

from cpe_agent import __version__

CANNOT_RUN = 4


def main() -> None:
    """The console command. Never a traceback at a user: a defect of ours is one sentence and exit status 4."""
    if sys.argv[1:] == ["--version"]:
        print(f"cpe-agent {__version__}")  # noqa: T201
        return
    try:
        from cpe_agent.cli import cli

        cli(prog_name="cpe-agent")
    except KeyboardInterrupt:  # while the program was still being loaded
        sys.stderr.write("cpe-agent: stopped before a verdict\n")
        sys.exit(CANNOT_RUN)
    except Exception as error:
        import os

        if os.environ.get("CPE_AGENT_DEBUG"):
            raise
        sys.stderr.write(
            f"cpe-agent: a defect of this program stopped it ({type(error).__name__}: {error}).\n"
            "Nothing is known about your connection from this. Set CPE_AGENT_DEBUG=1 to see where it happened.\n"
        )
        sys.exit(CANNOT_RUN)


if __name__ == "__main__":
    main()
