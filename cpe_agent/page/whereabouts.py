"""One page a user: a second start shows the first one's page. And the file that stands in for a page."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from cpe_agent.deliver.file import write_private
from cpe_agent.host.bounded_file import read_text
from cpe_agent.host.file_lock import locked
from cpe_agent.host.state_folder import runtime_folder, state_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK, _ADDRESS, _FILE = "page.lock", "page.address", "cpe-agent.html"
_MOST_ADDRESS = 256


@contextlib.contextmanager
def only_one() -> Iterator[Path | None]:
    """Where this page's address is to be left (``leave_address``); None where there is no place for it, and every start
    is then one of its own. Raises ``BlockingIOError`` while another one is alive."""
    with contextlib.ExitStack() as stack:
        place: Path | None = None
        try:
            folder = runtime_folder()
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.enter_context(locked(folder / _LOCK, wait_s=0))
            place = folder / _ADDRESS
            place.unlink(missing_ok=True)  # of one that was killed
        except BlockingIOError:
            raise
        except OSError:
            pass
        try:
            yield place
        finally:
            if place is not None:
                with contextlib.suppress(OSError):
                    place.unlink()


def leave_address(place: Path, address: str) -> None:
    """For the next start of this user, and for nobody else: the address is the key to the page."""
    with contextlib.suppress(OSError):
        write_private(place, address.encode("ascii"))


def left_address() -> str | None:
    """The address of the page that is alive."""
    try:
        text = read_text(runtime_folder() / _ADDRESS, _MOST_ADDRESS)
    except OSError:
        return None
    return text if text and text.startswith("http://127.0.0.1:") and text.isprintable() else None


def write_file(html: str) -> Path:
    """The page as a file of this user's alone. Raises OSError."""
    data = html.encode("utf-8", "replace")
    with contextlib.suppress(OSError):
        folder = state_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(folder / _FILE, data)
        return folder / _FILE
    import tempfile

    handle, name = tempfile.mkstemp(prefix="cpe-agent-", suffix=".html")
    with open(handle, "wb") as file:
        file.write(data)
    return Path(name)


def remove_file(file: Path | None = None) -> None:
    """This start's, or what an earlier one left when it was killed."""
    with contextlib.suppress(OSError):
        (file or state_folder() / _FILE).unlink(missing_ok=True)
