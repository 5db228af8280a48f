# The user module scepcore: its binding, the core and BearSSL's files.
# For MicroPython's CMake-based ports (rp2, esp32); BEARSSL in the environment names the source.
# A board that brings its device secret and noise in a file scepcore_board.c has it compiled here.

get_filename_component(SCEPCORE_CORE_DIR ${CMAKE_CURRENT_LIST_DIR}/../../core ABSOLUTE)
if(DEFINED ENV{BEARSSL})
    set(SCEPCORE_BEARSSL_DIR $ENV{BEARSSL})
else()
    get_filename_component(SCEPCORE_BEARSSL_DIR
        ${CMAKE_CURRENT_LIST_DIR}/../../../build/src/bearssl ABSOLUTE)
endif()

file(STRINGS ${SCEPCORE_CORE_DIR}/bearssl.txt SCEPCORE_BEARSSL_C REGEX "^[^#]")
list(TRANSFORM SCEPCORE_BEARSSL_C PREPEND ${SCEPCORE_BEARSSL_DIR}/src/)
# Everything in the folder, kernels included: each guards itself against other cores.
file(GLOB SCEPCORE_C CONFIGURE_DEPENDS ${SCEPCORE_CORE_DIR}/*.c ${SCEPCORE_CORE_DIR}/*.S)
file(GLOB SCEPCORE_BOARD_C CONFIGURE_DEPENDS ${MICROPY_BOARD_DIR}/scepcore_board.c)

add_library(usermod_scepcore INTERFACE)
target_sources(usermod_scepcore INTERFACE
    ${CMAKE_CURRENT_LIST_DIR}/modscepcore.c
    ${CMAKE_CURRENT_LIST_DIR}/room.c
    ${CMAKE_CURRENT_LIST_DIR}/symmetric.c
    ${CMAKE_CURRENT_LIST_DIR}/rsa.c
    ${CMAKE_CURRENT_LIST_DIR}/tls.c
    ${SCEPCORE_C}
    ${SCEPCORE_BOARD_C}
    ${SCEPCORE_BEARSSL_C}
)
target_include_directories(usermod_scepcore INTERFACE
    ${CMAKE_CURRENT_LIST_DIR}
    ${SCEPCORE_CORE_DIR}
    ${SCEPCORE_BEARSSL_DIR}/inc
    ${SCEPCORE_BEARSSL_DIR}/src
)
target_link_libraries(usermod INTERFACE usermod_scepcore)
