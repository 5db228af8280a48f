# The ARM MPS2+ with image AN505 as QEMU models it: Cortex-M33 without FPU instructions in use.
# Included by the port's Makefile.

ARCH = -mcpu=cortex-m33+nofp -mthumb -mfloat-abi=soft -mno-unaligned-access
SRC_MACHINE = irq.c lan9118.c machine.c mpu.c nor_mapped.c timer_cmsdk.c uart_cmsdk.c
