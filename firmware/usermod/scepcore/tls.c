// TLS: a client connection without a transport.
// For MicroPython; the interface is described in firmware/scepcore.pyi.
//
// The engine calls back into Python once, to have the server's chain judged; an exception there is
// kept until the engine has come back, and refuses the chain.
//
// Where the board has a room for one (room.c), a connection stands there until it is wiped; another
// one meanwhile stands in the heap.

#include "modscepcore.h"

#include <string.h>

#include "scepcore_status.h"
#include "scepcore_tls.h"
#include "scepcore_wipe.h"

// Invariant: `tls` is NULL once the connection was wiped: its memory may be another one's by then.
typedef struct {
    mp_obj_base_t base;
    scepcore_tls *tls;
    uint8_t *memory; // of the heap, which holds tls 8-byte aligned; or NULL
    uint8_t *buffer;
    size_t buffer_len;
    bool at_work; // within push: the engine stands on the stack
    mp_obj_t judge;
    mp_obj_t key;    // keeps the private key alive
    mp_obj_t own;    // keeps our certificates alive
    mp_obj_t raised; // by judge, or MP_OBJ_NULL
} tls_obj;

// Memory for the engine and, behind it, buffer_len bytes of record buffer.
static void take_memory(tls_obj *self) {
    self->tls = modscepcore_room_take(&modscepcore_tls_room, sizeof *self->tls + self->buffer_len);
    if (self->tls != NULL) {
        self->buffer = (uint8_t *)(self->tls + 1);
        return;
    }
    self->memory = m_new0(uint8_t, sizeof(scepcore_tls) + 8);
    self->buffer = m_new(uint8_t, self->buffer_len);
    self->tls = (scepcore_tls *)(((uintptr_t)self->memory + 7) & ~(uintptr_t)7);
}

static void give_memory_back(tls_obj *self) {
    // The heap's is the collector's to free: this runs as a finaliser too.
    modscepcore_room_give(&modscepcore_tls_room, self->tls);
    self->tls = NULL;
    self->memory = self->buffer = NULL;
}

static int judge(void *arg, const uint8_t *chain, size_t len) {
    tls_obj *self = arg;
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t answer = mp_call_function_1(self->judge, mp_obj_new_bytes(chain, len));
        nlr_pop();
        return mp_obj_is_true(answer);
    }
    self->raised = MP_OBJ_FROM_PTR(nlr.ret_val);
    return 0;
}

static mp_obj_t tls_wipe(mp_obj_t self_in) {
    tls_obj *self = MP_OBJ_TO_PTR(self_in);
    if (self->at_work) {
        mp_raise_ValueError(MP_ERROR_TEXT("the connection is at work"));
    }
    if (self->tls != NULL) {
        scepcore_tls_wipe(self->tls);
        scepcore_wipe(self->buffer, self->buffer_len);
        give_memory_back(self);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(tls_wipe_obj, tls_wipe);

// The certificates of `own` (a tuple of buffers) to the engine.
static int give_identity(tls_obj *self) {
    size_t count;
    mp_obj_t *items;
    mp_obj_get_array(self->own, &count, &items);
    const uint8_t *ders[SCEPCORE_TLS_OWN_MAX];
    size_t lens[SCEPCORE_TLS_OWN_MAX];
    for (size_t i = 0; i < count && i < SCEPCORE_TLS_OWN_MAX; i++) {
        mp_buffer_info_t der = modscepcore_read(items[i]);
        ders[i] = der.buf;
        lens[i] = der.len;
    }
    scepcore_key *key = modscepcore_key(self->key);
    return scepcore_tls_identity(self->tls, key, ders, lens, count);
}

static mp_obj_t tls_make(size_t n_pos, const mp_obj_t *pos, mp_map_t *words) {
    enum { HOST, JUDGE, KEY, CHAIN, LEGACY, BUFFER, CHAIN_SIZE };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_host, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_judge, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_key, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_chain, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_PTR(&mp_const_empty_tuple_obj)}},
        {MP_QSTR_legacy, MP_ARG_BOOL, {.u_bool = false}},
        {MP_QSTR_buffer, MP_ARG_INT, {.u_int = SCEPCORE_TLS_BUFFER}},
        {MP_QSTR_chain_size, MP_ARG_INT, {.u_int = 4096}},
    };
    mp_arg_val_t given[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_pos, pos, words, MP_ARRAY_SIZE(allowed), allowed, given);
    if (given[BUFFER].u_int > 0x10000 || given[CHAIN_SIZE].u_int < 0 ||
        given[CHAIN_SIZE].u_int > given[BUFFER].u_int) {
        modscepcore_check(SCEPCORE_E_TLS_BUFFER);
    }
    const char *host =
        given[HOST].u_obj == mp_const_none ? NULL : mp_obj_str_get_str(given[HOST].u_obj);
    tls_obj *self = mp_obj_malloc_with_finaliser(tls_obj, &modscepcore_type_TLS);
    memset((uint8_t *)self + sizeof self->base, 0, sizeof *self - sizeof self->base);
    self->judge = given[JUDGE].u_obj;
    self->key = given[KEY].u_obj;
    self->own = given[CHAIN].u_obj;
    self->buffer_len = given[BUFFER].u_int;
    take_memory(self);
    int status = scepcore_tls_start(self->tls, self->buffer, self->buffer_len,
                                    given[CHAIN_SIZE].u_int, &modscepcore_random, host,
                                    given[LEGACY].u_bool ? SCEPCORE_TLS_LEGACY : 0, judge, self);
    if (status == SCEPCORE_OK && self->key != mp_const_none) {
        status = give_identity(self);
    }
    if (status != SCEPCORE_OK) {
        tls_wipe(MP_OBJ_FROM_PTR(self));
    }
    modscepcore_check(status);
    return MP_OBJ_FROM_PTR(self);
}
MP_DEFINE_CONST_FUN_OBJ_KW(modscepcore_tls_obj, 2, tls_make);

