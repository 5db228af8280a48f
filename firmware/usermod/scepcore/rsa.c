// RSAKey, KeyGenerator, Operation, rsa_verify and rsa_encrypt.
// For MicroPython; the interface is described in firmware/scepcore.pyi.
//
// Key generation and private operations work in memory of their own, sized by the key: the board's
// room (room.c) or the heap. It is wiped when they end, by wipe(), and by the finaliser as a second
// net.

#include "modscepcore.h"

#include <string.h>

#include "scepcore_key.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

typedef struct {
    mp_obj_base_t base;
    scepcore_key key;
} key_obj;

static key_obj *key_new(void) {
    key_obj *self = mp_obj_malloc_with_finaliser(key_obj, &modscepcore_type_RSAKey);
    scepcore_key_wipe(&self->key);
    return self;
}

static key_obj *key_get(mp_obj_t self_in) {
    key_obj *self = MP_OBJ_TO_PTR(self_in);
    modscepcore_check(self->key.bits != 0 ? SCEPCORE_OK : SCEPCORE_E_WIPED);
    return self;
}

void *modscepcore_key(mp_obj_t o) {
    if (!mp_obj_is_type(o, &modscepcore_type_RSAKey)) {
        mp_raise_TypeError(MP_ERROR_TEXT("an RSAKey is needed"));
    }
    return &key_get(o)->key;
}

static uint32_t exponent(mp_obj_t o) {
    uint64_t e = modscepcore_uint32(o);
    modscepcore_check(e <= UINT32_MAX ? SCEPCORE_OK : SCEPCORE_E_EXPONENT);
    return (uint32_t)e;
}

// Erased memory, 8-byte aligned. *block is what the collector has to see of it: NULL in the room.
static void *take(size_t size, void **block) {
    void *at = modscepcore_room_take(&modscepcore_rsa_room, size);
    if (at == NULL) {
        // A heap block of a 32-bit port may be aligned to less than 8 bytes; the heap does not
        // move.
        *block = m_new(uint8_t, size + 8);
        at = (void *)(((uintptr_t)*block + 7) & ~(uintptr_t)7);
    }
    scepcore_wipe(at, size);
    return at;
}

// A private operation. Invariant: operation is NULL once its room was given back.
typedef struct {
    mp_obj_base_t base;
    mp_obj_t key; // keeps it alive
    scepcore_operation *operation;
    void *block;
} operation_obj;

static operation_obj *operation_new(mp_obj_t key_in) {
    size_t size = scepcore_operation_size(key_get(key_in)->key.bits);
    operation_obj *self = mp_obj_malloc_with_finaliser(operation_obj, &modscepcore_type_Operation);
    self->key = key_in;
    self->operation = NULL;
    self->block = NULL;
    self->operation = take(size, &self->block);
    self->operation->size = size;
    return self;
}

static mp_obj_t operation_wipe(mp_obj_t self_in) {
    operation_obj *self = MP_OBJ_TO_PTR(self_in);
    if (self->operation != NULL) {
        scepcore_operation_wipe(self->operation);
        if (modscepcore_room_give(&modscepcore_rsa_room, self->operation)) {
            self->operation = NULL;
        }
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(operation_wipe_obj, operation_wipe);

static mp_obj_t operation_step(mp_obj_t self_in) {
    operation_obj *self = MP_OBJ_TO_PTR(self_in);
    modscepcore_check(self->operation != NULL ? SCEPCORE_OK : SCEPCORE_E_DONE);
    int status = scepcore_operation_step(self->operation);
    if (status == SCEPCORE_BUSY) {
        return mp_const_none;
    }
    mp_obj_t result = mp_const_none;
    if (status == SCEPCORE_OK) {
        result = mp_obj_new_bytes(self->operation->out, self->operation->out_len);
    }
    operation_wipe(self_in);
    modscepcore_check(status);
    return result;
}
static MP_DEFINE_CONST_FUN_OBJ_1(operation_step_obj, operation_step);

static const mp_rom_map_elem_t operation_table[] = {
    {MP_ROM_QSTR(MP_QSTR_step), MP_ROM_PTR(&operation_step_obj)},
    {MP_ROM_QSTR(MP_QSTR_wipe), MP_ROM_PTR(&operation_wipe_obj)},
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&operation_wipe_obj)},
};
static MP_DEFINE_CONST_DICT(operation_dict, operation_table);
MP_DEFINE_CONST_OBJ_TYPE(modscepcore_type_Operation, MP_QSTR_Operation, MP_TYPE_FLAG_NONE,
                         locals_dict, &operation_dict);

