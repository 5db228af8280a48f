/* Numbers that a stranger on the network must not guess. For lwIP. RFC 6528, SipHash-2-4.
 */
#include <string.h>

#include "netrandom.h"
#include "ticks.h"

static uint8_t net_key[16];
static uint64_t counter;

static inline uint64_t rotate(uint64_t x, unsigned bits) {
    return x << bits | x >> (64 - bits);
}

static void rounds(uint64_t v[4], unsigned count) {
    while (count-- != 0) {
        v[0] += v[1];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[0] = rotate(v[0], 32);
        v[2] += v[3];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[2] = rotate(v[2], 32);
    }
}

static uint64_t load64(const uint8_t *bytes, size_t n) {
    uint64_t x = 0;
    for (size_t i = 0; i < n; i++)
        x |= (uint64_t)bytes[i] << (8 * i);
    return x;
}

uint64_t siphash24(const uint8_t key[16], const uint8_t *data, size_t n) {
    uint64_t k0 = load64(key, 8), k1 = load64(key + 8, 8);
    uint64_t v[4] = {k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du, k0 ^ 0x6c7967656e657261u,
                     k1 ^ 0x7465646279746573u};
    for (size_t at = 0;; at += 8) {
        size_t left = n - at;
        uint64_t m = load64(data + at, left < 8 ? left : 8);
        if (left < 8)
            m |= (uint64_t)n << 56;
        v[3] ^= m;
        rounds(v, 2);
        v[0] ^= m;
        if (left < 8)
            break;
    }
    v[2] ^= 0xff;
    rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void netrandom_seed(const uint8_t *noise, size_t n) {
    static const uint8_t labels[2][11] = {"network key", "network kez"};
    uint8_t input[sizeof labels[0] + 64];
    uint8_t key[16];
    size_t rest = n - sizeof key;
    if (rest > 64)
        rest = 64;
    memcpy(key, noise, sizeof key);
    for (unsigned half = 0; half < 2; half++) {
        memcpy(input, labels[half], sizeof labels[half]);
        memcpy(input + sizeof labels[half], noise + sizeof key, rest);
        uint64_t x = siphash24(key, input, sizeof labels[half] + rest);
        memcpy(net_key + 8 * half, &x, 8);
    }
    for (volatile uint8_t *p = key; p < key + sizeof key; p++)
        *p = 0;
    for (volatile uint8_t *p = input; p < input + sizeof input; p++)
        *p = 0;
    counter = 0;
}

uint32_t netrandom_u32(void) {
    uint8_t input[9] = {'r'};
    counter++;
    memcpy(input + 1, &counter, sizeof counter);
    return (uint32_t)siphash24(net_key, input, sizeof input);
}

uint32_t netrandom_isn(const void *local_ip, uint16_t local_port, const void *remote_ip,
                       uint16_t remote_port, size_t n) {
    uint8_t input[5 + 2 * NETRANDOM_ADDRESS_MAX] = {'i'};
    memcpy(input + 1, &local_port, 2);
    memcpy(input + 3, &remote_port, 2);
    memcpy(input + 5, local_ip, n);
    memcpy(input + 5 + n, remote_ip, n);
    return (uint32_t)siphash24(net_key, input, 5 + 2 * n) + (uint32_t)(ticks_us64() >> 2);
}
