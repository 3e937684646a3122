/* The versions of the master key, for the administrator: which are in use, one more, the old ones gone. */
#ifndef JD_ROTATE_H
#define JD_ROTATE_H

#include "base/config.h"

/* `what` is show, add or drop. Prints what it found; an exit code. The old ones are dropped only when no store of the
 * configuration needs them. */
int jd_rotate(jd_config *c, const char *what);

#endif