static operation_obj *started(operation_obj *op, int status) {
    if (status != SCEPCORE_OK) {
        operation_wipe(MP_OBJ_FROM_PTR(op));
    }
    modscepcore_check(status);
    return op;
}

static operation_obj *start_sign(mp_obj_t key_in, mp_obj_t name_in, mp_obj_t digest_in) {
    size_t len;
    const char *name = mp_obj_str_get_data(name_in, &len);
    mp_buffer_info_t digest = modscepcore_read(digest_in);
    operation_obj *op = operation_new(key_in);
    return started(op, scepcore_operation_sign(op->operation, op->operation->size,
                                               &key_get(key_in)->key, name, len, digest.buf,
                                               digest.len));
}

static operation_obj *start_decrypt(mp_obj_t key_in, mp_obj_t ciphertext_in) {
    mp_buffer_info_t ciphertext = modscepcore_read(ciphertext_in);
    operation_obj *op = operation_new(key_in);
    return started(op, scepcore_operation_decrypt(op->operation, op->operation->size,
                                                  &key_get(key_in)->key, ciphertext.buf,
                                                  ciphertext.len));
}

static mp_obj_t key_start(size_t n_args, const mp_obj_t *args) {
    const char *kind = mp_obj_str_get_str(args[1]);
    int sign = strcmp(kind, "sign") == 0;
    modscepcore_check(sign || strcmp(kind, "decrypt") == 0 ? SCEPCORE_OK : SCEPCORE_E_KIND);
    if (n_args != (sign ? 4 : 3)) {
        mp_raise_TypeError(
            MP_ERROR_TEXT("sign takes hash name and digest, decrypt takes a ciphertext"));
    }
    operation_obj *op =
        sign ? start_sign(args[0], args[2], args[3]) : start_decrypt(args[0], args[2]);
    return MP_OBJ_FROM_PTR(op);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(key_start_obj, 2, 4, key_start);

static mp_obj_t run(operation_obj *op) {
    mp_obj_t result = mp_const_none;
    while (result == mp_const_none) {
        result = operation_step(MP_OBJ_FROM_PTR(op));
    }
    return result;
}

static mp_obj_t key_sign(mp_obj_t self_in, mp_obj_t name_in, mp_obj_t digest_in) {
    return run(start_sign(self_in, name_in, digest_in));
}
static MP_DEFINE_CONST_FUN_OBJ_3(key_sign_obj, key_sign);

static mp_obj_t key_decrypt(mp_obj_t self_in, mp_obj_t ciphertext_in) {
    return run(start_decrypt(self_in, ciphertext_in));
}
static MP_DEFINE_CONST_FUN_OBJ_2(key_decrypt_obj, key_decrypt);

// Key generation. Invariant: generator is NULL once its room was given back; what it counted stays.
typedef struct {
    mp_obj_base_t base;
    key_obj *key; // filled by the last step: no allocation after all that work, none a step
    scepcore_generator *generator;
    void *block;
    uint32_t candidates, primes;
} generator_obj;

// Give the room of a generator that the core has wiped back.
static void generator_leave(generator_obj *self) {
    self->candidates = self->generator->candidates;
    self->primes = self->generator->primes;
    if (modscepcore_room_give(&modscepcore_rsa_room, self->generator)) {
        self->generator = NULL;
    }
}

static mp_obj_t generator_wipe(mp_obj_t self_in) {
    generator_obj *self = MP_OBJ_TO_PTR(self_in);
    if (self->generator != NULL) {
        scepcore_generator_wipe(self->generator);
        generator_leave(self);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(generator_wipe_obj, generator_wipe);

static mp_obj_t key_generate(size_t n_args, const mp_obj_t *args) {
    uint64_t bits = modscepcore_uint32(args[0]);
    uint32_t e = n_args > 1 ? exponent(args[1]) : 65537;
    size_t size = bits <= UINT32_MAX ? scepcore_generator_size((uint32_t)bits) : 0;
    modscepcore_check(size != 0 ? SCEPCORE_OK : SCEPCORE_E_KEY_BITS);
    generator_obj *self =
        mp_obj_malloc_with_finaliser(generator_obj, &modscepcore_type_KeyGenerator);
    memset((uint8_t *)self + sizeof self->base, 0, sizeof *self - sizeof self->base);
    self->key = key_new();
    self->generator = take(size, &self->block);
    int status =
        scepcore_generator_start(self->generator, size, &modscepcore_random, (uint32_t)bits, e);
    if (status != SCEPCORE_OK) {
        generator_wipe(MP_OBJ_FROM_PTR(self));
    }
    modscepcore_check(status);
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(key_generate_fun, 1, 2, key_generate);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(key_generate_obj, MP_ROM_PTR(&key_generate_fun));

static mp_obj_t generator_step(mp_obj_t self_in) {
    generator_obj *self = MP_OBJ_TO_PTR(self_in);
    bool runs = self->key != NULL && self->generator != NULL;
    modscepcore_check(runs ? SCEPCORE_OK : SCEPCORE_E_DONE);
    int status = scepcore_generator_step(self->generator, &modscepcore_random, &self->key->key);
    if (status == SCEPCORE_BUSY) {
        return mp_const_none;
    }
    generator_leave(self);
    modscepcore_check(status);
    mp_obj_t key = MP_OBJ_FROM_PTR(self->key);
    self->key = NULL; // the key lives as long as its owner wants, not as long as the generator
    return key;
}
static MP_DEFINE_CONST_FUN_OBJ_1(generator_step_obj, generator_step);

static void generator_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    generator_obj *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        return; // nothing can be stored or deleted
    }
    if (attr == MP_QSTR_progress) {
        const scepcore_generator *g = self->generator;
        mp_obj_t items[2] = {mp_obj_new_int_from_uint(g != NULL ? g->candidates : self->candidates),
                             mp_obj_new_int_from_uint(g != NULL ? g->primes : self->primes)};
        dest[0] = mp_obj_new_tuple(2, items);
    } else {
        dest[1] = MP_OBJ_SENTINEL; // go on in the table
    }
}

static const mp_rom_map_elem_t generator_table[] = {
    {MP_ROM_QSTR(MP_QSTR_step), MP_ROM_PTR(&generator_step_obj)},
    {MP_ROM_QSTR(MP_QSTR_wipe), MP_ROM_PTR(&generator_wipe_obj)},
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&generator_wipe_obj)},
};
static MP_DEFINE_CONST_DICT(generator_dict, generator_table);
MP_DEFINE_CONST_OBJ_TYPE(modscepcore_type_KeyGenerator, MP_QSTR_KeyGenerator, MP_TYPE_FLAG_NONE,
                         attr, generator_attr, locals_dict, &generator_dict);

