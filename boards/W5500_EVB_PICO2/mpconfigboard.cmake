# For MicroPython's rp2 port. The SDK knows Raspberry Pi's board, whose pins these are; the Arm cores.
set(PICO_BOARD pico2)
set(PICO_PLATFORM rp2350-arm-s)
set(PICO_NUM_GPIOS 30)
# Four bits of min-entropy claimed for a byte of the TRNG: firmware/core/ENTROPY.md.
set(MICROSCEP_NOISE_BITS 4)
include(${CMAKE_CURRENT_LIST_DIR}/../../firmware/port/rp2/before.cmake)
