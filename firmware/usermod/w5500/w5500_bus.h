/* What a port brings for the W5500: its SPI bus, chip select, reset and interrupt line.
 * For w5500.c and w5500_netif.c.
 */
#ifndef MICROSCEP_W5500_BUS_H
#define MICROSCEP_W5500_BUS_H

#include <stddef.h>
#include <stdint.h>

/* Set the bus up (mode 0, at most 33 MHz) and reset the chip: low for 500 us at least, then 1 ms
 * until its clock has settled (data sheet section 5.5.1). */
void w5500_bus_start(void);

/* Chip select low, high. */
void w5500_bus_begin(void);
void w5500_bus_end(void);

/* Move n bytes, most significant bit first. */
void w5500_bus_write(const uint8_t *data, size_t n);
void w5500_bus_read(uint8_t *out, size_t n);

/* Have `request` called, in an interrupt, each time the chip's INTn goes low. */
void w5500_bus_on_interrupt(void (*request)(void));

#endif
