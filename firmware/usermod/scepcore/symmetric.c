// Hash, Cipher, Kek, hmac, seal and unseal.
// For MicroPython; the interface is described in firmware/scepcore.pyi.
//
// Every object that may hold a secret is wiped by wipe(), and by its finaliser at a collection as a
// second net.

#include "modscepcore.h"

#include <string.h>

#include "scepcore_cipher.h"
#include "scepcore_hash.h"
#include "scepcore_seal.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

typedef struct {
    mp_obj_base_t base;
    scepcore_hash hash;
} hash_obj;

static mp_obj_t hash_make(mp_obj_t name_in) {
    size_t len;
    const char *name = mp_obj_str_get_data(name_in, &len);
    hash_obj *self = mp_obj_malloc_with_finaliser(hash_obj, &modscepcore_type_Hash);
    self->hash.digest = NULL;
    modscepcore_check(scepcore_hash_init(&self->hash, name, len));
    return MP_OBJ_FROM_PTR(self);
}
MP_DEFINE_CONST_FUN_OBJ_1(modscepcore_hash_obj, hash_make);

static hash_obj *hash_get(mp_obj_t self_in) {
    hash_obj *self = MP_OBJ_TO_PTR(self_in);
    if (self->hash.digest == NULL) {
        modscepcore_check(SCEPCORE_E_WIPED);
    }
    return self;
}

static mp_obj_t hash_update(mp_obj_t self_in, mp_obj_t data_in) {
    mp_buffer_info_t data = modscepcore_read(data_in);
    modscepcore_check(scepcore_hash_update(&hash_get(self_in)->hash, data.buf, data.len));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(hash_update_obj, hash_update);

static mp_obj_t hash_digest(mp_obj_t self_in) {
    uint8_t out[SCEPCORE_DIGEST_MAX];
    hash_obj *self = hash_get(self_in);
    scepcore_hash_out(&self->hash, out);
    return mp_obj_new_bytes(out, self->hash.digest->size);
}
static MP_DEFINE_CONST_FUN_OBJ_1(hash_digest_obj, hash_digest);

static mp_obj_t hash_digest_into(mp_obj_t self_in, mp_obj_t buffer_in) {
    hash_obj *self = hash_get(self_in);
    mp_buffer_info_t buffer = modscepcore_write(buffer_in);
    if (buffer.len < self->hash.digest->size) {
        modscepcore_check(SCEPCORE_E_OUTPUT);
    }
    scepcore_hash_out(&self->hash, buffer.buf);
    return MP_OBJ_NEW_SMALL_INT(self->hash.digest->size);
}
static MP_DEFINE_CONST_FUN_OBJ_2(hash_digest_into_obj, hash_digest_into);

static mp_obj_t hash_copy(mp_obj_t self_in) {
    hash_obj *other = mp_obj_malloc_with_finaliser(hash_obj, &modscepcore_type_Hash);
    other->hash.digest = NULL;
    other->hash = hash_get(self_in)->hash;
    return MP_OBJ_FROM_PTR(other);
}
static MP_DEFINE_CONST_FUN_OBJ_1(hash_copy_obj, hash_copy);

static mp_obj_t hash_wipe(mp_obj_t self_in) {
    scepcore_hash_wipe(&((hash_obj *)MP_OBJ_TO_PTR(self_in))->hash);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(hash_wipe_obj, hash_wipe);

static void hash_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return; // nothing can be stored or deleted
    }
    if (attr == MP_QSTR_digest_size) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(hash_get(self_in)->hash.digest->size);
    } else if (attr == MP_QSTR_name) {
        dest[0] = mp_obj_new_str_from_cstr(hash_get(self_in)->hash.digest->name);
    } else {
        dest[1] = MP_OBJ_SENTINEL; // go on in the table
    }
}

static const mp_rom_map_elem_t hash_table[] = {
    {MP_ROM_QSTR(MP_QSTR_update), MP_ROM_PTR(&hash_update_obj)},
    {MP_ROM_QSTR(MP_QSTR_digest), MP_ROM_PTR(&hash_digest_obj)},
    {MP_ROM_QSTR(MP_QSTR_digest_into), MP_ROM_PTR(&hash_digest_into_obj)},
    {MP_ROM_QSTR(MP_QSTR_copy), MP_ROM_PTR(&hash_copy_obj)},
    {MP_ROM_QSTR(MP_QSTR_wipe), MP_ROM_PTR(&hash_wipe_obj)},
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&hash_wipe_obj)},
};
static MP_DEFINE_CONST_DICT(hash_dict, hash_table);
MP_DEFINE_CONST_OBJ_TYPE(modscepcore_type_Hash, MP_QSTR_Hash, MP_TYPE_FLAG_NONE, attr, hash_attr,
                         locals_dict, &hash_dict);

