# The user module w5500: network.W5500, a W5500 in MACRAW mode under lwIP, on the rp2 port.
# The board's mpconfigboard.h defines MICROSCEP_W5500_SPI, _SCK, _MOSI, _MISO, _CS, _RESET, _INT.

add_library(usermod_w5500 INTERFACE)
target_sources(usermod_w5500 INTERFACE
    ${CMAKE_CURRENT_LIST_DIR}/modw5500.c
    ${CMAKE_CURRENT_LIST_DIR}/w5500.c
    ${CMAKE_CURRENT_LIST_DIR}/w5500_netif.c
    ${CMAKE_CURRENT_LIST_DIR}/w5500_bus_rp2.c
)
target_include_directories(usermod_w5500 INTERFACE ${CMAKE_CURRENT_LIST_DIR})
target_link_libraries(usermod INTERFACE usermod_w5500)
