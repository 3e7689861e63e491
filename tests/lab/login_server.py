"""The provider's login server: FreeRADIUS behind pppd's radius.so, and the accounts that it knows.

It refuses with words of its own (RFC 2865, 5.18 Reply-Message), which pppd hands on in its PAP Nak or CHAP Failure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ALICE, SUSPENDED, NO_SESSION_LEFT = "alice@isp.example", "suspended@isp.example", "busy@isp.example"
ACCOUNTS = {ALICE: "red sofa 7", SUSPENDED: "blue chair 3", NO_SESSION_LEFT: "green lamp 5"}
"""User name -> secret. Only the login server refuses the last two; pppd's own files know no such thing."""

SUSPENDED_TEXT = "Account suspended: unpaid invoice"
REALM_TEXT = "Unknown realm"
SESSION_TEXT = "You are already logged in"  # FreeRADIUS's own words
_SHARED = "lab-only"

_SERVER = """\
prefix = /usr
libdir = /usr/lib/freeradius
logdir = /run
run_dir = /run
pidfile = /run/freeradius.pid
hostname_lookups = no
max_request_time = 5
log {
  destination = stdout
  auth = yes
}
security {
  reject_delay = 0
  status_server = no
}
thread pool {
  start_servers = 1
  max_servers = 2
  min_spare_servers = 1
  max_spare_servers = 1
}
client concentrator {
  ipaddr = 127.0.0.1
  secret = %(shared)s
  nas_type = other
}
modules {
  always reject {
    rcode = reject
  }
  pap {
  }
  chap {
  }
  mschap {
    use_mppe = no
  }
  files {
    filename = /etc/ppp/users
  }
  radutmp {
    filename = /run/radutmp
    check_with_nas = no
  }
}
server default {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = 1812
  }
  listen {
    type = acct
    ipaddr = 127.0.0.1
    port = 1813
  }
  authorize {
    if (&User-Name !~ /@isp.example$/) {
      update reply {
        &Reply-Message := "%(realm)s"
      }
      reject
    }
    chap
    mschap
    files
    pap
  }
  authenticate {
    Auth-Type PAP {
      pap
    }
    Auth-Type CHAP {
      chap
    }
    Auth-Type MS-CHAP {
      mschap
    }
  }
  session {
    radutmp
  }
  accounting {
    radutmp
  }
}
"""
_CLIENT = """\
auth_order radius
login_tries 1
login_timeout 5
nologin /run/nologin
issue /run/issue
authserver 127.0.0.1:1812
acctserver 127.0.0.1:1813
servers /etc/ppp/radius.servers
dictionary /etc/ppp/radius.dictionary
login_radius /bin/false
seqfile /run/radius.seq
mapfile /etc/ppp/radius.map
default_realm
radius_timeout 1
radius_retries 1
login_local /bin/false
"""
# RFC 2865, RFC 2866 and RFC 2548: number, name and type of what pppd sends and reads.
_DICTIONARY = """\
1 User-Name string
2 Password string
3 CHAP-Password string
4 NAS-IP-Address ipaddr
5 NAS-Port-Id integer
6 Service-Type integer
7 Framed-Protocol integer
8 Framed-IP-Address ipaddr
18 Reply-Message string
25 Class string
30 Called-Station-Id string
31 Calling-Station-Id string
32 NAS-Identifier string
40 Acct-Status-Type integer
41 Acct-Delay-Time integer
42 Acct-Input-Octets integer
43 Acct-Output-Octets integer
44 Acct-Session-Id string
45 Acct-Authentic integer
46 Acct-Session-Time integer
47 Acct-Input-Packets integer
48 Acct-Output-Packets integer
49 Acct-Terminate-Cause integer
60 CHAP-Challenge string
61 NAS-Port-Type integer
77 Connect-Info string
"""
_MICROSOFT = """\
1 MS-CHAP-Response string
2 MS-CHAP-Error string
11 MS-CHAP-Challenge string
25 MS-CHAP2-Response string
26 MS-CHAP2-Success string
"""
_DICTIONARIES = ("rfc2865", "rfc2866", "rfc2869", "microsoft", "freeradius", "freeradius.internal")
"""All two hundred would take three seconds to read."""
IS_SILENT, IS_BACK = "login server is silent", "login server is back"
_START = """\
freeradius -f -l stdout -d /etc/ppp -D /etc/ppp -n radiusd &
login_server=$!
until grep -q ':0714 ' /proc/net/udp; do sleep 0.01; done
while :; do
  until [ -e {silent} ]; do sleep 0.1; done
  kill -STOP $login_server
  echo {is_silent}
  while [ -e {silent} ]; do sleep 0.1; done
  kill -CONT $login_server
  echo {is_back}
done &
"""


def start(silent: Path) -> str:
    """For the concentrator's script: waits until port 1812 is open. The server is stopped while the file ``silent``
    exists."""
    return _START.format(silent=silent, is_silent=IS_SILENT, is_back=IS_BACK)


def _attributes(table: str, vendor: str = "") -> str:
    rows = [line.split() for line in table.splitlines()]
    return "".join(f"ATTRIBUTE {name} {number} {kind} {vendor}\n" for number, name, kind in rows)


def write_files(directory: Path) -> None:
    """The settings of both ends, to lie in /etc/ppp of the concentrator."""
    users = "".join(
        f'{user} Cleartext-Password := "{secret}"{", Simultaneous-Use := 0" if user == NO_SESSION_LEFT else ""}\n'
        for user, secret in ACCOUNTS.items()
        if user != SUSPENDED
    )
    users += f'{SUSPENDED} Auth-Type := Reject\n    Reply-Message := "{SUSPENDED_TEXT}"\n'
    files = {
        "radiusd.conf": _SERVER % {"shared": _SHARED, "realm": REALM_TEXT},
        "dictionary": "".join(f"$INCLUDE /usr/share/freeradius/dictionary.{name}\n" for name in _DICTIONARIES),
        "users": users,
        "radius.conf": _CLIENT,
        "radius.servers": f"127.0.0.1 {_SHARED}\n",
        "radius.map": "",
        "radius.dictionary": f"{_attributes(_DICTIONARY)}VENDOR Microsoft 311\n{_attributes(_MICROSOFT, 'Microsoft')}",
    }
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8")
