/* noe.Flash: sectors of the NOR flash as MicroPython's block device, extended form.
 * For boards/NOE/board.py and the key store. MicroPython docs, os.AbstractBlockDev.
 */
#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"

#include "bootblock.h"
#include "modnoe.h"
#include "nor.h"

/* Invariant: first + count sectors lie inside the device. A block is an erase sector. */
struct flash {
    mp_obj_base_t base;
    uint32_t first;
    uint32_t count;
    uint32_t sector_size;
};

static void raise_on(enum nor_result result) {
    static const uint8_t numbers[] = {
        [NOR_OK] = 0, [NOR_SETS_BITS] = MP_EPERM, [NOR_RANGE] = MP_EINVAL, [NOR_FAILED] = MP_EIO};
    if (result != NOR_OK)
        mp_raise_OSError(numbers[result]);
}

/* class Flash(first: int, count: int): sectors first .. first + count - 1. Raises OSError(ENODEV)
 * if no NOR flash answers, ValueError if it has no such sectors. */
static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
                         const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 2, 2, false);
    struct nor_geometry geometry = nor_query();
    if (geometry.sectors == 0)
        mp_raise_OSError(MP_ENODEV);
    mp_int_t first = mp_obj_get_int(args[0]), count = mp_obj_get_int(args[1]);
    if (first < 0 || count < 1 || (uint32_t)first >= geometry.sectors ||
        (uint32_t)count > geometry.sectors - (uint32_t)first)
        mp_raise_ValueError(MP_ERROR_TEXT("no such sectors"));
    struct flash *self = mp_obj_malloc(struct flash, type);
    self->first = (uint32_t)first;
    self->count = (uint32_t)count;
    self->sector_size = geometry.sector_size;
    return MP_OBJ_FROM_PTR(self);
}

/* Byte offset in the device of n bytes at offset args[3] (default 0) of block args[1]. */
static uint32_t locate(const struct flash *self, size_t n_args, const mp_obj_t *args, size_t n) {
    mp_int_t block = mp_obj_get_int(args[1]);
    mp_int_t offset = n_args > 3 ? mp_obj_get_int(args[3]) : 0;
    uint32_t size = self->count * self->sector_size;
    if (block < 0 || (uint32_t)block >= self->count || offset < 0 || (uint32_t)offset > size)
        mp_raise_OSError(MP_EINVAL);
    uint32_t at = (uint32_t)block * self->sector_size + (uint32_t)offset;
    if (at > size || n > size - at)
        mp_raise_OSError(MP_EINVAL);
    return self->first * self->sector_size + at;
}

/* def readblocks(self, n: int, buf, off: int = 0): fills buf from offset off of block n. */
static mp_obj_t readblocks(size_t n_args, const mp_obj_t *args) {
    const struct flash *self = MP_OBJ_TO_PTR(args[0]);
    mp_buffer_info_t to;
    mp_get_buffer_raise(args[2], &to, MP_BUFFER_WRITE);
    memcpy(to.buf, nor_memory() + locate(self, n_args, args, to.len), to.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(readblocks_obj, 3, 4, readblocks);

/* def writeblocks(self, n: int, buf, off: int): programs buf at offset off of block n. Without
 * off the blocks are erased first. Raises OSError: EPERM if a bit would have to be set, EIO if the
 * device failed. */
static mp_obj_t writeblocks(size_t n_args, const mp_obj_t *args) {
    const struct flash *self = MP_OBJ_TO_PTR(args[0]);
    mp_buffer_info_t from;
    mp_get_buffer_raise(args[2], &from, MP_BUFFER_READ);
    uint32_t at = locate(self, n_args, args, from.len);
    if (n_args < 4) {
        for (uint32_t end = at + from.len, sector = at; sector < end; sector += self->sector_size)
            raise_on(nor_erase(sector / self->sector_size));
    }
    raise_on(nor_program(at, from.buf, from.len));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(writeblocks_obj, 3, 4, writeblocks);

/* def ioctl(self, op: int, arg: int): 1-3 nothing to do, 4 blocks, 5 block size, 6 erase arg. */
static mp_obj_t ioctl(mp_obj_t self_in, mp_obj_t op_in, mp_obj_t arg_in) {
    const struct flash *self = MP_OBJ_TO_PTR(self_in);
    switch (mp_obj_get_int(op_in)) {
    case 1:
    case 2:
    case 3:
        return MP_OBJ_NEW_SMALL_INT(0);
    case 4:
        return MP_OBJ_NEW_SMALL_INT(self->count);
    case 5:
        return MP_OBJ_NEW_SMALL_INT(self->sector_size);
    case 6: {
        mp_int_t block = mp_obj_get_int(arg_in);
        if (block < 0 || (uint32_t)block >= self->count)
            mp_raise_OSError(MP_EINVAL);
        raise_on(nor_erase(self->first + (uint32_t)block));
        return MP_OBJ_NEW_SMALL_INT(0);
    }
    default:
        return mp_const_none;
    }
}
static MP_DEFINE_CONST_FUN_OBJ_3(ioctl_obj, ioctl);

/* def memory(self) -> memoryview: the whole region, read only, without a copy. */
static mp_obj_t memory(mp_obj_t self_in) {
    const struct flash *self = MP_OBJ_TO_PTR(self_in);
    const uint8_t *start = nor_memory() + self->first * self->sector_size;
    return mp_obj_new_memoryview('B', self->count * self->sector_size, (void *)start);
}
static MP_DEFINE_CONST_FUN_OBJ_1(memory_obj, memory);

/* def steps(self) -> int: program and erase steps since start. */
static mp_obj_t flash_steps(mp_obj_t self_in) {
    (void)self_in;
    return mp_obj_new_int_from_uint(nor_steps());
}
static MP_DEFINE_CONST_FUN_OBJ_1(flash_steps_obj, flash_steps);

static const mp_rom_map_elem_t locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_readblocks), MP_ROM_PTR(&readblocks_obj)},
    {MP_ROM_QSTR(MP_QSTR_writeblocks), MP_ROM_PTR(&writeblocks_obj)},
    {MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&ioctl_obj)},
    {MP_ROM_QSTR(MP_QSTR_memory), MP_ROM_PTR(&memory_obj)},
    {MP_ROM_QSTR(MP_QSTR_steps), MP_ROM_PTR(&flash_steps_obj)},
    {MP_ROM_QSTR(MP_QSTR_program_unit), MP_ROM_INT(NOR_UNIT)},
};
static MP_DEFINE_CONST_DICT(locals, locals_table);

MP_DEFINE_CONST_OBJ_TYPE(noe_flash_type, MP_QSTR_Flash, MP_TYPE_FLAG_NONE, make_new, make_new,
                         locals_dict, &locals);
