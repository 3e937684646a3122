/* Status words and refusal codes of a receipt (proto/codes.def). */
#ifndef JD_PROTO_CODES_H
#define JD_PROTO_CODES_H

typedef enum { JD_OK, JD_REFUSED, JD_INVALID, JD_CONFLICT, JD_FORBIDDEN, JD_BUSY, JD_ERROR, JD_STATUS_COUNT } jd_status;

typedef enum {
#define CODE(name, text, status, means) JD_CODE_##name,
#include "proto/codes.def"
#undef CODE
    JD_CODE_COUNT
} jd_code;

const char *jd_status_text(jd_status s);
jd_status jd_code_status(jd_code c);
const char *jd_code_text(jd_code c);  /* "illegal-move" */
const char *jd_code_means(jd_code c); /* one sentence for a person */

#endif