static mp_obj_t key_from_der(mp_obj_t der_in) {
    mp_buffer_info_t der = modscepcore_read(der_in);
    key_obj *self = key_new();
    modscepcore_check(scepcore_key_from_der(&self->key, der.buf, der.len));
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_1(key_from_der_fun, key_from_der);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(key_from_der_obj, MP_ROM_PTR(&key_from_der_fun));

static mp_obj_t key_unseal(mp_obj_t kek_in, mp_obj_t blob_in, mp_obj_t aad_in) {
    const uint8_t *kek = modscepcore_kek(kek_in);
    mp_buffer_info_t blob = modscepcore_read(blob_in), aad = modscepcore_read(aad_in);
    key_obj *self = key_new();
    modscepcore_check(scepcore_key_unseal(&self->key, kek, blob.buf, blob.len, aad.buf, aad.len));
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_3(key_unseal_fun, key_unseal);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(key_unseal_obj, MP_ROM_PTR(&key_unseal_fun));

static mp_obj_t key_seal(mp_obj_t self_in, mp_obj_t kek_in, mp_obj_t aad_in) {
    key_obj *self = key_get(self_in);
    const uint8_t *kek = modscepcore_kek(kek_in);
    mp_buffer_info_t aad = modscepcore_read(aad_in);
    vstr_t out;
    vstr_init_len(&out, scepcore_key_sealed_size(&self->key));
    scepcore_key_seal(&self->key, kek, &modscepcore_random, aad.buf, aad.len, (uint8_t *)out.buf);
    return mp_obj_new_bytes_from_vstr(&out);
}
static MP_DEFINE_CONST_FUN_OBJ_3(key_seal_obj, key_seal);

static mp_obj_t key_public(mp_obj_t self_in) {
    key_obj *self = key_get(self_in);
    mp_obj_t items[2] = {mp_obj_new_bytes(self->key.n, self->key.nlen),
                         mp_obj_new_int_from_uint(self->key.e)};
    return mp_obj_new_tuple(2, items);
}
static MP_DEFINE_CONST_FUN_OBJ_1(key_public_obj, key_public);

static mp_obj_t key_wipe(mp_obj_t self_in) {
    scepcore_key_wipe(&((key_obj *)MP_OBJ_TO_PTR(self_in))->key);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(key_wipe_obj, key_wipe);

static void key_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return; // nothing can be stored or deleted
    }
    if (attr == MP_QSTR_bits) {
        dest[0] = mp_obj_new_int_from_uint(key_get(self_in)->key.bits);
    } else {
        dest[1] = MP_OBJ_SENTINEL; // go on in the table
    }
}

static const mp_rom_map_elem_t key_table[] = {
    {MP_ROM_QSTR(MP_QSTR_generate), MP_ROM_PTR(&key_generate_obj)},
    {MP_ROM_QSTR(MP_QSTR_from_der), MP_ROM_PTR(&key_from_der_obj)},
    {MP_ROM_QSTR(MP_QSTR_unseal), MP_ROM_PTR(&key_unseal_obj)},
    {MP_ROM_QSTR(MP_QSTR_seal), MP_ROM_PTR(&key_seal_obj)},
    {MP_ROM_QSTR(MP_QSTR_public), MP_ROM_PTR(&key_public_obj)},
    {MP_ROM_QSTR(MP_QSTR_sign), MP_ROM_PTR(&key_sign_obj)},
    {MP_ROM_QSTR(MP_QSTR_decrypt), MP_ROM_PTR(&key_decrypt_obj)},
    {MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&key_start_obj)},
    {MP_ROM_QSTR(MP_QSTR_wipe), MP_ROM_PTR(&key_wipe_obj)},
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&key_wipe_obj)},
};
static MP_DEFINE_CONST_DICT(key_dict, key_table);
MP_DEFINE_CONST_OBJ_TYPE(modscepcore_type_RSAKey, MP_QSTR_RSAKey, MP_TYPE_FLAG_NONE, attr, key_attr,
                         locals_dict, &key_dict);

