/* Dates and instants. Instants are int64 milliseconds since 1970-01-01 UTC; dates are int32
 * days since 1970-01-01 in China Standard Time (UTC+8, fixed: statutory days do not follow a
 * machine's time zone). */
#ifndef JD_BASE_CIVIL_H
#define JD_BASE_CIVIL_H

#include "base/bytes.h"

typedef int64_t jd_ms;
typedef int32_t jd_day;

#define JD_DAY_MS ((jd_ms)86400000)
#define JD_CST_MS ((jd_ms)8 * 3600000)

enum { JD_DATE_LEN = 10, JD_TIME_LEN = 24 }; /* "2026-11-22", "2026-11-22T01:02:03.004Z" */

jd_day jd_day_of(int year, int month, int day); /* proleptic Gregorian */
void jd_day_parts(jd_day d, int *year, int *month, int *day);
bool jd_day_valid(int year, int month, int day); /* 1800..2199 and a real date */
int jd_weekday(jd_day d);                        /* 0 Monday .. 6 Sunday */
jd_day jd_day_from_ms(jd_ms t);                  /* the date in UTC+8 */
jd_ms jd_day_start(jd_day d);                    /* 00:00 in UTC+8 */
int jd_age_on(jd_day born, jd_day on);           /* full years */

/* Same calendar day n years or months on, or the month's last where there is none
 * (Civil Code arts 201-202). */
jd_day jd_add_months(jd_day d, int months);

bool jd_parse_date(jd_str s, jd_day *out); /* YYYY-MM-DD */
bool jd_parse_time(jd_str s, jd_ms *out);  /* RFC 3339 with Z or an offset */
void jd_format_date(jd_day d, char out[JD_DATE_LEN + 1]);
void jd_format_time(jd_ms t, char out[JD_TIME_LEN + 1]); /* UTC, milliseconds */

#endif
