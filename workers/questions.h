/* The thread that answers questions: queries, each in a read transaction of its own, and whether the worker lives. It
 * has a socket and a loop to itself, so no question waits for a batch, nor a batch for a question. */
#ifndef JD_QUESTIONS_H
#define JD_QUESTIONS_H

#include "workers/engine.h"
#include "workers/writer.h"

typedef struct jd_questions jd_questions;

/* `path` is the socket's. Both must outlive it. NULL: it has said why. */
jd_questions *jd_questions_start(const jd_engine *g, jd_writer *w, const char *path);
void jd_questions_stop(jd_questions *q);

#endif
