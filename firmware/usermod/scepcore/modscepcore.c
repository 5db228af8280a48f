// The module scepcore: exceptions, randomness, and the table of names.
// For MicroPython; the same interface as on CPython (firmware/scepcore.pyi).

#include "modscepcore.h"

#include "py/objexcept.h"

#include "scepcore_status.h"
#include "scepcore_wipe.h"

scepcore_random modscepcore_random;

static MP_DEFINE_EXCEPTION(Error, Exception);
static MP_DEFINE_EXCEPTION(EntropyError, Error);
static MP_DEFINE_EXCEPTION(SealError, Error);

int modscepcore_check(int status) {
    const mp_obj_type_t *type;
    switch (scepcore_status_kind(status)) {
    case SCEPCORE_KIND_NONE:
        return status;
    case SCEPCORE_KIND_VALUE:
        type = &mp_type_ValueError;
        break;
    case SCEPCORE_KIND_ENTROPY:
        type = &mp_type_EntropyError;
        break;
    case SCEPCORE_KIND_SEAL:
        type = &mp_type_SealError;
        break;
    default:
        type = &mp_type_Error;
        break;
    }
    const char *message = scepcore_status_message(status);
    nlr_raise(mp_obj_new_exception_arg1(type, mp_obj_new_str_from_cstr(message)));
}

mp_buffer_info_t modscepcore_read(mp_obj_t o) {
    mp_buffer_info_t b;
    mp_get_buffer_raise(o, &b, MP_BUFFER_READ);
    return b;
}

mp_buffer_info_t modscepcore_write(mp_obj_t o) {
    mp_buffer_info_t b;
    mp_get_buffer_raise(o, &b, MP_BUFFER_WRITE);
    return b;
}

uint64_t modscepcore_uint32(mp_obj_t o) {
    if (!mp_obj_is_int(o)) {
        mp_raise_TypeError(MP_ERROR_TEXT("an int is needed"));
    }
    // Twice 16: a shift by 32 would be one by 0 for the small ints of a 32-bit port.
    mp_obj_t high = mp_binary_op(MP_BINARY_OP_RSHIFT, o, MP_OBJ_NEW_SMALL_INT(16));
    high = mp_binary_op(MP_BINARY_OP_RSHIFT, high, MP_OBJ_NEW_SMALL_INT(16));
    return high == MP_OBJ_NEW_SMALL_INT(0) ? (uint32_t)mp_obj_int_get_truncated(o) : UINT64_MAX;
}

static mp_obj_t random_bytes(mp_obj_t n_in) {
    mp_int_t n = mp_obj_get_int(n_in);
    if (n < 0 || n > SCEPCORE_RANDOM_MAX) {
        modscepcore_check(SCEPCORE_E_RANDOM_LENGTH);
    }
    vstr_t out;
    vstr_init_len(&out, n);
    modscepcore_check(scepcore_random_bytes(&modscepcore_random, (uint8_t *)out.buf, n));
    return mp_obj_new_bytes_from_vstr(&out);
}
static MP_DEFINE_CONST_FUN_OBJ_1(random_obj, random_bytes);

static mp_obj_t seed(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t data = {.buf = NULL, .len = 0};
    if (n_args > 0) {
        data = modscepcore_read(args[0]);
    }
    modscepcore_check(scepcore_random_seed(&modscepcore_random, data.buf, data.len));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(seed_obj, 0, 1, seed);

static mp_obj_t seeded(void) {
    return mp_obj_new_bool(scepcore_random_seeded(&modscepcore_random));
}
static MP_DEFINE_CONST_FUN_OBJ_0(seeded_obj, seeded);

static mp_obj_t equal(mp_obj_t a_in, mp_obj_t b_in) {
    mp_buffer_info_t a = modscepcore_read(a_in), b = modscepcore_read(b_in);
    return mp_obj_new_bool(a.len == b.len && scepcore_equal(a.buf, b.buf, a.len));
}
static MP_DEFINE_CONST_FUN_OBJ_2(equal_obj, equal);

static const mp_rom_map_elem_t globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_scepcore)},
    {MP_ROM_QSTR(MP_QSTR_Error), MP_ROM_PTR(&mp_type_Error)},
    {MP_ROM_QSTR(MP_QSTR_EntropyError), MP_ROM_PTR(&mp_type_EntropyError)},
    {MP_ROM_QSTR(MP_QSTR_SealError), MP_ROM_PTR(&mp_type_SealError)},
    {MP_ROM_QSTR(MP_QSTR_Hash), MP_ROM_PTR(&modscepcore_type_Hash)},
    {MP_ROM_QSTR(MP_QSTR_Cipher), MP_ROM_PTR(&modscepcore_type_Cipher)},
    {MP_ROM_QSTR(MP_QSTR_Kek), MP_ROM_PTR(&modscepcore_type_Kek)},
    {MP_ROM_QSTR(MP_QSTR_RSAKey), MP_ROM_PTR(&modscepcore_type_RSAKey)},
    {MP_ROM_QSTR(MP_QSTR_KeyGenerator), MP_ROM_PTR(&modscepcore_type_KeyGenerator)},
    {MP_ROM_QSTR(MP_QSTR_Operation), MP_ROM_PTR(&modscepcore_type_Operation)},
    {MP_ROM_QSTR(MP_QSTR_TLS), MP_ROM_PTR(&modscepcore_type_TLS)},
    {MP_ROM_QSTR(MP_QSTR_hash), MP_ROM_PTR(&modscepcore_hash_obj)},
    {MP_ROM_QSTR(MP_QSTR_hmac), MP_ROM_PTR(&modscepcore_hmac_obj)},
    {MP_ROM_QSTR(MP_QSTR_cipher), MP_ROM_PTR(&modscepcore_cipher_obj)},
    {MP_ROM_QSTR(MP_QSTR_random), MP_ROM_PTR(&random_obj)},
    {MP_ROM_QSTR(MP_QSTR_seed), MP_ROM_PTR(&seed_obj)},
    {MP_ROM_QSTR(MP_QSTR_seeded), MP_ROM_PTR(&seeded_obj)},
    {MP_ROM_QSTR(MP_QSTR_equal), MP_ROM_PTR(&equal_obj)},
    {MP_ROM_QSTR(MP_QSTR_seal), MP_ROM_PTR(&modscepcore_seal_obj)},
    {MP_ROM_QSTR(MP_QSTR_unseal), MP_ROM_PTR(&modscepcore_unseal_obj)},
    {MP_ROM_QSTR(MP_QSTR_tls), MP_ROM_PTR(&modscepcore_tls_obj)},
    {MP_ROM_QSTR(MP_QSTR_rsa_verify), MP_ROM_PTR(&modscepcore_rsa_verify_obj)},
    {MP_ROM_QSTR(MP_QSTR_rsa_encrypt), MP_ROM_PTR(&modscepcore_rsa_encrypt_obj)},
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t mp_module_scepcore = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&globals,
};
MP_REGISTER_MODULE(MP_QSTR_scepcore, mp_module_scepcore);
