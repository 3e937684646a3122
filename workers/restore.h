/* A store put in the place of another: prepared beside it while that one is used, taken up when its worker starts.
 *
 * Event numbers are then given again for other events. So that nobody takes them for the old ones, a restored store
 * has another epoch, which heartbeat and health name: the instant it was restored, 0 for a store that never was. */
#ifndef JD_RESTORE_H
#define JD_RESTORE_H

#include "base/config.h"

/* Checks the backup of the division in `from` and prepares it. Prints what is to be done; an exit code. */
int jd_restore(jd_config *c, uint32_t division, const char *from);

/* The prepared store becomes the division's; the lock is held. False when it could not, with the reason. */
bool jd_restore_take_up(const char *dir, char *why, size_t why_n);

uint64_t jd_store_epoch(const char *dir);

#endif
