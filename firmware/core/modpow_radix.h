/*
 * modpow_radix.h: the limbs of this build, and which assembly it has.
 * For: modpow.h and the .S files of the kernels: preprocessor only.
 */
#ifndef SCEPCORE_MODPOW_RADIX_H
#define SCEPCORE_MODPOW_RADIX_H

/* Cores of the M profile with UMAAL: ARMv7E-M, and ARMv8-M with the DSP extension. */
#if defined(__arm__) && !defined(__ARM_ARCH_ISA_ARM) && __ARM_ARCH_ISA_THUMB >= 2 &&               \
    defined(__ARM_FEATURE_DSP) && !defined(SCEPCORE_NO_ASM)
#define SCEPCORE_CAN_UMAAL 1
#endif

/* 60-bit limbs where the compiler has 128-bit integers, whole words of 32 bits where UMAAL takes
 * care of the carries, else 28. In 60 and 28, 128 columns' worth of two products fit the
 * double-length accumulator; in 32 nothing is left over, and numbers are added up by rows. */
#ifndef SCEPCORE_LIMB_BITS
#ifdef __SIZEOF_INT128__
#define SCEPCORE_LIMB_BITS 60
#elif SCEPCORE_CAN_UMAAL
#define SCEPCORE_LIMB_BITS 32
#else
#define SCEPCORE_LIMB_BITS 28
#endif
#endif

#if SCEPCORE_LIMB_BITS == 32 && SCEPCORE_CAN_UMAAL
#define SCEPCORE_HAVE_UMAAL 1
#endif
/* ARMv5TE and later in ARM state, ARMv7-M and later: cores with UMLAL. */
#if SCEPCORE_LIMB_BITS == 28 && defined(__arm__) && !defined(SCEPCORE_NO_ASM) &&                   \
    (defined(__ARM_ARCH_ISA_ARM) || __ARM_ARCH_ISA_THUMB >= 2)
#define SCEPCORE_HAVE_UMLAL 1
#endif
/* ARMv6-M has MULS only; a test build may ask for this kernel on any machine. */
#if SCEPCORE_LIMB_BITS == 28 &&                                                                    \
    ((defined(__arm__) && !defined(__ARM_ARCH_ISA_ARM) && __ARM_ARCH_ISA_THUMB == 1) ||            \
     defined(SCEPCORE_WANT_HALVES))
#define SCEPCORE_HAVE_HALVES 1
#endif

#endif
