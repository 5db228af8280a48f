/* PL110 colour LCD controller, 320 x 240 pixels of 16 bits. For module noe and the menu.
 * ARM DDI 0161; the panel is selected in the system registers (DUI 0225D 4.3.22).
 */
#ifndef MICROSCEP_PORT_LCD_H
#define MICROSCEP_PORT_LCD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LCD_WIDTH 320u
#define LCD_HEIGHT 240u
#define LCD_BYTES (LCD_WIDTH * LCD_HEIGHT * 2u)

/* Clears the frame buffer and switches the panel on. */
void lcd_init(void);

/* Switches the panel off or on again; the frame buffer stays. */
void lcd_power(bool on);

/* Frame buffer: LCD_BYTES, row after row, RGB565 little-endian (red in the high five bits). */
uint8_t *lcd_memory(void);

#endif
