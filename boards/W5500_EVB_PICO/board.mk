# The W5500_EVB_PICO board: RP2040 with a W5500, WIZnet's W5500-EVB-Pico. DEV=1: with a prompt.

include firmware/port/rp2/board.mk
