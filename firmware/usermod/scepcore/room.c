// Rooms: memory that a board with a small heap reserves for what is too large for a heap in pieces.
// For tls.c and rsa.c. How many bytes each has is in the board's mpconfigboard.h:
// MICROSCEP_TLS_ROOM (one connection), MICROSCEP_RSA_ROOM (one key that is made, or one private
// operation). A board that names none has none: everything stands in the heap.

#include "modscepcore.h"

#ifdef MICROSCEP_TLS_ROOM
static uint64_t tls_memory[MICROSCEP_TLS_ROOM / 8];
modscepcore_room modscepcore_tls_room = {tls_memory, sizeof tls_memory, false};
#else
modscepcore_room modscepcore_tls_room = {NULL, 0, false};
#endif

#ifdef MICROSCEP_RSA_ROOM
static uint64_t rsa_memory[MICROSCEP_RSA_ROOM / 8];
modscepcore_room modscepcore_rsa_room = {rsa_memory, sizeof rsa_memory, false};
#else
modscepcore_room modscepcore_rsa_room = {NULL, 0, false};
#endif

void *modscepcore_room_take(modscepcore_room *room, size_t size) {
    if (room->taken || size > room->size) {
        return NULL;
    }
    room->taken = true;
    return room->memory;
}

bool modscepcore_room_give(modscepcore_room *room, const void *memory) {
    if (memory == NULL || memory != room->memory) {
        return false;
    }
    room->taken = false;
    return true;
}
