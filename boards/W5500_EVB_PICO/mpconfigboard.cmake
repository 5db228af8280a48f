# For MicroPython's rp2 port. The SDK knows the sister board: same pins, same flash.
set(PICO_BOARD wiznet_w5100s_evb_pico)
# One bit of min-entropy claimed for eight reads of the ring oscillator: firmware/core/ENTROPY.md.
set(MICROSCEP_NOISE_BITS 1)
include(${CMAKE_CURRENT_LIST_DIR}/../../firmware/port/rp2/before.cmake)
