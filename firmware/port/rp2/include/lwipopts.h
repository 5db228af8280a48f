/* lwIP as on the bare-metal port; here it runs in PendSV, and whoever calls it holds that off.
 * For MicroPython's rp2 port, in place of its own.
 */
#ifndef MICROSCEP_PORT_RP2_LWIPOPTS_H
#define MICROSCEP_PORT_RP2_LWIPOPTS_H

#include "../../lwip/lwipopts.h"

#undef sys_now /* mpnetworkport.c has the function */
#undef LWIP_HOOK_FILENAME
#define LWIP_HOOK_FILENAME "../../lwip/net_hooks.h"

#endif
