/* PL110 colour LCD controller, 320 x 240 pixels of 16 bits. For module noe and the menu.
 * ARM DDI 0161; the panel is selected in the system registers (DUI 0225D 4.3.22).
 */
#include <string.h>

#include "lcd.h"
#include "machine.h"

#define TIMING(n) REG32(LCD_BASE + 4u * (n))
#define FRAME_BASE REG32(LCD_BASE + 0x10)
#define CONTROL REG32(LCD_BASE + 0x18) /* where the Versatile's PL110 has it */
#define PANEL_SELECT REG32(SYSTEM_BASE + 0x50)

/* Porches and pulses of the evaluation board's panel; the emulator needs the sizes alone. */
#define TIMING0 (0x3f1f3f00u | (LCD_WIDTH / 16 - 1) << 2)
#define TIMING1 (0x090b6000u | (LCD_HEIGHT - 1))
#define TIMING2 0x067f1800u
#define PANEL_565 2u
#define CONTROL_ON 0x0829u /* power, TFT, 16 bits a pixel, on */
#define CONTROL_RED_HIGH 0x0100u

static uint8_t pixels[LCD_BYTES] __attribute__((section(".framebuffer"), aligned(8)));

void lcd_init(void) {
    memset(pixels, 0, sizeof pixels);
    PANEL_SELECT = PANEL_565;
    TIMING(0) = TIMING0;
    TIMING(1) = TIMING1;
    TIMING(2) = TIMING2;
    FRAME_BASE = (uint32_t)pixels;
    lcd_power(true);
}

void lcd_power(bool on) {
    CONTROL = on ? CONTROL_ON | CONTROL_RED_HIGH : 0;
}

uint8_t *lcd_memory(void) {
    return pixels;
}
