/* A policy ten times as long, made from a shipped one: each of its rules, facts, requirements and routes has nine
 * others beside it, none of which decides anything, all of which have to be looked past. */
#ifndef JD_BENCH_LONGER_H
#define JD_BENCH_LONGER_H

#include "base/bytes.h"

/* `rule` is one the policy has. */
void jd_longer(jd_str policy, const char *rule, jd_buf *out);

#endif
