/*
 * modpow_select.c: which Montgomery kernel this build uses.
 * For: modpow_*.c and rsa_*.c.
 */
#include "modpow.h"

#if defined(SCEPCORE_HAVE_HALVES)
const scepcore_modpow_kernel *const scepcore_modpow = &scepcore_modpow_halves;
#elif defined(SCEPCORE_HAVE_UMAAL)
const scepcore_modpow_kernel *const scepcore_modpow = &scepcore_modpow_umaal;
#elif defined(SCEPCORE_HAVE_UMLAL)
const scepcore_modpow_kernel *const scepcore_modpow = &scepcore_modpow_umlal;
#else
const scepcore_modpow_kernel *const scepcore_modpow = &scepcore_modpow_portable;
#endif
