"""The whole run on a computer whose own files, settings and surroundings are broken."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.hostile.home import HostileHome, customer_blamed
from tests.lab.computer import Ran
from tests.lab.needs import missing

pytestmark = [pytest.mark.lab, pytest.mark.skipif(missing() is not None, reason=str(missing()))]

MANY_NICS = 2000


@pytest.fixture(scope="module")
def home() -> Iterator[HostileHome]:
    with HostileHome() as home:
        home.healthy_kib()
        yield home


@pytest.fixture
def files(home: HostileHome) -> Iterator[HostileHome]:
    """The home, its resolv.conf and hosts put back afterwards."""
    computer = home.home.computer
    before = (computer.files / "resolv.conf").read_text(encoding="utf-8")
    yield home
    computer.resolv_conf(before)
    computer.hosts("")


def servers(count: int) -> str:
    return "".join(f"nameserver 10.9.{n // 250}.{n % 250 + 1}\n" for n in range(count))


def shell(home: HostileHome, script: str, env: Mapping[str, str] | None = None) -> Ran:
    """A shell line on the computer in which ``"$@"`` is the plain client. By root: the interpreter of the tests may lie
    where a shell of an ordinary user may not look."""
    return home.home.run(["sh", "-c", script, "sh", *home.home.client_command()], env=env)


def one_sentence(said: str) -> bool:
    return said.startswith("cpe-agent: ") and said.count("\n") == 1


# ------------------------------------------------------------------ files and settings


def test_resolver_list_of_five_hundred_is_cut_and_counted(files: HostileHome) -> None:
    files.home.computer.resolv_conf(servers(500))
    looked = files.run()
    addressing = looked.section("addressing")
    assert addressing["resolvers_total"] == looked.section("dns")["configured_total"] == 500
    assert len(addressing["resolvers"]) == 16


@pytest.mark.parametrize("env", [{}, {"LOCALDOMAIN": "a" * 60000}], ids=["file", "environment"])
def test_search_domain_that_ends_every_other_program(files: HostileHome, env: dict[str, str]) -> None:
    """glibc 2.36 aborts the process that looks a name up with one of 256 characters and more."""
    search = "" if env else f"search {'a' * 60000}\n"
    files.home.computer.resolv_conf(f"nameserver 192.168.1.1\n{search}")
    dns = files.run(env=env).section("dns")
    assert (dns["system_ok"], dns["system_failure"]) == (False, "garbage")


def test_resolv_conf_of_noise(files: HostileHome) -> None:
    noise = "nameserver \u202e\x1b[2J\nnameserver 1\noptions " + "ndots:15 " * 9000 + "\n" + "\x01" * 90000
    files.home.computer.resolv_conf(f"nameserver 192.168.1.1\n{noise}")
    looked = files.run()
    assert looked.diagnosis["verdict"] == "healthy"
    assert looked.section("addressing")["resolvers_total"] == 1


def test_hosts_file_of_ten_megabytes_is_read_to_its_end(files: HostileHome) -> None:
    lines = (f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255} advertising{n}.example\n" for n in range(280_000))
    files.home.computer.hosts("".join(lines) + "10.0.0.1 Example.com\n")
    assert (files.home.computer.files / "hosts").stat().st_size > 10_000_000
    assert files.run().section("dns")["overrides"] == [{"name": "example.com", "address": "10.0.0.1"}]


@pytest.mark.parametrize(
    "proxy",
    [
        f"http://{'a' * 130_000}:3128",  # as long as Linux lets one variable be (MAX_ARG_STRLEN, 128 KiB)
        "http://\x1b[2J\u202eproxy\x07:3128",
        "http://proxy:99999999999999999",
        "http://[::1:80",
        "http://user:secret@192.168.1.1:8080/",
    ],
    ids=["long", "controls", "port", "bracket", "secret"],
)
def test_proxy_variables(home: HostileHome, proxy: str) -> None:
    looked = home.run(env={"http_proxy": proxy, "https_proxy": proxy, "no_proxy": "x," * 60_000})
    assert "secret" not in json.dumps(looked.report)


def test_clock_of_another_century(home: HostileHome) -> None:
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketime.so.1")
    for when, skew_years in (("@1970-01-02 00:00:00", -50), ("@2099-06-01 00:00:00", 70)):
        # Only the wall clock is another: libfaketime's own handling of the monotonic one stalls waiting threads.
        fake = {"LD_PRELOAD": str(library), "FAKETIME": when}
        fake |= {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_FORCE_MONOTONIC_FIX": "0"}
        looked = home.run(user="root", env=fake)
        assert looked.report["started"].startswith(when[1:5])
        skews = [check["answer"]["date_skew_s"] for check in looked.section("web")["captive"]]
        assert all(skew / skew_years > 365 * 86400 for skew in skews)
        answers = [answer for server in looked.section("dns")["servers"] for answer in server["answers"]]
        assert all(answer["ms"] < 3000 for answer in answers), "a round trip of years"
        assert looked.diagnosis["fault"] == "clock-skew-tls"


# ------------------------------------------------------------------ where the answer goes


@pytest.mark.parametrize(("script", "why"), [('"$@" >&-', "closed"), ('"$@" >/dev/full', "No space left on device")])
def test_stdout_that_takes_nothing(home: HostileHome, script: str, why: str) -> None:
    ran = shell(home, script)
    assert ran.status == 4
    assert one_sentence(ran.stderr), ran.stderr
    assert why in ran.stderr


def test_stdout_that_takes_nothing_leaves_the_file(home: HostileHome) -> None:
    ran = shell(
        home, '"$@" --output "$HOME/report.json" >/dev/full && exit 9; status=$?; cat "$HOME/report.json"; exit $status'
    )
    assert ran.status == 4
    assert json.loads(ran.stdout)["diagnosis"]["verdict"] == "healthy"


def test_no_home_directory(home: HostileHome) -> None:
    ran = shell(home, 'unset HOME; exec "$@"')
    assert (ran.status, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["diagnosis"]["verdict"] == "healthy"


def test_output_where_nothing_may_be_written(home: HostileHome) -> None:
    ran = shell(home, 'cd /proc; exec "$@" --output report.json')
    assert ran.status == 4
    assert one_sentence(ran.stderr), ran.stderr
    assert json.loads(ran.stdout)["diagnosis"]["verdict"] == "healthy", "the answer is printed all the same"


def test_narrow_encoding(home: HostileHome) -> None:
    ran = shell(home, 'exec "$@"', {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"})
    assert (ran.status, ran.stderr) == (0, "")


@pytest.mark.parametrize("after_s", [0.4, 1.5])
def test_interrupted(home: HostileHome, after_s: float) -> None:
    """Interrupted while it measures; ``timeout`` sends the signal from inside the computer."""
    home.line("dead")
    try:
        ran = shell(home, f'exec timeout --foreground --preserve-status --signal=INT {after_s} "$@"')
    finally:
        home.line("up")
    assert ran.status == 4, ran
    assert ran.stdout == ""
    assert ran.stderr == "cpe-agent: stopped before a verdict\n"


# ------------------------------------------------------------------ many interfaces, junk from the DHCP server


def test_two_thousand_interfaces_are_cut_and_counted() -> None:
    with HostileHome() as home:
        home.healthy_kib()
        pairs = "\n".join(f"link add a{n} type veth peer name b{n}" for n in range(MANY_NICS // 2))
        home.home.rooms["pc"].shell(f"ip -batch - <<'PAIRS'\n{pairs}\nPAIRS\n")
        looked = home.run()
    interfaces = looked.section("interfaces")
    assert interfaces["total"] >= MANY_NICS
    assert len(interfaces["nics"]) < 100
    assert interfaces["uplink"] == "eth0"
    assert looked.diagnosis["verdict"] == "healthy"


def test_junk_options_of_a_dhcp_server() -> None:
    resolvers = ",".join(f"10.9.0.{n}" for n in range(1, 31))
    with HostileHome(lease=False) as home:
        home.home.restart_dnsmasq(
            f"--dhcp-option-force=6,192.168.1.1,{resolvers}", "--dhcp-option-force=12,pc;$(reboot)",
            "--dhcp-option-force=15,\u202eevil\x1b[2J.example", f"--dhcp-option-force=252,http://{'a' * 60}/wpad.dat",
            "--dhcp-option-force=43,ff:ff:ff:ff:ff", "--dhcp-option-force=224,00:01:02:1b:5b:32:4a",
        )  # fmt: skip
        home.home.computer.start_dhcp()
        home.home.computer.wait_for_lease()
        looked = home.run(user="root")
    assert looked.section("addressing")["resolvers_total"] == 31
    assert not customer_blamed(looked.diagnosis)
