# The ARM Versatile/PB as QEMU models it: ARM926EJ-S. Included by the port's Makefile.

ARCH = -mcpu=arm926ej-s -marm -mfloat-abi=soft -mno-unaligned-access
SRC_MACHINE = irq.c keys.c lcd.c machine.c mmu.c nor_cfi.c smc91c111.c timer_sp804.c uart_pl011.c
