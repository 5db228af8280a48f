# What the rp2 boards have of their own, as a user module: start-up, module rp2board, secret, noise.

add_library(usermod_rp2board INTERFACE)
target_sources(usermod_rp2board INTERFACE
    ${CMAKE_CURRENT_LIST_DIR}/main.c
    ${CMAKE_CURRENT_LIST_DIR}/modrp2board.c
    ${CMAKE_CURRENT_LIST_DIR}/stackuse.c
    ${CMAKE_CURRENT_LIST_DIR}/noise_rosc.c
    ${CMAKE_CURRENT_LIST_DIR}/noise_trng.c
    ${CMAKE_CURRENT_LIST_DIR}/secret_flash.c
    ${CMAKE_CURRENT_LIST_DIR}/secret_otp.c
    ${CMAKE_CURRENT_LIST_DIR}/../netrandom.c
    ${CMAKE_CURRENT_LIST_DIR}/../dhcp_options.c
    ${CMAKE_CURRENT_LIST_DIR}/../eapol_frames.c
    ${CMAKE_CURRENT_LIST_DIR}/../interpreter.c
)
target_include_directories(usermod_rp2board INTERFACE
    ${CMAKE_CURRENT_LIST_DIR}
    ${MICROSCEP_FIRMWARE_DIR}/core
)
target_link_libraries(usermod INTERFACE usermod_rp2board)
