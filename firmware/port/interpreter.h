/* What every image tells MicroPython: how the main program runs, and that there is no file system.
 * For each main.c.
 */
#ifndef MICROSCEP_PORT_INTERPRETER_H
#define MICROSCEP_PORT_INTERPRETER_H

#include "py/obj.h"

#if !MICROSCEP_DEVELOPMENT
/* Runs the frozen main program to its end; returns the exception that left it, or MP_OBJ_NULL. */
mp_obj_t interpreter_run_main(void);

/* Writes an exception's type and lines. Not its text: that may hold a value that must not be
 * shown. */
void interpreter_tell(mp_obj_t exception);
#endif

#endif
