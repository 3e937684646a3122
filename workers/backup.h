/* Copies of stores that are in use: consistent, compacted, checked before they are called one, without the key. */
#ifndef JD_BACKUP_H
#define JD_BACKUP_H

#include "base/config.h"

/* DIR/CODE/ of each division asked for (0: all): data.mdb, checkpoints, manifest. Prints; an exit code. */
int jd_backup(jd_config *c, uint32_t division, const char *dir);

/* Whether c->state's folder of the division is what its manifest says; true where there is none. Prints why not. */
bool jd_manifest_holds(jd_config *c, uint32_t division);

#endif
