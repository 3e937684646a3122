/* Whose a case is, and so under which key what is said about it lies: destroying that key erases it. */
#ifndef JD_OWNER_H
#define JD_OWNER_H

#include "workers/handler.h"

/* The person a case is about; 0: nobody's in particular. */
uint64_t jd_person_of(jd_txn *t, jd_arena *a, jd_entity e, const jd_case_row *row);
jd_slot jd_slot_of_case(jd_txn *t, jd_arena *a, jd_entity e, const jd_case_row *row);

/* The person's cases: applications first, then appointments, then what belongs to each. */
uint64_t jd_person_cases(jd_txn *t, jd_arena *a, uint64_t person, jd_case_id **out);

/* Of the first case of the outcome that is somebody's; what the worker tells itself is the division's. */
jd_slot jd_slot_of_outcome(jd_ctx *c);

#endif
