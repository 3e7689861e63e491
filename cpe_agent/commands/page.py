"""``page``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from cpe_agent.commands.inputs import asked, this_host
from cpe_agent.commands.options import COMPLAINTS, language_option, profile_option
from cpe_agent.commands.stop import CANNOT_RUN, STATUS, Stop

if TYPE_CHECKING:
    from cpe_agent.page.session import Deliverer


@click.command(
    short_help="The customer's page, in the browser.",
    help="The customer's page: checks at once and shows it in the browser, step by step.",
)
@language_option
@profile_option
@click.option("--case", help="Case code to put into the report.")
@click.option("--complaint", type=click.Choice(COMPLAINTS), help="What the customer complains about.")
@click.option("--target", metavar="HOST-OR-URL", help="A site that does not open.")
@click.option("--no-browser", is_flag=True, help="Open no browser; the address is printed.")
@click.option("--no-history", is_flag=True, help="Neither read nor keep what runs on this computer found.")
@click.option("--no-upload", is_flag=True, help="Upload no report.")
def page(*, lang: str, no_browser: bool, **options: Any) -> None:
    from cpe_agent.collector import CannotMeasure
    from cpe_agent.page.command import Page, run_page

    options |= {"budget": None, "deep": False, "answer": ()}
    plan, answers, desk = asked(options)

    def deliverer() -> Deliverer | None:
        if desk is None:
            return None
        from cpe_agent.deliver.command import CannotRun, outbox_here
        from cpe_agent.page.delivery import ToDesk

        try:
            return ToDesk(desk, outbox_here(lang), options["case"], options["profile_file"])
        except CannotRun as error:
            click.echo(f"cpe-agent: {error}", err=True)
            return None

    try:
        verdict = run_page(Page(this_host, plan, answers, lang, options["case"], not no_browser, deliverer))
    except CannotMeasure as error:
        raise Stop(error.reason, CANNOT_RUN) from None
    sys.exit(CANNOT_RUN if verdict is None else STATUS[verdict])
