#include <sys/random.h>
#include <time.h>

#include "ctl/lib/internal.h"

/* RFC 9562 §6.2: 48 bits of time, a counter of 12 bits that starts anywhere in its lower half, 62
 * random bits. The counter running over borrows the next millisecond. */
bool jd_uuid7_next(jd_uuid7 *g, uint8_t out[16])
{
    struct timespec now;
    uint8_t rnd[16];
    if (getrandom(rnd, sizeof rnd, 0) != sizeof rnd) return false;
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    bool fresh = ms > g->ms || ++g->counter > 0xfff;
    if (fresh) {
        g->ms = ms > g->ms ? ms : g->ms + 1;
        g->counter = jd_get_be16(rnd) & 0x7ff;
    }
    jd_be64(out, g->ms << 16 | 0x7000 | g->counter);
    memcpy(out + 8, rnd + 8, 8);
    out[8] = (uint8_t)((out[8] & 0x3f) | 0x80);
    return true;
}