static mp_obj_t hmac(mp_obj_t name_in, mp_obj_t key_in, mp_obj_t data_in) {
    uint8_t out[SCEPCORE_DIGEST_MAX];
    size_t len;
    const char *name = mp_obj_str_get_data(name_in, &len);
    const scepcore_digest *digest = scepcore_digest_find(name, len);
    if (digest == NULL) {
        modscepcore_check(SCEPCORE_E_HASH_NAME);
    }
    mp_buffer_info_t key = modscepcore_read(key_in), data = modscepcore_read(data_in);
    scepcore_hmac(digest, key.buf, key.len, data.buf, data.len, out);
    return mp_obj_new_bytes(out, digest->size);
}
MP_DEFINE_CONST_FUN_OBJ_3(modscepcore_hmac_obj, hmac);

typedef struct {
    mp_obj_base_t base;
    scepcore_cipher cipher;
} cipher_obj;

static mp_obj_t cipher_make(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    size_t len;
    const char *name = mp_obj_str_get_data(args[0], &len);
    mp_buffer_info_t key = modscepcore_read(args[1]), iv = modscepcore_read(args[2]);
    cipher_obj *self = mp_obj_malloc_with_finaliser(cipher_obj, &modscepcore_type_Cipher);
    self->cipher.kind = 0;
    modscepcore_check(scepcore_cipher_init(&self->cipher, name, len, key.buf, key.len, iv.buf,
                                           iv.len, mp_obj_is_true(args[3])));
    return MP_OBJ_FROM_PTR(self);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(modscepcore_cipher_obj, 4, 4, cipher_make);

// Refuse before anything is written.
static cipher_obj *cipher_get(mp_obj_t self_in, size_t len) {
    cipher_obj *self = MP_OBJ_TO_PTR(self_in);
    if (self->cipher.kind == 0) {
        modscepcore_check(SCEPCORE_E_WIPED);
    }
    if (len % self->cipher.block != 0) {
        modscepcore_check(SCEPCORE_E_CIPHER_BLOCKS);
    }
    return self;
}

static mp_obj_t cipher_update(mp_obj_t self_in, mp_obj_t data_in) {
    mp_buffer_info_t data = modscepcore_read(data_in);
    cipher_obj *self = cipher_get(self_in, data.len);
    vstr_t out;
    vstr_init_len(&out, data.len);
    memcpy(out.buf, data.buf, data.len);
    scepcore_cipher_run(&self->cipher, (uint8_t *)out.buf, data.len);
    return mp_obj_new_bytes_from_vstr(&out);
}
static MP_DEFINE_CONST_FUN_OBJ_2(cipher_update_obj, cipher_update);

static mp_obj_t cipher_update_into(mp_obj_t self_in, mp_obj_t src_in, mp_obj_t dst_in) {
    mp_buffer_info_t src = modscepcore_read(src_in), dst = modscepcore_write(dst_in);
    const uint8_t *from = src.buf;
    uint8_t *to = dst.buf;
    if (dst.len < src.len) {
        modscepcore_check(SCEPCORE_E_OUTPUT);
    }
    if (from != to && from < to + src.len && to < from + src.len) {
        modscepcore_check(SCEPCORE_E_OVERLAP);
    }
    cipher_obj *self = cipher_get(self_in, src.len);
    memmove(to, from, src.len);
    scepcore_cipher_run(&self->cipher, to, src.len);
    return mp_obj_new_int_from_uint(src.len);
}
static MP_DEFINE_CONST_FUN_OBJ_3(cipher_update_into_obj, cipher_update_into);

static mp_obj_t cipher_wipe(mp_obj_t self_in) {
    scepcore_cipher_wipe(&((cipher_obj *)MP_OBJ_TO_PTR(self_in))->cipher);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(cipher_wipe_obj, cipher_wipe);

static const mp_rom_map_elem_t cipher_table[] = {
    {MP_ROM_QSTR(MP_QSTR_update), MP_ROM_PTR(&cipher_update_obj)},
    {MP_ROM_QSTR(MP_QSTR_update_into), MP_ROM_PTR(&cipher_update_into_obj)},
    {MP_ROM_QSTR(MP_QSTR_wipe), MP_ROM_PTR(&cipher_wipe_obj)},
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&cipher_wipe_obj)},
};
static MP_DEFINE_CONST_DICT(cipher_dict, cipher_table);
MP_DEFINE_CONST_OBJ_TYPE(modscepcore_type_Cipher, MP_QSTR_Cipher, MP_TYPE_FLAG_NONE, locals_dict,
                         &cipher_dict);

