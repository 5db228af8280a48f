/* The end of a run: crash report, reset, power off, power cut. For everything in this folder.
 * The host reads the last line that starts with '!' on the serial line; the emulator runs with
 * -no-reboot, so that each of them ends its process.
 */
#ifndef MICROSCEP_PORT_CRASH_H
#define MICROSCEP_PORT_CRASH_H

#include <stdint.h>

/* Filled by start.S before crash_exception: r0-r12, sp, lr, pc, program status. */
extern uint32_t crash_frame[17];

/* Reports a software fault (one sentence, no secrets) with the caller's address; resets. */
_Noreturn void crash(const char *reason);

/* Called with crash_frame filled; kind: 0 undefined instruction, 1 supervisor call, 2 instruction
 * fetch, 3 data access, 4 any other. */
_Noreturn void crash_exception(unsigned kind);

/* What the machine's folder gives: the core's fault registers, and a reset that says nothing. */
uint32_t machine_fault_status(unsigned kind);
uint32_t machine_fault_address(void);
_Noreturn void machine_restart(void);

/* Ends the run on purpose: prints '!reset', '!off' or '!power-cut STEP', then resets. */
_Noreturn void machine_reset(void);
_Noreturn void machine_off(void);
_Noreturn void machine_power_cut(uint32_t step);

#endif
