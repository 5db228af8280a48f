/* How deep the C stack has been, by the paint that start.S left. For module noe and the benches.
 */
#include <stdint.h>

#include "irq.h"
#include "stack.h"

#define PAINT 0xa5a5a5a5u

extern uint32_t __stack_bottom[], __stack_top[];

size_t stack_size(void) {
    return (size_t)((uint8_t *)__stack_top - (uint8_t *)__stack_bottom);
}

size_t stack_peak(void) {
    const volatile uint32_t *at = __stack_bottom;
    while (at < (const volatile uint32_t *)__stack_top && *at == PAINT)
        at++;
    return (size_t)((uint8_t *)__stack_top - (uint8_t *)(uintptr_t)at);
}

void stack_repaint(void) {
    /* Words well below this frame: nothing of ours lives there. */
    volatile uint32_t *end = (volatile uint32_t *)__builtin_frame_address(0) - 32;
    for (volatile uint32_t *at = __stack_bottom; at < end; at++)
        *at = PAINT;
}
