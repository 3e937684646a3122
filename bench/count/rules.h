/* See rules.c. */
#ifndef JD_BENCH_RULES_H
#define JD_BENCH_RULES_H

#include <stdbool.h>

void jd_run_rules(const char *policies, long n, bool longer);

#endif
