# The boot services' clients on MicroPython: boot_services.py TFTP SNTP SESSION LOG (ports).
# Run by host_tests/test_boot_services.py; prints the file's size, SNTP's time, the session's time.

import sys
import time

HERE = __file__.rsplit("/", 1)[0] if "/" in __file__ else "."
sys.path.insert(0, HERE + "/../../firmware")

from phone import callsession, remotelog, sntp, tftp
from scep.deadline import Deadline

HOST = "127.0.0.1"


def drive(generator):
    while True:
        try:
            next(generator)
        except StopIteration as end:
            return end.value
        time.sleep(0.002)


def random(n):
    with open("/dev/urandom", "rb") as file:
        return file.read(n)


tftp_port, sntp_port, session_port, log_port = [int(word) for word in sys.argv[1:5]]
content = drive(tftp.fetch(HOST, "lanpbx.cfg", 65536, Deadline(9000, "file"), tftp_port))
moment = drive(sntp.ask(HOST, random, 1700000000, Deadline(9000, "time"), sntp_port))
session = callsession.Session(HOST, "00809F59E1A0", random, session_port)
for _ in range(1000):
    session.step()
    if session.time is not None:
        break
    time.sleep(0.002)
log = remotelog.RemoteLog(HOST, "00809F59E1A0", "1.0", log_port)
log.event("progress", {"what": "test"}, None)
print(len(content), moment, session.take_time())
