/* The one source of everything that is drawn, libsodium's keys and nonces included. */
#include <sodium.h>

#include "tests/sim/sim.h"

static uint64_t state[4];

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = *x += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* xoshiro256** */
uint64_t sim_random(void)
{
    uint64_t x = state[1] * 5, t = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= t;
    state[3] = state[3] << 45 | state[3] >> 19;
    return (x << 7 | x >> 57) * 9;
}

uint32_t sim_below(uint32_t n)
{
    return n ? (uint32_t)(sim_random() % n) : 0;
}

uint32_t sim_between(uint32_t low, uint32_t up)
{
    return low + sim_below(up - low + 1);
}

bool sim_chance(uint32_t per_mille)
{
    return per_mille && sim_below(1000) < per_mille;
}

static const char *name(void)
{
    return "sim";
}

static uint32_t one(void)
{
    return (uint32_t)sim_random();
}

static void many(void *const p, const size_t n)
{
    for (size_t i = 0; i < n; i++) ((uint8_t *)p)[i] = (uint8_t)sim_random();
}

void sim_seed(uint64_t seed)
{
    static randombytes_implementation ours = { .implementation_name = name, .random = one, .buf = many };
    for (int i = 0; i < 4; i++) state[i] = splitmix(&seed);
    randombytes_set_implementation(&ours);
}
