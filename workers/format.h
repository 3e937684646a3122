/* What a store's rows mean has a number, in its own row. A program opens what it knows, brings what is older up to
 * it, a step a transaction, and leaves alone what is newer. */
#ifndef JD_FORMAT_H
#define JD_FORMAT_H

#include "workers/store.h"

enum { JD_STORE_FORMAT = 1 };

/* False with the reason in `why`: this program must not use this store. */
bool jd_format_open(jd_store *s, bool writer, char *why, size_t why_n);

#endif
