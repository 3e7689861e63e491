"""Until when each system gets security updates from its maker at no charge. Dates are ISO; the table has its own date.

A version that is not in the table is unknown, never unsupported: a program that is older than the system must not call
the system old. Where a maker gives a month, the date is its last day; where sources differ, the later one.
"""

from __future__ import annotations

TABLE_DATE = "2026-11-22"  # when every block was last held against its source

SUPPORT_END: dict[tuple[str, str], str] = {
    # wiki.debian.org/LTS and debian.org/News: end of long-term support. Raspberry Pi publishes no end: not listed.
    ("debian", "8"): "2020-06-30",
    ("debian", "9"): "2022-06-30",
    ("debian", "10"): "2024-06-30",
    ("debian", "11"): "2026-08-31",
    ("debian", "12"): "2028-06-30",
    ("debian", "13"): "2030-06-30",
    # ubuntu.com/about/release-cycle and wiki.ubuntu.com/Releases: end of standard support, for all and without Pro;
    # releases between two LTS get nine months
    ("ubuntu", "14.04"): "2019-04-30",
    ("ubuntu", "16.04"): "2021-04-30",
    ("ubuntu", "18.04"): "2023-05-31",
    ("ubuntu", "20.04"): "2025-05-31",
    ("ubuntu", "20.10"): "2021-07-22",
    ("ubuntu", "21.04"): "2022-01-20",
    ("ubuntu", "21.10"): "2022-07-14",
    ("ubuntu", "22.04"): "2027-04-30",
    ("ubuntu", "22.10"): "2023-07-20",
    ("ubuntu", "23.04"): "2024-01-31",
    ("ubuntu", "23.10"): "2024-07-12",
    ("ubuntu", "24.04"): "2029-05-31",
    ("ubuntu", "24.10"): "2025-07-10",
    ("ubuntu", "25.04"): "2026-01-31",
    ("ubuntu", "25.10"): "2026-07-31",
    ("ubuntu", "26.04"): "2031-04-30",
    ("ubuntu", "26.10"): "2027-07-31",
    # docs.fedoraproject.org/en-US/releases/eol and fedorapeople.org/groups/schedule. An end is four weeks after the
    # next release but one, so that of 44 and later is not known yet.
    ("fedora", "36"): "2023-05-16",
    ("fedora", "37"): "2023-12-05",
    ("fedora", "38"): "2024-05-21",
    ("fedora", "39"): "2024-11-26",
    ("fedora", "40"): "2025-05-13",
    ("fedora", "41"): "2025-12-15",
    ("fedora", "42"): "2026-05-28",
    ("fedora", "43"): "2026-12-09",
    # linuxmint.com/download_all.php: that of the Ubuntu below it
    ("linuxmint", "19"): "2023-04-30",
    ("linuxmint", "20"): "2025-04-30",
    ("linuxmint", "21"): "2027-04-30",
    ("linuxmint", "22"): "2029-04-30",
    # en.opensuse.org/Lifetime
    ("opensuse-leap", "15.3"): "2022-12-31",
    ("opensuse-leap", "15.4"): "2023-12-07",
    ("opensuse-leap", "15.5"): "2024-12-31",
    ("opensuse-leap", "15.6"): "2026-04-30",
    ("opensuse-leap", "16.0"): "2027-10-31",
    # access.redhat.com/support/policy/updates/errata (end of maintenance support), wiki.centos.org/About/Product,
    # wiki.almalinux.org/release-notes, wiki.rockylinux.org/rocky/version
    ("rhel", "7"): "2024-06-30",
    ("rhel", "8"): "2029-05-31",
    ("rhel", "9"): "2032-05-31",
    ("rhel", "10"): "2035-05-31",
    ("centos", "7"): "2024-06-30",
    ("centos", "8"): "2024-05-31",  # that of Stream 8, which bears the same number; the plain one ended in 2021
    ("almalinux", "8"): "2029-03-01",
    ("almalinux", "9"): "2032-05-31",
    ("almalinux", "10"): "2035-05-31",
    ("rocky", "8"): "2029-05-31",
    ("rocky", "9"): "2032-05-31",
    ("rocky", "10"): "2035-05-31",
    # learn.microsoft.com/lifecycle: Home and Pro. Enterprise, Education and LTSC last longer, up to ten years: their
    # version has to name the edition, and is then unknown here.
    ("windows", "xp"): "2014-04-08",
    ("windows", "vista"): "2017-04-11",
    ("windows", "7"): "2020-01-14",
    ("windows", "8"): "2016-01-12",
    ("windows", "8.1"): "2023-01-10",
    ("windows", "10-1507"): "2017-05-09",
    ("windows", "10-1511"): "2017-10-10",
    ("windows", "10-1607"): "2018-04-10",
    ("windows", "10-1703"): "2018-10-09",
    ("windows", "10-1709"): "2019-04-09",
    ("windows", "10-1803"): "2019-11-12",
    ("windows", "10-1809"): "2020-11-10",
    ("windows", "10-1903"): "2020-12-08",
    ("windows", "10-1909"): "2021-05-11",
    ("windows", "10-2004"): "2021-12-14",
    ("windows", "10-20H2"): "2022-05-10",
    ("windows", "10-21H1"): "2022-12-13",
    ("windows", "10-21H2"): "2023-06-13",
    ("windows", "10-22H2"): "2025-10-14",
    ("windows", "11-21H2"): "2023-10-10",
    ("windows", "11-22H2"): "2024-10-08",
    ("windows", "11-23H2"): "2025-11-11",
    ("windows", "11-24H2"): "2026-10-13",
    ("windows", "11-25H2"): "2027-10-12",
    # Apple publishes no ends: the release of the third successor (support.apple.com/100100 lists the updates). 14 and
    # later still got updates in 2026 and are left out.
    ("macos", "10.13"): "2020-12-01",
    ("macos", "10.14"): "2021-10-25",
    ("macos", "10.15"): "2022-09-12",
    ("macos", "11"): "2023-09-26",
    ("macos", "12"): "2024-09-16",
    ("macos", "13"): "2025-09-15",
}


def support_end(system: str, version: str) -> str | None:
    """ISO date of the end of support; the most exact version that the table knows (``22.1`` falls back to ``22``)."""
    while version:
        end = SUPPORT_END.get((system, version))
        if end is not None:
            return end
        version = version.rpartition(".")[0]
    return None
