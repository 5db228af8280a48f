# The W5500_EVB_PICO2 board: RP2350 with a W5500, WIZnet's W5500-EVB-Pico2. DEV=1: with a prompt.

include firmware/port/rp2/board.mk