static mp_obj_t tls_state(mp_obj_t self_in) {
    return MP_OBJ_NEW_SMALL_INT(scepcore_tls_state(((tls_obj *)MP_OBJ_TO_PTR(self_in))->tls));
}
static MP_DEFINE_CONST_FUN_OBJ_1(tls_state_obj, tls_state);

static mp_obj_t tls_pull(mp_obj_t self_in, mp_obj_t out_in) {
    mp_buffer_info_t out = modscepcore_write(out_in);
    size_t n = scepcore_tls_pull(((tls_obj *)MP_OBJ_TO_PTR(self_in))->tls, out.buf, out.len);
    return MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_2(tls_pull_obj, tls_pull);

static mp_obj_t tls_push(mp_obj_t self_in, mp_obj_t in_in) {
    tls_obj *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t in = modscepcore_read(in_in);
    self->at_work = true; // no exception leaves the engine
    size_t n = scepcore_tls_push(self->tls, in.buf, in.len);
    self->at_work = false;
    scepcore_scrub_stack();
    size_t needed = scepcore_tls_needed(self->tls);
    if (self->memory != NULL && 0 < needed && needed < self->buffer_len) {
        // the chain was judged: its memory goes back (a smaller block stays where it is)
        self->buffer = m_renew(uint8_t, self->buffer, self->buffer_len, needed);
        self->buffer_len = needed;
    }
    if (self->raised != MP_OBJ_NULL) {
        mp_obj_t raised = self->raised;
        self->raised = MP_OBJ_NULL;
        nlr_raise(raised);
    }
    return MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_2(tls_push_obj, tls_push);

static mp_obj_t tls_read(mp_obj_t self_in, mp_obj_t out_in) {
    mp_buffer_info_t out = modscepcore_write(out_in);
    size_t n = scepcore_tls_read(((tls_obj *)MP_OBJ_TO_PTR(self_in))->tls, out.buf, out.len);
    return MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_2(tls_read_obj, tls_read);

static mp_obj_t tls_write(mp_obj_t self_in, mp_obj_t in_in) {
    mp_buffer_info_t in = modscepcore_read(in_in);
    size_t n = scepcore_tls_write(((tls_obj *)MP_OBJ_TO_PTR(self_in))->tls, in.buf, in.len);
    return MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_2(tls_write_obj, tls_write);

static mp_obj_t tls_flush(mp_obj_t self_in) {
    scepcore_tls_flush(((tls_obj *)MP_OBJ_TO_PTR(self_in))->tls);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(tls_flush_obj, tls_flush);

static mp_obj_t tls_close(mp_obj_t self_in) {
    scepcore_tls_close(((tls_obj *)MP_OBJ_TO_PTR(self_in))->tls);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(tls_close_obj, tls_close);

static mp_obj_t tls_error(mp_obj_t self_in) {
    return MP_OBJ_NEW_SMALL_INT(scepcore_tls_error(((tls_obj *)MP_OBJ_TO_PTR(self_in))->tls));
}
static MP_DEFINE_CONST_FUN_OBJ_1(tls_error_obj, tls_error);

static mp_obj_t tls_agreed(mp_obj_t self_in) {
    tls_obj *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t pair[2] = {MP_OBJ_NEW_SMALL_INT(scepcore_tls_version(self->tls)),
                        MP_OBJ_NEW_SMALL_INT(scepcore_tls_suite(self->tls))};
    return mp_obj_new_tuple(2, pair);
}
static MP_DEFINE_CONST_FUN_OBJ_1(tls_agreed_obj, tls_agreed);

static const mp_rom_map_elem_t tls_table[] = {
    {MP_ROM_QSTR(MP_QSTR_state), MP_ROM_PTR(&tls_state_obj)},
    {MP_ROM_QSTR(MP_QSTR_pull), MP_ROM_PTR(&tls_pull_obj)},
    {MP_ROM_QSTR(MP_QSTR_push), MP_ROM_PTR(&tls_push_obj)},
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&tls_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&tls_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_flush), MP_ROM_PTR(&tls_flush_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&tls_close_obj)},
    {MP_ROM_QSTR(MP_QSTR_error), MP_ROM_PTR(&tls_error_obj)},
    {MP_ROM_QSTR(MP_QSTR_agreed), MP_ROM_PTR(&tls_agreed_obj)},
    {MP_ROM_QSTR(MP_QSTR_wipe), MP_ROM_PTR(&tls_wipe_obj)},
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&tls_wipe_obj)},
};
static MP_DEFINE_CONST_DICT(tls_dict, tls_table);
MP_DEFINE_CONST_OBJ_TYPE(modscepcore_type_TLS, MP_QSTR_TLS, MP_TYPE_FLAG_NONE, locals_dict,
                         &tls_dict);