typedef struct {
    mp_obj_base_t base;
    scepcore_kek kek;
} kek_obj;

static mp_obj_t kek_derive(mp_obj_t purpose_in) {
    mp_buffer_info_t purpose = modscepcore_read(purpose_in);
    kek_obj *self = mp_obj_malloc_with_finaliser(kek_obj, &modscepcore_type_Kek);
    self->kek.set = 0;
    modscepcore_check(scepcore_kek_derive(&self->kek, purpose.buf, purpose.len));
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_1(kek_derive_fun, kek_derive);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(kek_derive_obj, MP_ROM_PTR(&kek_derive_fun));

static mp_obj_t kek_wipe(mp_obj_t self_in) {
    scepcore_kek_wipe(&((kek_obj *)MP_OBJ_TO_PTR(self_in))->kek);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(kek_wipe_obj, kek_wipe);

static const mp_rom_map_elem_t kek_table[] = {
    {MP_ROM_QSTR(MP_QSTR_derive), MP_ROM_PTR(&kek_derive_obj)},
    {MP_ROM_QSTR(MP_QSTR_wipe), MP_ROM_PTR(&kek_wipe_obj)},
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&kek_wipe_obj)},
};
static MP_DEFINE_CONST_DICT(kek_dict, kek_table);
MP_DEFINE_CONST_OBJ_TYPE(modscepcore_type_Kek, MP_QSTR_Kek, MP_TYPE_FLAG_NONE, locals_dict,
                         &kek_dict);

const uint8_t *modscepcore_kek(mp_obj_t o) {
    if (mp_obj_is_type(o, &modscepcore_type_Kek)) {
        kek_obj *self = MP_OBJ_TO_PTR(o);
        modscepcore_check(self->kek.set ? SCEPCORE_OK : SCEPCORE_E_WIPED);
        return self->kek.key;
    }
    mp_buffer_info_t key = modscepcore_read(o);
    modscepcore_check(key.len == SCEPCORE_KEK_BYTES ? SCEPCORE_OK : SCEPCORE_E_KEK);
    return key.buf;
}

static mp_obj_t seal(mp_obj_t kek_in, mp_obj_t plaintext_in, mp_obj_t aad_in) {
    const uint8_t *kek = modscepcore_kek(kek_in);
    mp_buffer_info_t plain = modscepcore_read(plaintext_in), aad = modscepcore_read(aad_in);
    if (plain.len > SCEPCORE_SEAL_MAX) {
        modscepcore_check(SCEPCORE_E_SEAL_LONG); // before the plaintext is copied
    }
    vstr_t out;
    vstr_init_len(&out, plain.len + SCEPCORE_SEAL_OVERHEAD);
    memcpy(out.buf + 13, plain.buf, plain.len);
    scepcore_seal(kek, SCEPCORE_SEAL_DATA, &modscepcore_random, (uint8_t *)out.buf, plain.len,
                  aad.buf, aad.len);
    return mp_obj_new_bytes_from_vstr(&out);
}
MP_DEFINE_CONST_FUN_OBJ_3(modscepcore_seal_obj, seal);

static mp_obj_t unseal(mp_obj_t kek_in, mp_obj_t blob_in, mp_obj_t aad_in) {
    const uint8_t *kek = modscepcore_kek(kek_in);
    mp_buffer_info_t blob = modscepcore_read(blob_in), aad = modscepcore_read(aad_in);
    if (blob.len < SCEPCORE_SEAL_OVERHEAD) {
        modscepcore_check(SCEPCORE_E_SEAL_SHORT);
    }
    mp_obj_t out_obj = mp_obj_new_bytearray(blob.len - SCEPCORE_SEAL_OVERHEAD, blob.buf);
    mp_buffer_info_t out = modscepcore_write(out_obj);
    modscepcore_check(
        scepcore_unseal(kek, SCEPCORE_SEAL_DATA, blob.buf, blob.len, aad.buf, aad.len, out.buf));
    return out_obj;
}
MP_DEFINE_CONST_FUN_OBJ_3(modscepcore_unseal_obj, unseal);
