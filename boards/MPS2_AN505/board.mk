# The MPS2_AN505 board: bare metal on QEMU's mps2-an505 (Cortex-M33), the port in firmware/port.
# DEV=1 as for NOE.

MACHINE = mps2
include firmware/port/board.mk
