// What the files of the MicroPython binding of scepcore share.
// For modscepcore.c, symmetric.c and rsa.c; the interface is described in firmware/scepcore.pyi.
#ifndef MODSCEPCORE_H
#define MODSCEPCORE_H

#include "py/obj.h"
#include "py/runtime.h"

#include "scepcore_random.h"

// The program's one random generator: the board's noise can be handed out once only.
extern scepcore_random modscepcore_random;

// Return a status that is not negative; raise ValueError or scepcore.Error otherwise.
int modscepcore_check(int status);

// A buffer to read or to write; TypeError if it is none.
mp_buffer_info_t modscepcore_read(mp_obj_t o);
mp_buffer_info_t modscepcore_write(mp_obj_t o);

// An unsigned 32-bit number from an int; -1 (as uint64_t) if it is none of these.
uint64_t modscepcore_uint32(mp_obj_t o);

// The 32 bytes of a Kek or buffer; they stay valid as long as o is alive.
const uint8_t *modscepcore_kek(mp_obj_t o);

// The key of an RSAKey that was not wiped; TypeError, or scepcore.Error.
void *modscepcore_key(mp_obj_t o);

// Memory that the board reserves for one user at a time (room.c); size 0 where it does not.
typedef struct {
    uint64_t *memory;
    size_t size;
    bool taken;
} modscepcore_room;
extern modscepcore_room modscepcore_tls_room, modscepcore_rsa_room;

// The room's memory for `size` bytes, 8-byte aligned; NULL if it is taken, too small, or none.
void *modscepcore_room_take(modscepcore_room *room, size_t size);

// Give the room back, erased; false if `memory` is another.
bool modscepcore_room_give(modscepcore_room *room, const void *memory);

extern const mp_obj_type_t modscepcore_type_Hash;
extern const mp_obj_type_t modscepcore_type_Cipher;
extern const mp_obj_type_t modscepcore_type_Kek;
extern const mp_obj_type_t modscepcore_type_RSAKey;
extern const mp_obj_type_t modscepcore_type_KeyGenerator;
extern const mp_obj_type_t modscepcore_type_Operation;
extern const mp_obj_type_t modscepcore_type_TLS;

MP_DECLARE_CONST_FUN_OBJ_1(modscepcore_hash_obj);
MP_DECLARE_CONST_FUN_OBJ_3(modscepcore_hmac_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(modscepcore_cipher_obj);
MP_DECLARE_CONST_FUN_OBJ_3(modscepcore_seal_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(modscepcore_tls_obj);
MP_DECLARE_CONST_FUN_OBJ_3(modscepcore_unseal_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(modscepcore_rsa_verify_obj);
MP_DECLARE_CONST_FUN_OBJ_3(modscepcore_rsa_encrypt_obj);

#endif
