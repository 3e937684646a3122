/* A store that can check itself: every promise has a number, and the first broken one is named. */
#ifndef JD_VERIFY_H
#define JD_VERIFY_H

#include "base/config.h"

/* Checks the stores of one division (0: all of the configuration's); prints a line each. 0 when all
 * promises are kept. With replay the journal is applied to an empty store, which must come out the
 * same, row for row. */
int jd_verify_all(jd_config *c, uint32_t division, bool replay);

#endif
