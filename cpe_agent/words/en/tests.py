"""English words for the tests that decide between suspects."""

from __future__ import annotations

TESTS: dict[str, str] = {
    "ask-domestic-targets": "Ask addresses of other networks in this country: run again with a profile that lists two of "
    "them (probe.domestic).",
    "ask-for-an-address": "Run the check again with administrator rights, so that it can ask the router for an "
    "address itself.",
    "ask-for-public-address": "Ask whether the customer needs to reach something at home from outside.",
    "ask-login-method": "Ask the provider which login methods its concentrator takes (PAP, CHAP, MS-CHAPv2), and look which ones the "
    "router or this computer allows.",
    "ask-provider-concentrator": "Look at the provider's own concentrator: did it see this line's call, and what did it answer?",
    "ask-provider-resolver": "Ask the provider's resolver directly: run again with the provider's profile, which lists its address.",
    "ask-second-device": "Take another phone or computer, join the same home network (mobile data off) and open a "
    "page. Does it work? (Two minutes.)",
    "ask-what-is-missing": "Ask what exactly does not work, and whether it works on another device.",
    "ask-who-dials": "Ask where the provider's login is, or was, kept: on this computer or in a router? (A question, half a minute.)",
    "cable-or-wifi": "How is this computer usually connected? If by cable, push both plugs in until they click; if "
    "by Wi-Fi, switch it on and join the home's network.",
    "close-programs": "Close all other programs, wait a minute and run the check again.",
    "disconnect-vpn": "Disconnect the VPN, its kill switch too, and run the check again.",
    "enter-login-of-the-letter": "Enter the user name and password from the provider's letter.",
    "find-second-router": "Look whether a second router, or a modem that routes, stands between this router and the line.",
    "join-home-wifi": "Open the list of Wi-Fi networks, choose the home's own one and join it.",
    "look-at-line-lamp": "Look at the router's line lamp (marked DSL, Internet or Online): is it off, blinking or steady? "
    "The router's own page shows the same. (One look.)",
    "look-at-los-lamp": "Look at the lamp marked LOS or ALARM on the fibre box: is it red or off?",
    "look-at-modem-lamps": "Look at the separate modem or fibre box: does any lamp on it shine?",
    "look-at-parental-control": "Open the router's page and look for blocked devices, parental control and time "
    "limits.",
    "look-at-router-lamps": "Look at the router. Is any lamp on it lit?",
    "look-for-home-wifi": "Open the list of Wi-Fi networks. Is the home's own network in it?",
    "lower-mtu-and-compare": "Set this computer's MTU to 1400 for a test and open the page again.",
    "measure-from-provider": "Measure loss from the provider's edge router to the same far end.",
    "modem-on-another-socket": "Plug the power adaptor of the modem or fibre box into another wall socket: does a lamp "
    "shine now?",
    "open-a-plain-page": "Open http://example.com in a browser: which page comes, and whose is it?",
    "open-site-elsewhere": "Open the site over a mobile connection, not over this line: does it work there?",
    "pause-https-scanning": "Switch off the HTTPS or web scanning of the protection program for five minutes and "
    "open a secure page.",
    "pause-other-devices": "Switch off or pause every other device in the home for two minutes and run the check "
    "again.",
    "pause-protection": "Pause the firewall or protection program of this computer for five minutes and run the "
    "check again.",
    "pause-uploads-here": "Pause backups, cloud copies and updates on this computer and run the check again.",
    "photo-of-router-sockets": "Take a photo of the back of the router with its cables.",
    "power-cycle-router": "Take the router off its power for 30 seconds, plug it in, wait three minutes and run the "
    "check again.",
    "press-connect": "Press Connect in the router's page once: does the connection come up, and if not, what does it say?",
    "read-address-server-log": "Look at the provider's address server or RADIUS log: was this line given an address, and if not, why?",
    "read-the-code": "Nothing more can be measured from here. Call {provider} and read them the code below.",
    "read-login-letter-by-letter": "Read the login server's reject reason; then compare the user name with the provider's letter, "
    "sign by sign, keyboard on English and Caps Lock off. Nobody asks for the password.",
    "read-login-server-log": "Look at the provider's login server log: did a request of this line arrive, and what was answered?",
    "read-router-ipv6-page": "Look at the router's IPv6 page: did it get a prefix from the provider?",
    "read-router-page": "Look at the router's Internet page: connection type, state and last error. (Three minutes; "
    "needs the router's own password.)",
    "remove-hosts-line": "Take the line of this site out of the hosts file and open the site again.",
    "repeat-at-night": "Run the check again late at night and compare.",
    "reset-router-filter": "Open the router's page, switch its filters and child protection off and run the check "
    "again.",
    "restart-both-devices": "Restart this computer and the device that was connected last, then run the check again.",
    "restart-router-and-compare": "Restart the router and run the check again at once.",
    "restart-this-computer": "Restart this computer and run the check again.",
    "router-on-another-socket": "Plug the router's power adaptor into another wall socket and watch its lamps for "
    "ten minutes.",
    "run-again-deep": "Run the check again with --deep; it takes up to twenty seconds and measures more.",
    "set-address-automatic": "Set the network connection of this computer to take address and DNS automatically, "
    "and run the check again.",
    "set-channel-36-48": "Set the router's 5 GHz channel to one of 36, 40, 44 or 48 and watch for a day.",
    "set-clock-automatic": "Set date, time and time zone of this computer to automatic and run the check again.",
    "set-dns-automatic": "Set the name server (DNS) of this computer to automatic and run the check again.",
    "sign-in-to-proxy": "Sign in to the proxy, or switch it off, and open the page again.",
    "stand-beside-router": "Carry this computer next to the main router and run the check again there.",
    "store-login-in-router": "Store the login that the login test accepted in the router once, and wait three minutes. (Five minutes; "
    "needs the router's own password.)",
    "swap-lan-cable": "Try another network cable and another socket of the router.",
    "switch-adapter-on": "Open the network settings and switch the network adapter on.",
    "switch-other-devices-off": "Switch off two devices that are not needed, restart the router and run the check "
    "again.",
    "switch-proxy-off": "Switch the proxy off in the system's network settings and open a page.",
    "switch-proxy-script-off": "Switch the automatic proxy script off in the system's network settings and open a "
    "page.",
    "switch-wifi-off-and-on": "Switch the Wi-Fi of this computer off and on again, then run the check again.",
    "switch-wifi-on": "Switch Wi-Fi on (look for a switch, a key or airplane mode) and run the check again.",
    "test-at-first-socket": "Connect the router at the first telephone socket with nothing else plugged in: does it work there?",
    "try-another-browser": "Open the same page in another, current browser (Firefox brings its own trust list).",
    "try-another-channel": "Use the 5 GHz network, or set another Wi-Fi channel in the router, and run the check "
    "again.",
    "try-with-a-cable": "Connect this computer to the router with a cable and run the check again.",
    "type-wifi-key-again": "Forget the network on this computer and join it again with the Wi-Fi key from the "
    "router's label.",
    "unplug-double-cable": "Look for a cable with both ends in the same switch or router; pull one end and run the "
    "check again.",
    "unplug-second-router": "Take the second router or repeater off the home network, restart this computer and run "
    "the check again.",
    "unplug-unused-link": "Unplug the cable or switch off the Wi-Fi that is not needed, and run the check again.",
    "update-this-computer": "Plan an update of this computer's system.",
    "wait-ten-minutes": "Switch off whatever dials, wait ten minutes and run the check again. (Ten minutes of waiting, nothing else.)",
    "wait-three-minutes": "Wait three minutes without switching anything, then run the check again.",
    "watch-for-a-day": "Leave the router on and run the check again after a day, or at the next drop.",
}
