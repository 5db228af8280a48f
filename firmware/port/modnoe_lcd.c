/* noe.lcd: the colour display, for framebuf. For boards/NOE/board.py and the menu's renderer.
 */
#include "py/runtime.h"

#include "modnoe.h"

#if MICROSCEP_LCD
#include "lcd.h"

/* def start(): clears the frame buffer and switches the panel on. */
static mp_obj_t start(void) {
    lcd_init();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(start_obj, start);

/* def power(on: bool): switches the panel; what is drawn stays. */
static mp_obj_t power(mp_obj_t on) {
    lcd_power(mp_obj_is_true(on));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(power_obj, power);

/* def memory() -> bytearray: the frame buffer itself, for framebuf.FrameBuffer(memory(), WIDTH,
 * HEIGHT, framebuf.RGB565). */
static mp_obj_t memory(void) {
    return mp_obj_new_bytearray_by_ref(LCD_BYTES, lcd_memory());
}
static MP_DEFINE_CONST_FUN_OBJ_0(memory_obj, memory);

static const mp_rom_map_elem_t globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_lcd)},
    {MP_ROM_QSTR(MP_QSTR_WIDTH), MP_ROM_INT(LCD_WIDTH)},
    {MP_ROM_QSTR(MP_QSTR_HEIGHT), MP_ROM_INT(LCD_HEIGHT)},
    {MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&start_obj)},
    {MP_ROM_QSTR(MP_QSTR_power), MP_ROM_PTR(&power_obj)},
    {MP_ROM_QSTR(MP_QSTR_memory), MP_ROM_PTR(&memory_obj)},
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t noe_lcd_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&globals,
};
#endif
