/* Whose turn it is: how often way is given. What the kernel makes of it is the kernel's. */
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/turns.h"
#include "tests/unit/support.h"

int sched_yield(void); /* instead of the C library's */

static int ways;

int sched_yield(void)
{
    ways++;
    return 0;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Works for so long, and returns for how long it was. */
static double work(double wanted, bool asked)
{
    double start = seconds(), took = 0;
    for (ways = 0; took < wanted; took = seconds() - start) {
        if (asked) jd_turns_asked();
        jd_turns_give_way();
    }
    return took;
}

/* Of the calling thread, in nanoseconds; Linux before 6.12 has the same for all, and says 0. */
static uint64_t turn(void)
{
    uint64_t attributes[6] = { 0 }; /* sched_setattr(2): the fourth is the runtime */
    assert_int_equal(syscall(SYS_sched_getattr, 0, attributes, sizeof attributes, 0), 0);
    return attributes[3];
}

static void way_is_given_while_somebody_asks(void **state)
{
    (void)state;
    uint64_t usual = turn();
    work(0.01, false);
    assert_int_equal(ways, 0);
    for (int again = 0; again < 2; again++) {
        double took = work(0.05, true);
        assert_in_range(ways, 1, (int)(took / 0.00025) + 1);
        assert_true(!usual || turn() == 250000);
        work(1, false); /* so long it is remembered */
        work(0.01, false);
        assert_int_equal(ways, 0);
        assert_true(turn() == usual);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(way_is_given_while_somebody_asks),
    };
    return RUN(tests);
}
