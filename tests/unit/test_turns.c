/* Whose turn it is: how often way is given. What the kernel makes of it is the kernel's. */
#include <time.h>

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

static void way_is_given_while_somebody_asks(void **state)
{
    (void)state;
    work(0.01, false);
    assert_int_equal(ways, 0);
    for (int again = 0; again < 2; again++) {
        double took = work(0.05, true);
        assert_in_range(ways, 1, (int)(took / 0.00025) + 1);
        work(1, false); /* so long it is remembered */
        work(0.01, false);
        assert_int_equal(ways, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(way_is_given_while_somebody_asks),
    };
    return RUN(tests);
}
