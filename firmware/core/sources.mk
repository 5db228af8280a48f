# What scepcore is compiled from, for the host library, the tests and every board.
# Set SCEPCORE_CORE_DIR (with a final slash) and BEARSSL (the unpacked source) before including.
include $(SCEPCORE_CORE_DIR)kernel.mk

SCEPCORE_C = $(sort $(wildcard $(SCEPCORE_CORE_DIR)scepcore_*.c)) $(SCEPCORE_KERNEL_C)
SCEPCORE_S = $(SCEPCORE_KERNEL_S)
SCEPCORE_BEARSSL_C = $(addprefix $(BEARSSL)/src/,\
	$(filter %.c,$(shell sed 's/.*#.*//' $(SCEPCORE_CORE_DIR)bearssl.txt)))
SCEPCORE_INCLUDES = -I$(SCEPCORE_CORE_DIR) -I$(BEARSSL)/inc -I$(BEARSSL)/src

# Besides the assembly the time goes here. A board with two instruction sets has these objects in the
# one with shifted operands and long multiplies (ARM), all else in the small one (Thumb) ...
SCEPCORE_WIDE = $(SCEPCORE_FAST) sha512_kernel des_ct des_tab des_support aes_ct aes_ct_enc aes_ct_dec \
	ghash_% ec_%
# ... and a board that compiles for size compiles these for speed.
SCEPCORE_FAST = modpow_portable modpow_number sieve
