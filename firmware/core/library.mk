# The static library of one variant: make -f firmware/core/library.mk OUT=folder FLAGS="...".
# For core.mk; run from the root of the tree.

SCEPCORE_CORE_DIR = firmware/core/
BEARSSL ?= build/src/bearssl
include firmware/core/sources.mk

HOST_C = firmware/core/cpython/host_board.c
OWN = $(SCEPCORE_C) $(HOST_C)
OBJECTS = $(addprefix $(OUT)/obj/,$(notdir $(OWN:.c=.o)) $(addprefix asm/,$(notdir $(SCEPCORE_S:.S=.o))) \
	$(addprefix bearssl/,$(notdir $(SCEPCORE_BEARSSL_C:.c=.o))))
COMPILE = $(CC) -std=gnu99 -fPIC $(FLAGS) $(SCEPCORE_INCLUDES) -MMD -c -o $@ $<

vpath %.c firmware/core firmware/core/cpython $(sort $(dir $(SCEPCORE_BEARSSL_C)))
vpath %.S firmware/core

$(OUT)/libscepcore.a: $(OBJECTS) firmware/core/bearssl.txt
	@rm -f $@.new
	@$(AR) rcs $@.new $(OBJECTS)
	@# bearssl.txt must name all that is needed: a shared object would load without it, and fail later.
	@# (libFuzzer's runtime comes with a program only.)
	@$(if $(findstring fuzzer,$(FLAGS)),true,$(CC) $(FLAGS) -shared -Wl,-z,defs -Wl,--whole-archive \
		$@.new -Wl,--no-whole-archive -o $@.so)
	@rm -f $@.so; mv $@.new $@

# Assembly has a folder of its own: a name.c and a name.S would have one object.
$(OUT)/obj/asm/%.o: %.S
	@mkdir -p $(@D)
	@$(COMPILE)

$(OUT)/obj/bearssl/%.o: %.c
	@mkdir -p $(@D)
	@$(COMPILE)

$(OUT)/obj/%.o: %.c
	@mkdir -p $(@D)
	@$(COMPILE) -Wall -Wextra -Werror

-include $(OBJECTS:.o=.d)
