/* The parts of an image that are the same on every chip. interpreter.h says what for whom.
 */
#include "interpreter.h"

#include "py/builtin.h"
#include "py/gc.h"
#include "py/lexer.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/gchelper.h"

#if !MICROSCEP_DEVELOPMENT
mp_obj_t interpreter_run_main(void) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0)
        return MP_OBJ_FROM_PTR(nlr.ret_val);
    mp_import_name(MP_QSTR_main, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    nlr_pop();
    return MP_OBJ_NULL;
}

void interpreter_tell(mp_obj_t exception) {
    size_t n, *values;
    mp_obj_exception_get_traceback(exception, &n, &values);
    mp_printf(&mp_plat_print, "\r\n%s\r\n", mp_obj_get_type_str(exception));
    for (size_t i = 0; i + 2 < n; i += 3) /* file, line, function */
        mp_printf(&mp_plat_print, "  %q:%d %q\r\n", (qstr)values[i], (int)values[i + 1],
                  (qstr)values[i + 2]);
}
#endif

void gc_collect(void) {
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    gc_collect_end();
}

/* There is no file system: only frozen modules can be imported, nothing can be opened. */
mp_import_stat_t mp_import_stat(const char *path) {
    (void)path;
    return MP_IMPORT_STAT_NO_EXIST;
}

#if MICROPY_ENABLE_COMPILER
mp_lexer_t *mp_lexer_new_from_file(qstr filename) {
    (void)filename;
    mp_raise_OSError(MP_ENOENT);
}
#endif

static mp_obj_t builtin_open(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    (void)n_args;
    (void)args;
    (void)kwargs;
    mp_raise_OSError(MP_ENOENT);
}
MP_DEFINE_CONST_FUN_OBJ_KW(mp_builtin_open_obj, 1, builtin_open);
