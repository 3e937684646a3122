/* Many conditions asked of one message at once. Most tests are of a code or of yes and no: which conditions a value
 * meets stands in a row of bits made when the policy is loaded, so what a message meets is found by a row a field and
 * not by a test a condition. A policy may be ten times as long and cost little more.
 *
 * Only saves work: what is left is evaluated by jd_cond_eval, which alone says why. */
#ifndef JD_POLICY_SIEVE_H
#define JD_POLICY_SIEVE_H

#include "workers/policy/policy.h"

enum { JD_SIEVE_MAX = 1024, JD_SIEVE_WORDS = JD_SIEVE_MAX / 64 }; /* conditions; those behind are asked each */

typedef struct jd_bits {
    uint64_t w[JD_SIEVE_WORDS];
} jd_bits;

/* In the policy's memory. NULL, as a condition, is always met. */
const jd_sieve *jd_sieve_make(jd_arena *a, const jd_layout *l, jd_cond *const *conds, int n);

/* A bit is clear where the condition is not met, whether it is no or not known; set where it may be. */
void jd_sieve_ask(const jd_sieve *s, const jd_env *e, jd_bits *may);

/* Whether a bit that is set says that the condition is met, and nothing is left to evaluate. */
bool jd_sieve_whole(const jd_sieve *s, int cond);

/* Like jd_sieve_ask, but set only where somebody has to look: not where it is surely met, nor where people alone judge. */
void jd_sieve_doubts(const jd_sieve *s, const jd_env *e, jd_bits *doubt);

/* The first condition from `from` on that is set, of n; n for none. */
static inline int jd_bits_next(const jd_bits *b, int n, int from)
{
    for (int w = from / 64; w < JD_SIEVE_WORDS && w * 64 < n; w++) {
        uint64_t left = b->w[w] & (w == from / 64 ? ~(uint64_t)0 << from % 64 : ~(uint64_t)0);
        int at = left ? w * 64 + __builtin_ctzll(left) : n;
        if (left) return at < n ? at : n;
    }
    return from > JD_SIEVE_MAX ? from : n < JD_SIEVE_MAX ? n : JD_SIEVE_MAX;
}

#endif
