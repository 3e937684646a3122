/* Whether one value has the form its field promises. Pure; no policy. */
#ifndef JD_PROTO_CHECK_H
#define JD_PROTO_CHECK_H

#include "proto/codes.h"
#include "proto/field.h"

/* JD_CODE_RECORDED when the text is a good value for f, else the code of what is wrong. */
jd_code jd_check_text(const jd_field *f, jd_str s);

/* GB 11643-1999: 17 digits and an ISO 7064 MOD 11-2 check character; x counts as X. */
jd_code jd_check_idno(jd_str s);
bool jd_idno_birth(jd_str idno, jd_day *out); /* digits 7 to 14 */
bool jd_idno_male(jd_str idno);               /* digit 17 odd */

/* UTF-8 without C0 and C1 controls (but line break and tab where `prose`), direction overrides and
 * noncharacters. `points` gets the number of code points. */
bool jd_check_utf8(jd_str s, bool prose, int64_t *points);

bool jd_parse_uuid(jd_str s, uint8_t out[16]); /* 36 characters or 16 bytes */
void jd_format_uuid(const uint8_t id[16], char out[37]);

#endif
