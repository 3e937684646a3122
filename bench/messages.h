/* The messages the measurements send. */
#ifndef JD_BENCH_MESSAGES_H
#define JD_BENCH_MESSAGES_H

#include "base/civil.h"

void jd_bench_form(jd_buf *b); /* application.submit, complete for Lincang */
void jd_bench_fact(jd_buf *b, const char *subject, const char *predicate, jd_day as_of); /* fact.assert: no */
void jd_bench_decision(jd_buf *b);                       /* application.decide: the first applicant is appointed */
void jd_bench_report(jd_buf *b, const char *supervisor); /* report.submit, about 400 bytes, as a front end sends it */

#endif
