# Included by a board's mpconfigboard.cmake, before MicroPython's rp2 port reads its own settings.
# What the port then does otherwise than a set needs is put right by after.cmake, at the end.

set(MICROSCEP_RP2_DIR ${CMAKE_CURRENT_LIST_DIR})
get_filename_component(MICROSCEP_FIRMWARE_DIR ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)

set(MICROPY_PY_LWIP 1)
# Found before the port's own mpconfigport.h and lwipopts.h, which they include or replace.
include_directories(BEFORE ${MICROSCEP_RP2_DIR}/include)
# Found after everything else: headers of the bare-metal port.
list(APPEND MICROPY_CPP_INC_EXTRA ${MICROSCEP_FIRMWARE_DIR}/port)
list(APPEND MICROPY_DEF_BOARD MICROSCEP_DEVELOPMENT=${MICROSCEP_DEVELOPMENT})
list(APPEND MICROPY_DEF_BOARD MICROSCEP_BARE=${MICROSCEP_BARE})
list(APPEND MICROPY_DEF_BOARD SCEPCORE_NOISE_BITS_PER_BYTE=${MICROSCEP_NOISE_BITS})
list(APPEND MICROPY_DEF_BOARD PICO_NO_BI_PROGRAM_BUILD_DATE=1)

set(USER_C_MODULES ${MICROSCEP_RP2_DIR} ${MICROSCEP_FIRMWARE_DIR}/usermod/w5500)
if(NOT MICROSCEP_BARE)
    list(APPEND USER_C_MODULES ${MICROSCEP_FIRMWARE_DIR}/usermod/scepcore)
endif()

cmake_language(DEFER CALL include ${MICROSCEP_RP2_DIR}/after.cmake)
