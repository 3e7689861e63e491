"""Start of the program. ``--version`` is answered before anything heavy is imported."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

from cpe_agent import ending, packed


def main() -> NoReturn:
    """The console command. The answer is out when the commands return, so the process ends here and now: to take the
    interpreter apart, module by module, would cost a good tenth of the time of a short run."""
    ending.stop_at_once()
    packed.own_libraries_are_ours()
    if sys.stderr is None:  # closed by whoever started us; the sentences then go nowhere, and never into the answer
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  # as long as the process
    status = run()
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError) as error:
        if status == 0:
            status = ending.CANNOT_RUN
            sys.stderr.write(f"cpe-agent: the answer could not be printed: {error}\n")
    os._exit(status)


def run() -> int:
    """Do what the arguments say; the exit status. Never a traceback at a user: a defect of ours is one sentence."""
    gc.set_threshold(20_000)  # what an import makes is no garbage; to look for some in it costs a tenth of the imports
    try:
        if sys.argv[1:] == ["--version"]:
            print(packed.version(), flush=True)  # noqa: T201
            return 0
        from cpe_agent.cli import cli

        cli(prog_name="cpe-agent")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BrokenPipeError:  # whoever asked reads no more
        ending.hush_stdout()
    except OSError as error:  # a full disk behind stdout, no more files: the computer's word, not a defect of ours
        sys.stderr.write(f"cpe-agent: this computer did not let it go on: {error.strerror or error}\n")
    except Exception as error:
        if os.environ.get("CPE_AGENT_DEBUG"):
            raise
        sys.stderr.write(
            f"cpe-agent: a defect of this program stopped it ({type(error).__name__}: {error}).\n"
            "Nothing is known about your connection from this. Set CPE_AGENT_DEBUG=1 to see where it happened.\n"
        )
    finally:
        ending.stop_silently()
    return ending.CANNOT_RUN


if __name__ == "__main__":
    main()
