/* Sample cases: files of messages, one a line, with what should become of each.
 *
 * {"name", "division", "type", "body", "at"?, "reason"?, "id"?, "expect"?, "ends"?, "overdue"?,
 * "note"?}
 *
 * A text "@name" in the body stands for the case of the file's earlier line of that name,
 * "@name.key" for that key of its receipt ("@zhang.created": the appointment). `expect` names keys
 * of the receipt; without it the status must be ok. `ends` is the case's state when everything was
 * sent. Several files are sent as one, in the order of `at`: a simulated clock never goes back. */
#ifndef JD_CTL_SAMPLE_H
#define JD_CTL_SAMPLE_H

#include "base/civil.h"
#include "ctl/ctl.h"

typedef struct jd_sample {
    json_t *line;
    const char *file;
    int at;          /* line */
    jd_ms when;      /* `at`, or the line's before */
    json_t *receipt; /* NULL until there is one */
    bool wrong;      /* not as the line says; has been said */
} jd_sample;

typedef struct jd_samples {
    jd_sample *v;
    size_t n, cap;
    json_t *names; /* file -> name -> receipt of the last line that had it */
} jd_samples;

bool jd_samples_read(jd_samples *all, const char *file); /* false after complaints */
void jd_samples_sort(jd_samples *all);                   /* by time; within a file nothing moves */
void jd_sample_received(jd_samples *all, const jd_sample *s);
void jd_samples_free(jd_samples *all);

/* The body with every @name replaced; NULL after a complaint when there is none of that name. */
json_t *jd_sample_body(const jd_samples *all, const jd_sample *s);

/* The request's id follows from what is sent, so that the same samples played again are the same
 * requests, and give the same receipts. */
void jd_sample_id(const jd_sample *s, const json_t *body, char id[JD_ID_SIZE]);

const char *jd_sample_text(const jd_sample *s, const char *key); /* of its line; NULL: not there */
bool jd_sample_as_expected(const jd_sample *s);

#endif
