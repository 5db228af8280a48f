/* The W5500's bus on an RP2040 or RP2350: an SPI block of the chip, polled, and four pins.
 * For w5500.c; the board's mpconfigboard.h names block and pins.
 */
#include "w5500_bus.h"

#include "py/mpconfig.h"

#include "hardware/gpio.h"
#include "hardware/spi.h"
#include "hardware/timer.h"

/* 33.3 MHz is the chip's limit (data sheet section 5.5.4); the block divides the bus clock by an
 * even number and stays below what it is asked for. */
#define BAUD 33000000
#define BUS SPI_INSTANCE(MICROSCEP_W5500_SPI)
#define FILL 0x00

static void (*on_request)(void);

void w5500_bus_start(void) {
    spi_init(BUS, BAUD);
    spi_set_format(BUS, 8, SPI_CPOL_0, SPI_CPHA_0, SPI_MSB_FIRST);
    gpio_set_function(MICROSCEP_W5500_SCK, GPIO_FUNC_SPI);
    gpio_set_function(MICROSCEP_W5500_MOSI, GPIO_FUNC_SPI);
    gpio_set_function(MICROSCEP_W5500_MISO, GPIO_FUNC_SPI);
    gpio_init(MICROSCEP_W5500_CS);
    gpio_put(MICROSCEP_W5500_CS, 1);
    gpio_set_dir(MICROSCEP_W5500_CS, GPIO_OUT);
    gpio_init(MICROSCEP_W5500_INT);
    gpio_pull_up(MICROSCEP_W5500_INT);
    gpio_init(MICROSCEP_W5500_RESET);
    gpio_put(MICROSCEP_W5500_RESET, 0);
    gpio_set_dir(MICROSCEP_W5500_RESET, GPIO_OUT);
    busy_wait_us(600);
    gpio_put(MICROSCEP_W5500_RESET, 1);
    busy_wait_us(2000);
}

void w5500_bus_begin(void) {
    gpio_put(MICROSCEP_W5500_CS, 0);
}

void w5500_bus_end(void) {
    gpio_put(MICROSCEP_W5500_CS, 1);
}

void w5500_bus_write(const uint8_t *data, size_t n) {
    spi_write_blocking(BUS, data, n);
}

void w5500_bus_read(uint8_t *out, size_t n) {
    spi_read_blocking(BUS, FILL, out, n);
}

static void interrupt(void) {
    if (gpio_get_irq_event_mask(MICROSCEP_W5500_INT) & GPIO_IRQ_EDGE_FALL) {
        gpio_acknowledge_irq(MICROSCEP_W5500_INT, GPIO_IRQ_EDGE_FALL);
        on_request();
    }
}

void w5500_bus_on_interrupt(void (*request)(void)) {
    on_request = request;
    gpio_add_raw_irq_handler(MICROSCEP_W5500_INT, interrupt);
    gpio_set_irq_enabled(MICROSCEP_W5500_INT, GPIO_IRQ_EDGE_FALL, true);
    irq_set_enabled(IO_IRQ_BANK0, true);
}
