/* The machine's clock that never goes back, whatever happens to the time of day. */
#ifndef JD_BASE_MONOTONIC_H
#define JD_BASE_MONOTONIC_H

#include <stdint.h>

int64_t jd_monotonic_ms(void);
int64_t jd_monotonic_ns(void);

#endif
