/* Python module noe: what the set's board module needs of this port's hardware.
 * For boards/NOE/board.py and the tests. Each function's Python signature stands above it.
 */
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"

#include "bootblock.h"
#include "crash.h"
#if MICROSCEP_KEYS
#include "keys.h"
#endif
#include "machine.h"
#include "modnoe.h"
#include "nor.h"
#include "port.h"
#include "stack.h"
#include "ticks.h"
#include "uart.h"

/* def console_read(buf) -> int: bytes that have come in over the serial line, at most len(buf);
 * 0 = none. Never waits. The driver's copy is wiped. */
static mp_obj_t console_read(mp_obj_t buffer) {
    mp_buffer_info_t to;
    mp_get_buffer_raise(buffer, &to, MP_BUFFER_WRITE);
    return MP_OBJ_NEW_SMALL_INT(uart_read(to.buf, to.len));
}
static MP_DEFINE_CONST_FUN_OBJ_1(console_read_obj, console_read);

/* def console_write(data): sends all of data as it is. */
static mp_obj_t console_write(mp_obj_t data) {
    mp_buffer_info_t from;
    mp_get_buffer_raise(data, &from, MP_BUFFER_READ);
    uart_write(from.buf, from.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(console_write_obj, console_write);

#if MICROSCEP_KEYS
/* def keys_read(buf) -> int: scan codes (set 2) of keys pressed and let go, at most len(buf); 0 =
 * none. Never waits. The driver's copy is wiped. */
static mp_obj_t read_keys(mp_obj_t buffer) {
    mp_buffer_info_t to;
    mp_get_buffer_raise(buffer, &to, MP_BUFFER_WRITE);
    return MP_OBJ_NEW_SMALL_INT(keys_read(to.buf, to.len));
}
static MP_DEFINE_CONST_FUN_OBJ_1(read_keys_obj, read_keys);
#endif

/* def idle(ms): sleeps until something happens (a byte, a frame, a timer), at most ms. */
static mp_obj_t idle(mp_obj_t ms) {
    mp_int_t limit = mp_obj_get_int(ms);
    mp_event_handle_nowait();
    if (limit > 0)
        mp_event_wait_ms((mp_uint_t)limit);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(idle_obj, idle);

/* def uptime_us() -> int: microseconds since power-on; does not wrap. */
static mp_obj_t uptime_us(void) {
    return mp_obj_new_int_from_ull(ticks_us64());
}
static MP_DEFINE_CONST_FUN_OBJ_0(uptime_us_obj, uptime_us);

/* def mac() -> bytes | None: the board's own MAC address (6 bytes), None: the factory record's. */
static mp_obj_t mac(void) {
    const struct bootblock *boot = bootblock_get();
    if ((boot->flags & BOOTBLOCK_HAS_MAC) == 0)
        return mp_const_none;
    return mp_obj_new_bytes(boot->mac, sizeof boot->mac);
}
static MP_DEFINE_CONST_FUN_OBJ_0(mac_obj, mac);

/* def start_time() -> int | None: seconds since 1970-01-01 UTC that the network will tell. */
static mp_obj_t start_time(void) {
    const struct bootblock *boot = bootblock_get();
    if ((boot->flags & BOOTBLOCK_HAS_TIME) == 0)
        return mp_const_none;
    return mp_obj_new_int_from_ll(boot->start_time);
}
static MP_DEFINE_CONST_FUN_OBJ_0(start_time_obj, start_time);

/* def stack() -> (int, int): size of the C stack and the most that was in use, in bytes. */
static mp_obj_t stack(void) {
    mp_obj_t pair[2] = {MP_OBJ_NEW_SMALL_INT(stack_size()), MP_OBJ_NEW_SMALL_INT(stack_peak())};
    return mp_obj_new_tuple(2, pair);
}
static MP_DEFINE_CONST_FUN_OBJ_0(stack_obj, stack);

/* def stack_repaint(): the peak counts from here. */
static mp_obj_t repaint(void) {
    stack_repaint();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(repaint_obj, repaint);

/* def heap() -> int: bytes of the Python heap's region, its tables included. */
static mp_obj_t heap(void) {
    gc_info_t info;
    gc_info(&info);
    mp_state_mem_area_t *area = &MP_STATE_MEM(area);
    return MP_OBJ_NEW_SMALL_INT((size_t)(area->gc_pool_end - area->gc_alloc_table_start));
}
static MP_DEFINE_CONST_FUN_OBJ_0(heap_obj, heap);

/* def reset(): starts the set anew; does not return. */
static mp_obj_t reset(void) {
    machine_reset();
}
static MP_DEFINE_CONST_FUN_OBJ_0(reset_obj, reset);

/* def off(): switches the set off; does not return. */
static mp_obj_t off(void) {
    machine_off();
}
static MP_DEFINE_CONST_FUN_OBJ_0(off_obj, off);

#if MICROSCEP_DEVELOPMENT
static uint32_t overflow_stack(volatile uint32_t depth) {
    volatile uint32_t frame[64];
    frame[0] = depth;
    if (depth == 0xffffffffu)
        return 0;
    return overflow_stack(depth + 1) + frame[0];
}

static void poke(uintptr_t address) {
    __asm__ volatile("str %0, [%0]" ::"r"(address) : "memory");
}

/* def fault(kind): for the tests of the crash report. Development builds only. */
static mp_obj_t fault(mp_obj_t kind) {
    switch (mp_obj_get_int(kind)) {
    case 0:
        poke(0x10); /* near the null pointer */
        break;
    case 1:
        __asm__ volatile("udf #0"); /* permanently undefined */
        break;
    case 2:
        return mp_obj_new_int_from_uint(overflow_stack(0));
    case 3:
        poke((uintptr_t)&noe_flash_type); /* the image is read only */
        break;
    case 4:
        poke(BOOTBLOCK_ADDRESS + 1); /* not aligned */
        break;
    case 5:
        __asm__ volatile("svc #0" ::: "lr", "memory");
        break;
    case 6:
        ((void (*)(void))0x70000000)();
        break;
    case 8:
        poke((uintptr_t)nor_memory() + 16); /* the flash is not written by stores */
        break;
    default:
        crash("asked for");
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(fault_obj, fault);
#endif

static const mp_rom_map_elem_t globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_noe)},
    {MP_ROM_QSTR(MP_QSTR_DEVELOPMENT), MP_ROM_INT(MICROSCEP_DEVELOPMENT)},
    {MP_ROM_QSTR(MP_QSTR_Flash), MP_ROM_PTR(&noe_flash_type)},
    {MP_ROM_QSTR(MP_QSTR_net), MP_ROM_PTR(&noe_net_module)},
#if MICROSCEP_LCD
    {MP_ROM_QSTR(MP_QSTR_lcd), MP_ROM_PTR(&noe_lcd_module)},
#endif
#if MICROSCEP_KEYS
    {MP_ROM_QSTR(MP_QSTR_keys_read), MP_ROM_PTR(&read_keys_obj)},
#endif
    {MP_ROM_QSTR(MP_QSTR_console_read), MP_ROM_PTR(&console_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_console_write), MP_ROM_PTR(&console_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_idle), MP_ROM_PTR(&idle_obj)},
    {MP_ROM_QSTR(MP_QSTR_uptime_us), MP_ROM_PTR(&uptime_us_obj)},
    {MP_ROM_QSTR(MP_QSTR_mac), MP_ROM_PTR(&mac_obj)},
    {MP_ROM_QSTR(MP_QSTR_start_time), MP_ROM_PTR(&start_time_obj)},
    {MP_ROM_QSTR(MP_QSTR_stack), MP_ROM_PTR(&stack_obj)},
    {MP_ROM_QSTR(MP_QSTR_stack_repaint), MP_ROM_PTR(&repaint_obj)},
    {MP_ROM_QSTR(MP_QSTR_heap), MP_ROM_PTR(&heap_obj)},
    {MP_ROM_QSTR(MP_QSTR_reset), MP_ROM_PTR(&reset_obj)},
    {MP_ROM_QSTR(MP_QSTR_off), MP_ROM_PTR(&off_obj)},
#if MICROSCEP_DEVELOPMENT
    {MP_ROM_QSTR(MP_QSTR_fault), MP_ROM_PTR(&fault_obj)},
#endif
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t noe_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&globals,
};

MP_REGISTER_MODULE(MP_QSTR_noe, noe_module);
