/* W5500_EVB_PICO2: what differs from other boards of firmware/port/rp2. */
#define MICROPY_HW_BOARD_NAME "W5500-EVB-Pico2"
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "microscep"

/* The end of the flash: the key store. The device secret is in OTP (firmware/port/rp2). */
#define MICROSCEP_STORE_BYTES (160 * 1024)
#define MICROSCEP_SECRET_BYTES (4 * 1024) /* unused: the same places as on the W5500_EVB_PICO */

#define MICROSCEP_W5500_SPI 0
#define MICROSCEP_W5500_MISO 16
#define MICROSCEP_W5500_CS 17
#define MICROSCEP_W5500_SCK 18
#define MICROSCEP_W5500_MOSI 19
#define MICROSCEP_W5500_RESET 20
#define MICROSCEP_W5500_INT 21

/* Network memory, as in boards/NOE/mpconfigboard.h. */
#define MICROSCEP_LWIP_POOL (24)
#define MICROSCEP_LWIP_WINDOW (6)
