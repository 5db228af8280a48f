"""The set in a browser (tools/panel): its front, its events, its flash, its certificate, a lab CA.

main.py      command line: what is there is checked, then served on loopback
site.py      HTTP and WebSocket: who may talk to the panel, what pages there are
stage.py     the set, the lab CA and the people who watch: one thing happens after another
device.py    a set that is switched on, off, cut and typed on
monitor.py   QEMU's monitor: the display's picture, keys
picture.py   the picture as PNG and as text; terminal.py the same of a terminal's frame
mission.py   how far the visitor is
labdesk.py   the lab CA behind the page's buttons
holdings.py  what the flash image holds: sectors, records, certificate
page/        what the browser gets; nothing comes from elsewhere
"""
