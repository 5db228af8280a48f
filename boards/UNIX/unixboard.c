// Module unixboard: what the UNIX board asks of the host and MicroPython's unix port does not
// offer. For board.py.

#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "py/mphal.h"
#include "py/mpstate.h"
#include "py/runtime.h"

// A set has few files open; a socket beyond them is noticed when the time is over.
#define FILES 32

// Whether file is a socket; *events becomes what a firmware that waits wants to know of it.
static int awaited(int file, short *events) {
    int type;
    socklen_t size = sizeof type;
    if (getsockopt(file, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
        return 0;
    }
    struct sockaddr_storage peer;
    size = sizeof peer;
    // One that is still connecting becomes writable; any other nearly always is.
    int connecting = type == SOCK_STREAM && getpeername(file, (struct sockaddr *)&peer, &size) != 0;
    *events = connecting ? POLLOUT : POLLIN;
    return 1;
}

// wait(ms): until something comes in on standard input or a socket, at most ms milliseconds and at
// least one, so that what the firmware leaves unread does not keep it from resting.
static mp_obj_t wait(mp_obj_t longest) {
    struct pollfd files[FILES] = {{.fd = 0, .events = POLLIN}};
    nfds_t count = 1;
    for (int file = 3; file < FILES; file++) {
        if (awaited(file, &files[count].events)) {
            files[count++].fd = file;
        }
    }
    MP_THREAD_GIL_EXIT();
    if (poll(files, count, mp_obj_get_int(longest)) > 0) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    MP_THREAD_GIL_ENTER();
    mp_handle_pending(true);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(wait_obj, wait);

// heap() -> octets of the heap. gc.mem_alloc() + gc.mem_free() looks at each of its blocks twice.
static mp_obj_t heap(void) {
    const mp_state_mem_area_t *area = &MP_STATE_MEM(area);
    return mp_obj_new_int_from_uint(area->gc_pool_end - area->gc_pool_start);
}
static MP_DEFINE_CONST_FUN_OBJ_0(heap_obj, heap);

static const mp_rom_map_elem_t globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_unixboard)},
    {MP_ROM_QSTR(MP_QSTR_heap), MP_ROM_PTR(&heap_obj)},
    {MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&wait_obj)},
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t unixboard_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&globals,
};
MP_REGISTER_MODULE(MP_QSTR_unixboard, unixboard_module);
