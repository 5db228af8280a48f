/* What an STM32 board gives the set: raw internal flash, the RNG's noise, the device secret.
 * For firmware/core (scepcore_board.h) and module stm32board; compiled into MicroPython's stm32
 * port. RM0433 (STM32H743): section 4 (flash), 34 (RNG).
 *
 * The port's own block device goes through a RAM cache and blocks of 512 bytes; a key store that is
 * safe against power cuts needs the sectors as they are. The last sector holds the device secret.
 */
#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"

#include "flash.h"
#include "rng.h"

#include "scepcore_board.h"
#include "scepcore_random.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

/* Bank 2, sectors 4 to 6 for the store, 7 for the secret; 128 KiB each, programmed in flash words
 * of 32 bytes with an error correction code of their own: a word is programmed once. */
#define STORE 0x08180000u
#define SECTOR (128u * 1024u)
#define SECTORS 3u
#define WORD 32u
#define SECRET (STORE + SECTORS * SECTOR)
#define HEAD 0x5344534du /* "MSDS" */

typedef struct {
    uint32_t head[WORD / 4];
    uint8_t secret[SCEPCORE_DEVICE_SECRET_BYTES];
} secret_page;

size_t scepcore_board_noise(uint8_t *out, size_t max) {
    size_t got = 0;
    while (got < max) {
        uint32_t word = rng_get();
        if (word == 0) /* what the port returns where the RNG gives nothing in time */
            break;
        size_t part = max - got < sizeof word ? max - got : sizeof word;
        memcpy(out + got, &word, part);
        got += part;
    }
    return got;
}

static int secret_present(void) {
    return ((const secret_page *)SECRET)->head[0] == HEAD;
}

int scepcore_board_secret(uint8_t out[SCEPCORE_DEVICE_SECRET_BYTES]) {
    if (!secret_present())
        return 0;
    memcpy(out, ((const secret_page *)SECRET)->secret, SCEPCORE_DEVICE_SECRET_BYTES);
    return 1;
}

/* The secret first, what says that it is whole last. */
static int secret_make(void) {
    secret_page page;
    scepcore_random random;
    memset(&random, 0, sizeof random);
    memset(&page, 0xff, sizeof page);
    page.head[0] = HEAD;
    int made = scepcore_random_seed(&random, NULL, 0) == SCEPCORE_OK &&
               scepcore_random_bytes(&random, page.secret, sizeof page.secret) == SCEPCORE_OK &&
               flash_erase(SECRET) == 0 &&
               flash_write(SECRET + WORD, (const uint32_t *)page.secret, WORD / 4) == 0 &&
               flash_write(SECRET, page.head, WORD / 4) == 0;
    scepcore_random_wipe(&random);
    scepcore_wipe(&page, sizeof page);
    return made;
}

/* def secret(make: bool) -> bool: as of every board that can be born over its line. */
static mp_obj_t secret(mp_obj_t make) {
    return mp_obj_new_bool(secret_present() || (mp_obj_is_true(make) && secret_make()));
}
static MP_DEFINE_CONST_FUN_OBJ_1(secret_obj, secret);

static uint32_t place(mp_obj_t sector, mp_obj_t offset, size_t size) {
    mp_int_t n = mp_obj_get_int(sector), at = mp_obj_get_int(offset);
    if (n < 0 || (mp_uint_t)n >= SECTORS || at < 0 || (mp_uint_t)at + size > SECTOR)
        mp_raise_OSError(MP_EINVAL);
    return STORE + (uint32_t)n * SECTOR + (uint32_t)at;
}

/* def readblocks(n, buf, off=0) */
static mp_obj_t readblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t to;
    mp_get_buffer_raise(args[1], &to, MP_BUFFER_WRITE);
    mp_obj_t offset = n_args == 3 ? args[2] : MP_OBJ_NEW_SMALL_INT(0);
    memcpy(to.buf, (const void *)place(args[0], offset, to.len), to.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(readblocks_obj, 2, 3, readblocks);

/* def writeblocks(n, buf, off=0): whole flash words that are erased; OSError EINVAL, EPERM, EIO. */
static mp_obj_t writeblocks(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t from;
    mp_get_buffer_raise(args[1], &from, MP_BUFFER_READ);
    mp_obj_t offset = n_args == 3 ? args[2] : MP_OBJ_NEW_SMALL_INT(0);
    uint32_t at = place(args[0], offset, from.len);
    if (at % WORD != 0 || from.len % WORD != 0)
        mp_raise_OSError(MP_EINVAL);
    for (size_t i = 0; i < from.len; i += WORD) {
        uint32_t word[WORD / 4];
        memcpy(word, (const uint8_t *)from.buf + i, WORD);
        for (size_t j = 0; j < WORD / 4; j++) {
            if (((const volatile uint32_t *)(at + i))[j] != 0xffffffffu)
                mp_raise_OSError(MP_EPERM);
        }
        if (flash_write(at + i, word, WORD / 4) != 0)
            mp_raise_OSError(MP_EIO);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(writeblocks_obj, 2, 3, writeblocks);

/* def ioctl(op, arg): 3 sync, 4 sectors, 5 bytes of one, 6 erase. */
static mp_obj_t ioctl(mp_obj_t op, mp_obj_t arg) {
    switch (mp_obj_get_int(op)) {
    case 3:
        return MP_OBJ_NEW_SMALL_INT(0);
    case 4:
        return MP_OBJ_NEW_SMALL_INT(SECTORS);
    case 5:
        return MP_OBJ_NEW_SMALL_INT(SECTOR);
    case 6:
        if (flash_erase(place(arg, MP_OBJ_NEW_SMALL_INT(0), 0)) != 0)
            mp_raise_OSError(MP_EIO);
        return MP_OBJ_NEW_SMALL_INT(0);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(ioctl_obj, ioctl);

static const mp_rom_map_elem_t globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_stm32board)},
    {MP_ROM_QSTR(MP_QSTR_secret), MP_ROM_PTR(&secret_obj)},
    {MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&readblocks_obj)},
    {MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&writeblocks_obj)},
    {MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&ioctl_obj)},
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t stm32board_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&globals,
};
MP_REGISTER_MODULE(MP_QSTR_stm32board, stm32board_module);
