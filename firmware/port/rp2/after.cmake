# Runs when MicroPython's CMakeLists.txt has ended: takes out what a set has not.

# The port always wants mbedTLS and file systems; neither is compiled here.
set_target_properties(micropy_lib_mbedtls PROPERTIES INTERFACE_SOURCES "")
get_target_property(SOURCES ${MICROPY_TARGET} SOURCES)
list(FILTER SOURCES EXCLUDE REGEX
    "^main\\.c$|mbedtls_port\\.c$|fatfs_port\\.c$|^machine_spi\\.c$|msc_disk\\.c$|/littlefs/|/oofatfs/|dhcpserver\\.c$")
set_target_properties(${MICROPY_TARGET} PROPERTIES SOURCES "${SOURCES}")

target_include_directories(${MICROPY_TARGET} PRIVATE ${MICROSCEP_FIRMWARE_DIR}/port)

# Without compiler and file reader, what is left of a function of this file is unused.
set_source_files_properties(${MICROPY_PY_DIR}/builtinimport.c PROPERTIES
    COMPILE_OPTIONS "-Wno-unused-variable")
