/* Types of module noe that live in files of their own. For modnoe.c. */
#ifndef MICROSCEP_PORT_MODNOE_H
#define MICROSCEP_PORT_MODNOE_H

#include "py/obj.h"

extern const mp_obj_type_t noe_flash_type;
extern const mp_obj_module_t noe_net_module;
extern const mp_obj_module_t noe_lcd_module; /* boards with MICROSCEP_LCD */

#endif
