# The VLE board: the port in firmware/port with less memory and no display. Runs on the same
# emulated machine as NOE. DEV=1 as there.

MACHINE = versatilepb
include firmware/port/board.mk
