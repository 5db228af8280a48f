/*
 * des_table.c: DES and EDE3 decryption in CBC mode by tables, for public data only.
 * For: opening answers that carry no secret of ours.
 * Standard: FIPS 46-3, SP 800-38A.
 */
#include "scepcore_rsa.h"

const br_block_cbcdec_class scepcore_des_cbcdec_vtable = {
    sizeof(br_des_tab_cbcdec_keys), 8, 3,
    (void (*)(const br_block_cbcdec_class **, const void *, size_t)) & br_des_tab_cbcdec_init,
    (void (*)(const br_block_cbcdec_class *const *, void *, void *, size_t)) &
        br_des_tab_cbcdec_run};
