/* Module rp2board: what the board modules need of the chip. For firmware/port/rp2/rp2port.py.
 */
#include <string.h>

#include "py/mphal.h"
#include "py/ringbuf.h"
#include "py/runtime.h"
#include "pico/unique_id.h"
#include "hardware/timer.h"
#include "hardware/watchdog.h"
#include "shared/tinyusb/mp_usbd_cdc.h"

#include "rp2board.h"

extern ringbuf_t stdin_ringbuf;

/* def console_read(buf) -> int: moves what has come over USB into buf; its copy here is wiped. */
static mp_obj_t console_read(mp_obj_t buffer) {
    mp_buffer_info_t to;
    mp_get_buffer_raise(buffer, &to, MP_BUFFER_WRITE);
    mp_usbd_cdc_poll_interfaces(0);
    size_t n = 0;
    while (n < to.len) {
        uint16_t at = stdin_ringbuf.iget;
        int byte = ringbuf_get(&stdin_ringbuf);
        if (byte < 0)
            break;
        stdin_ringbuf.buf[at] = 0;
        ((uint8_t *)to.buf)[n++] = (uint8_t)byte;
    }
    return MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_1(console_read_obj, console_read);

/* def console_write(data): as it is; what no host takes is lost after half a second. */
static mp_obj_t console_write(mp_obj_t data) {
    mp_buffer_info_t from;
    mp_get_buffer_raise(data, &from, MP_BUFFER_READ);
    mp_hal_stdout_tx_strn(from.buf, from.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(console_write_obj, console_write);

/* def idle(ms: int): sleeps until something comes in, at most so long. */
static mp_obj_t idle(mp_obj_t ms) {
    mp_event_wait_ms((mp_uint_t)mp_obj_get_int(ms));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(idle_obj, idle);

/* def uptime_us() -> int: microseconds since power-on. */
static mp_obj_t uptime_us(void) {
    return mp_obj_new_int_from_ull(time_us_64());
}
static MP_DEFINE_CONST_FUN_OBJ_0(uptime_us_obj, uptime_us);

/* def stack() -> (size, peak): bytes of C stack, and the most that was in use since power-on. */
static mp_obj_t stack(void) {
    mp_obj_t both[2] = {MP_OBJ_NEW_SMALL_INT(stack_size()), MP_OBJ_NEW_SMALL_INT(stack_peak())};
    return mp_obj_new_tuple(2, both);
}
static MP_DEFINE_CONST_FUN_OBJ_0(stack_obj, stack);

/* def serial() -> bytes: the flash chip's 8 bytes that no other board has. */
static mp_obj_t serial(void) {
    pico_unique_board_id_t id;
    pico_get_unique_board_id(&id);
    return mp_obj_new_bytes(id.id, sizeof id.id);
}
static MP_DEFINE_CONST_FUN_OBJ_0(serial_obj, serial);

/* def reset(): starts the chip anew. */
static mp_obj_t reset(void) {
    watchdog_reboot(0, 0, 0);
    for (;;)
        __wfi();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(reset_obj, reset);

#if !MICROSCEP_BARE
/* def secret(make: bool = False) -> bool: whether the board has its device secret; make: give it
 * one where it has none. */
static mp_obj_t secret(size_t n_args, const mp_obj_t *args) {
    bool there = secret_present();
    if (!there && n_args == 1 && mp_obj_is_true(args[0]))
        there = secret_make();
    return mp_obj_new_bool(there);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(secret_obj, 0, 1, secret);
#endif

static const mp_rom_map_elem_t globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_rp2board)},
    {MP_ROM_QSTR(MP_QSTR_console_read), MP_ROM_PTR(&console_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_console_write), MP_ROM_PTR(&console_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_idle), MP_ROM_PTR(&idle_obj)},
    {MP_ROM_QSTR(MP_QSTR_uptime_us), MP_ROM_PTR(&uptime_us_obj)},
    {MP_ROM_QSTR(MP_QSTR_stack), MP_ROM_PTR(&stack_obj)},
    {MP_ROM_QSTR(MP_QSTR_serial), MP_ROM_PTR(&serial_obj)},
    {MP_ROM_QSTR(MP_QSTR_reset), MP_ROM_PTR(&reset_obj)},
#if !MICROSCEP_BARE
    {MP_ROM_QSTR(MP_QSTR_secret), MP_ROM_PTR(&secret_obj)},
#endif
    {MP_ROM_QSTR(MP_QSTR_STORE_BYTES), MP_ROM_INT(MICROSCEP_STORE_BYTES)},
    {MP_ROM_QSTR(MP_QSTR_DEVELOPMENT), MP_ROM_INT(MICROSCEP_DEVELOPMENT)},
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t rp2board_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&globals,
};
MP_REGISTER_MODULE(MP_QSTR_rp2board, rp2board_module);
