# The NOE board: bare metal on QEMU's versatilepb (ARM926EJ-S), the port in firmware/port.
# DEV=1 builds the development image (prompt, compiler, registers in crash reports) into
# build/NOE-dev: `make BOARD=NOE DEV=1`.

MACHINE = versatilepb
include firmware/port/board.mk
