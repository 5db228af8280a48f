/* Where the C stack is and how deep it has been, by paint. For main.c and module rp2board.
 */
#include "rp2board.h"

#define PAINT 0xa5a5a5a5u

extern uint8_t __StackTop[], __GcHeapEnd[];

uint32_t *stack_bottom(void) {
    return (uint32_t *)((uintptr_t)__GcHeapEnd - STACK_IN_RAM);
}

size_t stack_size(void) {
    return (size_t)(__StackTop - (uint8_t *)stack_bottom());
}

size_t stack_peak(void) {
    const volatile uint32_t *at = stack_bottom();
    while (at < (const volatile uint32_t *)(void *)__StackTop && *at == PAINT)
        at++;
    return (size_t)(__StackTop - (const uint8_t *)(uintptr_t)at);
}

void stack_paint(void) {
    /* Words well below this frame: nothing of ours lives there. */
    volatile uint32_t *end = (volatile uint32_t *)__builtin_frame_address(0) - 32;
    for (volatile uint32_t *at = stack_bottom(); at < end; at++)
        *at = PAINT;
}
