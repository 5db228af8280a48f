/* What MicroPython's core and modules want of this port's hardware. For py/mphal.h.
 */
#ifndef MICROSCEP_PORT_MPHALPORT_H
#define MICROSCEP_PORT_MPHALPORT_H

#include <stdint.h>

#include "irq.h"
#include "port.h"
#include "shared/runtime/interrupt_char.h"

#define mp_hal_ticks_cpu mp_hal_ticks_us

static inline uint32_t port_begin_atomic(void) {
    return irq_save();
}

#define MICROPY_BEGIN_ATOMIC_SECTION() port_begin_atomic()
#define MICROPY_END_ATOMIC_SECTION(state) irq_restore(state)

#endif
