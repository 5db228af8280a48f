/* Marks of secret and public memory, for the constant-time proof (`make ct`).
 * For every file of the core that touches a secret; nothing in a release build.
 * Method: secrets are 'undefined' for valgrind's memcheck, which then reports each branch and
 * each address that depends on one.
 */
#ifndef SCEPCORE_CT_H
#define SCEPCORE_CT_H

#if SCEPCORE_CT
#include <valgrind/memcheck.h>

/* From here on no branch and no address may depend on these n bytes. */
#define SCEPCORE_SECRET(p, n) ((void)VALGRIND_MAKE_MEM_UNDEFINED((p), (n)))
/* These n bytes may be known to everybody; the reason stands beside each use. */
#define SCEPCORE_PUBLIC(p, n) ((void)VALGRIND_MAKE_MEM_DEFINED((p), (n)))
#else
#define SCEPCORE_SECRET(p, n) ((void)(p), (void)(n))
#define SCEPCORE_PUBLIC(p, n) ((void)(p), (void)(n))
#endif

#endif
