/* Compiler and diagnostics for lwIP. lwip/arch.h names each macro. */
#ifndef MICROSCEP_PORT_LWIP_CC_H
#define MICROSCEP_PORT_LWIP_CC_H

#include "crash.h"

#define LWIP_NO_CTYPE_H 1
#define LWIP_PLATFORM_DIAG(x)
#define LWIP_PLATFORM_ASSERT(x) crash("lwIP: " x)

#endif
