/* Working days of mainland China: weekends, and the State Council's holidays and make-up workdays
 * from policies/calendar-cn.csv. */
#ifndef JD_POLICY_CALENDAR_H
#define JD_POLICY_CALENDAR_H

#include "base/civil.h"
#include "base/yaml.h"

/* Covered are whole years. A first year whose only rows are in December is not: they come from the notice for the
 * year after it. A last year whose only rows are in January is not either. */
typedef struct jd_calendar {
    jd_arena arena;  /* where it was opened by itself */
    uint16_t number; /* order of activation in the store, from 1 */
    uint8_t hash[32];
    jd_str text;
    jd_day first, last;  /* covered: 1 January of the first year to 31 December of the last */
    jd_day begins, ends; /* of what follows: the years of the first and the last row */
    uint8_t *kind;       /* a jd_day_kind a day */
    jd_str *name;        /* the holiday, "" for none */
} jd_calendar;

typedef enum { JD_DAY_WORK, JD_DAY_WEEKEND, JD_DAY_OFF, JD_DAY_MAKEUP } jd_day_kind;

/* Rows "date,off|work,name"; lines beginning with # and the heading are passed over. */
bool jd_calendar_load(jd_arena *a, jd_str text, jd_calendar *out, jd_diag *d);

/* A calendar in memory of its own; NULL with diagnostics. */
jd_calendar *jd_calendar_open(const char *file, jd_str text, jd_buf *diagnostics);
void jd_calendar_free(jd_calendar *c);

/* Beyond its rows' years only weekends are known. */
jd_day_kind jd_calendar_kind(const jd_calendar *c, jd_day day, jd_str *name);
bool jd_is_workday(const jd_calendar *c, jd_day day);
bool jd_calendar_covers(const jd_calendar *c, jd_day day);

/* The last day of a time limit. The day it starts on does not count (Civil Code art. 201).
 * Calendar days that end on a day off run to the next working day (art. 203). */
jd_day jd_add_workdays(const jd_calendar *c, jd_day from, int days);
jd_day jd_add_days_rolled(const jd_calendar *c, jd_day from, int days);

#endif
