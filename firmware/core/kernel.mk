# Sources of the arithmetic and hash kernels, for every build that links scepcore:
# SCEPCORE_KERNEL_C everywhere, SCEPCORE_KERNEL_S where the target is ARM (each .S file guards itself).
# Paths are relative to this folder; set SCEPCORE_CORE_DIR before including to have a prefix.
SCEPCORE_KERNEL_C = $(addprefix $(SCEPCORE_CORE_DIR),modpow_portable.c modpow_umlal.c modpow_umaal.c modpow_halves.c modpow_select.c \
	modpow_number.c modpow_mont.c modpow_window.c rsa_public.c rsa_private.c rsa_keygen.c \
	rsa_prime.c sieve.c \
	hash_blocks.c sha1_kernel.c sha256_kernel.c sha512_kernel.c des_table.c)
SCEPCORE_KERNEL_S = $(addprefix $(SCEPCORE_CORE_DIR),modpow_umlal_columns.S modpow_umlal37.S modpow_umaal_words.S modpow_halves_column.S \
	sha_arm.S)
