/* A good value for every field of every layout, drawn anew at each call. */
#ifndef JD_TESTS_VALUES_H
#define JD_TESTS_VALUES_H

#include "base/arena.h"
#include "proto/field.h"

/* Sets the fields that must be there and, of the others, all, none or some. */
typedef enum { FILL_ALL, FILL_MUST, FILL_SOME } fill;
void fill_values(const jd_layout *l, jd_arena *a, void *out, fill how);

#endif