static mp_obj_t rsa_verify(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    size_t len;
    mp_buffer_info_t n = modscepcore_read(args[0]);
    uint32_t e = exponent(args[1]);
    const char *name = mp_obj_str_get_data(args[2], &len);
    mp_buffer_info_t digest = modscepcore_read(args[3]), signature = modscepcore_read(args[4]);
    return mp_obj_new_bool(modscepcore_check(scepcore_rsa_verify(
        n.buf, n.len, e, name, len, digest.buf, digest.len, signature.buf, signature.len)));
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(modscepcore_rsa_verify_obj, 5, 5, rsa_verify);

static mp_obj_t rsa_encrypt(mp_obj_t n_in, mp_obj_t e_in, mp_obj_t plaintext_in) {
    mp_buffer_info_t n = modscepcore_read(n_in), plain = modscepcore_read(plaintext_in);
    uint32_t e = exponent(e_in);
    const uint8_t *modulus = n.buf;
    size_t len = n.len;
    modscepcore_check(scepcore_public_check(&modulus, &len, e));
    vstr_t out;
    vstr_init_len(&out, len);
    modscepcore_check(scepcore_rsa_encrypt(&modscepcore_random, modulus, len, e, plain.buf,
                                           plain.len, (uint8_t *)out.buf));
    return mp_obj_new_bytes_from_vstr(&out);
}
MP_DEFINE_CONST_FUN_OBJ_3(modscepcore_rsa_encrypt_obj, rsa_encrypt);
