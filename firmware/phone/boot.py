"""The boot procedure: five steps with a time limit each, then what is due for the identity.

For the command `boot` of actions.py. DESIGN.md section 7. No SCEP trouble, and no trouble with a
file or a clock, ever keeps the set from booting: it is a warning, and the set goes on with what
it has. What only a step needs is loaded by it: heaps are small.
"""

import scepcore
from errors import Error
from phone import network
from phone.clock import ClockError
from phone.config import mac_text
from phone.scheduler import Scheduler
from scep import resolve
from scep.deadline import Deadline

_FILE_MS = 30000  # step 3, each file
_TIME_MS = 10000  # step 5


def boot(set_, until, servers):
    """Generator: boot; returns the result's fields.

    until: "idle", "enrolled" or "step=N"; servers: dict of str that go before what DHCP tells:
    "tftp": HOST[:PORT], "dm": URL.
    """
    last = int(until[5:]) if until.startswith("step=") else 5
    steps = ((3, configuration), (4, _software), (5, _time))
    session = None
    try:
        yield from network.up(set_)
    except Error as e:
        # the set boots all the same, and looks for the network again (scheduler.py)
        yield e.warning()
        steps = ((4, _software),)
    for number, step in steps:
        if number > last:
            break
        session = yield from step(set_, servers)
    if last == 5 and not until.startswith("step="):
        set_.scheduler = Scheduler(set_, servers, session)
        if set_.network is not None or until == "enrolled":
            yield from set_.scheduler.settle(until == "enrolled")
    return {"boots": set_.records.store.boots, "until": until}


def catch_up(set_):
    """Generator: bring up a network that was not there, or has changed; what the boot missed."""
    yield from network.up(set_)
    scheduler = set_.scheduler
    if scheduler.missed:
        scheduler.missed = False
        yield from configuration(set_, scheduler.servers)
        scheduler.session = yield from _time(set_, scheduler.servers)


def configuration(set_, servers):
    """Generator: step 3: lanpbx.cfg by TFTP, or the DM file by HTTP."""
    from phone import dm, filed, lanpbx

    found = []
    try:
        if not (servers.get("dm") or servers.get("tftp")):
            servers = _by_dhcp(set_)
        if servers.get("dm"):
            data = yield from _download(set_, servers["dm"])
            found = filed.pairs(dm.Reader(), data)
        elif servers.get("tftp"):
            data = yield from _lanpbx(set_, servers["tftp"], servers.get("folder", ""))
            found = filed.pairs(lanpbx.Reader(), data)
        else:
            yield from _log(set_)
            yield {"event": "boot", "step": 3, "name": "configuration", "file": None}
            return
    except Error as e:
        yield e.warning()
        return
    for event in filed.apply(set_, found):
        yield event
    if set_.records.config.get("identity_cms"):
        yield from _handed(set_)
    yield from _log(set_)
    yield {"event": "boot", "step": 3, "name": "configuration", "file": "read"}


# -- private, in the order of use ------------------------------------------------------------------


def _by_dhcp(set_):
    """Return the servers (dict of str) that DHCP told of; boards without DHCP tell of none."""
    option = set_.network.get("option") if set_.network else None
    mac = set_.mac()
    if option is None or mac is None:
        return {}
    from phone import dhcp  # a set that is told where its file is does without

    return dhcp.servers(option, mac_text(mac))


def _handed(set_):
    """Generator: take over the identity that came with the configuration, once."""
    from phone.identity import handed

    if handed.is_due(set_):
        try:
            yield from handed.take_over(set_)
        except Error as e:
            yield e.warning()


def _lanpbx(set_, server, folder):
    """Generator: the file of this set, else the file of all; returns a bytearray."""
    from phone import lanpbx, tftp

    host, port = _host_port(server, tftp.PORT)
    host = yield from _address(set_, host)
    mac = set_.mac()
    names = [folder + "lanpbx.cfg"]
    if mac:
        names.insert(0, folder + "lanpbx_" + mac_text(mac) + ".cfg")
    for name in names:
        try:
            deadline = Deadline(_FILE_MS, name)
            return (yield from tftp.fetch(host, name, lanpbx.MAX_FILE, deadline, port))
        except tftp.TftpError as e:
            if not e.missing or name == names[-1]:
                raise


def _download(set_, url):
    """Generator: a file by HTTP; returns its bytes."""
    from phone import lanpbx
    from scep import http, http_url

    limits = http.Limits(lanpbx.MAX_FILE, _FILE_MS, _FILE_MS)
    request = http.Request(http_url.parse(url), "DM")
    response = yield from network.again(
        set_, lambda: http.exchange(network.transport(set_), request, limits)
    )
    return response.body


def _log(set_):
    """Generator: send every event from now on to log_host, where one is configured."""
    server = set_.records.config.get("log_host")
    mac = set_.mac()
    if server is None or mac is None or set_.log is not None:
        return
    from phone import remotelog

    try:
        host, port = _host_port(server, remotelog.PORT)
        host = yield from _address(set_, host)
        set_.log = remotelog.RemoteLog(host, mac_text(mac), set_.version, port)
    except Error as e:
        yield e.warning()
        return
    set_.listeners.append(lambda name, fields: set_.log.event(name, fields, set_.clock.iso()))


def _software(set_, servers):
    """Generator: step 4: there is nothing to update; said, so that five steps are seen."""
    yield {"event": "boot", "step": 4, "name": "software", "version": set_.version}


def _time(set_, servers):
    """Generator: step 5: the call server's time (NOE), the SNTP server's (SIP), or the board's.

    Returns the session with the call server, which goes on, or None.
    """
    config = set_.records.config
    session = told = source = None
    try:
        sntp_server = None
        if config.get("set_mode") == "sip":
            sntp_server = config.get("sntp_server") or _by_dhcp(set_).get("sntp")
        if sntp_server:
            told, source = (yield from _by_sntp(set_, sntp_server)), "sntp"
        elif config.get("call_server"):
            session = yield from _session(set_, config.get("call_server"))
            told, source = (yield from _told(session)), "call"
        if told is not None:
            set_.clock.set(told, source)
    except (Error, ClockError) as e:
        yield e.warning()
    yield {"event": "boot", "step": 5, "name": "time", "time": set_.clock.iso()}
    return session


def _by_sntp(set_, server):
    from phone import sntp

    host, port = _host_port(server, sntp.PORT)
    host = yield from _address(set_, host)
    pivot = set_.clock.build_time
    return (yield from sntp.ask(host, scepcore.random, pivot, Deadline(_TIME_MS, "SNTP"), port))


def _session(set_, server):
    """Generator: return a callsession.Session with the call server."""
    from phone.callsession import PORT, Session

    host, port = _host_port(server, PORT)
    host = yield from _address(set_, host)
    mac = set_.mac()
    return Session(host, mac_text(mac) if mac else "none", scepcore.random, port)


def _told(session):
    """Generator: return the time that the call server tells. Raises DeadlineError."""
    deadline = Deadline(_TIME_MS, "the call server's time")
    while True:
        session.step()
        told = session.take_time()
        if told is not None:
            return told
        deadline.check()
        yield None


def _address(set_, host):
    """Generator: return a literal for host name `host`."""
    if resolve.is_literal(host):
        return host
    deadline = Deadline(_TIME_MS, "DNS")
    return (yield from resolve.lookup(host, set_.network["dns"], deadline))[0]


def _host_port(text, default):
    host, colon, port = text.rpartition(":")
    if not colon or host.endswith(":"):
        return text, default
    return host.strip("[]"), int(port)
