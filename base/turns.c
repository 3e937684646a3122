#include "base/turns.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/monotonic.h"

/* As sched_setattr(2) has it: the C library has no name for it, and the kernel's own header contradicts <sched.h>. */
typedef struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline,
        period; /* nanoseconds; for ordinary policies runtime is a turn's length, 0 the system's */
} attributes;

static void change(uint32_t policy, uint64_t turn)
{
    attributes a = { 0 };
    if (syscall(SYS_sched_getattr, 0, &a, sizeof a, 0) != 0) return;
    if (a.policy != SCHED_OTHER && a.policy != SCHED_BATCH) return;
    a.policy = policy;
    a.runtime = turn;
    syscall(SYS_sched_setattr, 0, &a, 0); /* refused: a matter of speed only */
}

void jd_turns_long(void)
{
    change(SCHED_BATCH, 0);
}

void jd_turns_short(void)
{
    change(SCHED_OTHER, 100000);
}

enum { WAY_NS = 250000, ASKED_NS = 1000000000 };

static atomic_int_least64_t asked; /* when somebody did last, 0: nobody lately */

void jd_turns_asked(void)
{
    atomic_store_explicit(&asked, jd_monotonic_ns(), memory_order_relaxed);
}

/* With turns no longer than that: who gives way loses what is left of its turn (Linux 6.18), and with turns of the usual
 * length the writer had 0.6 of its rate beside a program that takes all it gets. */
static void be_brief(bool brief)
{
    static _Thread_local bool is;
    if (is != brief) change(SCHED_BATCH, brief ? WAY_NS : 0);
    is = brief;
}

void jd_turns_give_way(void)
{
    static _Thread_local int64_t given;
    int64_t at = atomic_load_explicit(&asked, memory_order_relaxed), now = at ? jd_monotonic_ns() : 0;
    bool lately = at && now - at <= ASKED_NS;
    be_brief(lately);
    if (at && !lately) atomic_compare_exchange_strong(&asked, &at, 0); /* unless somebody does at this very moment */
    if (!lately || now - given < WAY_NS) return;
    sched_yield();
    given = jd_monotonic_ns(); /* its own time, not that of those it let pass */
}
