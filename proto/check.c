#include "proto/check.h"

#include <utf8proc.h>

#include "proto/states.h"
#include "proto/tables.h"

static bool direction_override(int32_t c)
{
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x061C;
}

static bool good_point(int32_t c, bool prose)
{
    if (c < 0x20) return prose && (c == '\n' || c == '\t');
    if (c >= 0x7F && c <= 0x9F) return false;
    if ((c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF)) return false;
    return !direction_override(c);
}

/* What nearly all text consists of needs no table: printable ASCII, and U+3000 to U+9FFF and U+FF00 to U+FF3F, Chinese
 * and its punctuation, where every code point is good. 0 for anything else. */
static int common_length(const uint8_t *p, size_t left)
{
    if (*p >= 0x20 && *p < 0x7F) return 1;
    if (left < 3 || (p[1] & 0xC0) != 0x80 || (p[2] & 0xC0) != 0x80) return 0;
    return (*p >= 0xE3 && *p <= 0xE9) || (*p == 0xEF && p[1] == 0xBC) ? 3 : 0;
}

/* Behind a run of Chinese: most of most text, so its three bytes are looked at together. Counts the code points. */
static const uint8_t *chinese(const uint8_t *p, const uint8_t *end, int64_t *points)
{
    static const uint8_t mask[4] = { 0, 0xC0, 0xC0 }, tail[4] = { 0, 0x80, 0x80 };
    uint32_t bytes, which, wanted;
    memcpy(&which, mask, sizeof which);
    memcpy(&wanted, tail, sizeof wanted);
    for (; end - p >= 4 && *p >= 0xE3 && *p <= 0xE9; p += 3, ++*points) {
        memcpy(&bytes, p, sizeof bytes);
        if ((bytes & which) != wanted) break;
    }
    return p;
}

bool jd_check_utf8(jd_str s, bool prose, int64_t *points)
{
    const uint8_t *p = (const uint8_t *)s.p, *end = p + s.n;
    int64_t n = 0;
    while ((p = chinese(p, end, &n)) < end) {
        utf8proc_int32_t c;
        utf8proc_ssize_t used = common_length(p, (size_t)(end - p));
        if (!used) {
            used = utf8proc_iterate(p, end - p, &c);
            if (used <= 0 || !good_point(c, prose)) return false;
        }
        p += used;
        n++;
    }
    *points = n;
    return true;
}

static jd_code check_prose(const jd_field *f, jd_str s)
{
    int64_t points;
    if (!jd_check_utf8(s, f->type == JD_T_TEXT, &points)) return JD_CODE_BAD_TEXT;
    return points < f->lo || points > f->hi ? JD_CODE_OUT_OF_BOUNDS : JD_CODE_RECORDED;
}

static bool all_in(jd_str s, const char *set)
{
    for (uint32_t i = 0; i < s.n; i++)
        if (s.p[i] == 0 || !strchr(set, s.p[i])) return false;
    return s.n > 0;
}

#define DIGITS "0123456789"

static bool word_char(char c)
{
    char low = (char)(c | 0x20);
    return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == ':' || c == '-';
}

static jd_code check_word(const jd_field *f, jd_str s)
{
    if (s.n < f->lo || s.n > f->hi) return JD_CODE_OUT_OF_BOUNDS;
    for (uint32_t i = 0; i < s.n; i++)
        if (!word_char(s.p[i])) return JD_CODE_BAD_FORMAT;
    return JD_CODE_RECORDED;
}

static jd_code check_phone(const jd_field *f, jd_str s)
{
    if (s.n < f->lo || s.n > f->hi) return JD_CODE_OUT_OF_BOUNDS;
    return all_in(s, DIGITS "+- ") && s.p[0] != '-' ? JD_CODE_RECORDED : JD_CODE_BAD_FORMAT;
}

static jd_code check_email(const jd_field *f, jd_str s)
{
    int64_t points;
    const char *at = memchr(s.p, '@', s.n);
    if (s.n < f->lo || s.n > f->hi) return JD_CODE_OUT_OF_BOUNDS;
    if (!jd_check_utf8(s, false, &points)) return JD_CODE_BAD_TEXT;
    if (!at || at == s.p || at == s.p + s.n - 1 || memchr(s.p, ' ', s.n)) return JD_CODE_BAD_FORMAT;
    bool twice = memchr(at + 1, '@', (size_t)(s.p + s.n - at - 1)) != NULL;
    return twice ? JD_CODE_BAD_FORMAT : JD_CODE_RECORDED;
}

static jd_code check_sha256(jd_str s)
{
    return s.n == 64 && all_in(s, DIGITS "abcdefABCDEF") ? JD_CODE_RECORDED : JD_CODE_BAD_FORMAT;
}

static jd_code check_case(jd_str s)
{
    jd_case_id id;
    return jd_case_id_parse(s, &id) ? JD_CODE_RECORDED : JD_CODE_BAD_FORMAT;
}

static char check_character(const char *digits)
{
    static const int weight[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    int sum = 0;
    for (int i = 0; i < 17; i++) sum += (digits[i] - '0') * weight[i];
    return "10X98765432"[sum % 11];
}

bool jd_idno_birth(jd_str idno, jd_day *out)
{
    char date[11];
    memcpy(date, idno.p + 6, 4);
    memcpy(date + 5, idno.p + 10, 2);
    memcpy(date + 8, idno.p + 12, 2);
    date[4] = date[7] = '-';
    return jd_parse_date((jd_str){ date, 10 }, out);
}

bool jd_idno_male(jd_str idno)
{
    return (idno.p[16] - '0') % 2 == 1;
}

jd_code jd_check_idno(jd_str s)
{
    jd_day birth;
    if (s.n == 15 && all_in(s, DIGITS)) return JD_CODE_OLD_ID_NUMBER;
    if (s.n != 18 || !all_in((jd_str){ s.p, 17 }, DIGITS)) return JD_CODE_BAD_FORMAT;
    char last = s.p[17] == 'x' ? 'X' : s.p[17];
    if (!strchr(DIGITS "X", last) || last == 0) return JD_CODE_BAD_FORMAT;
    if (!jd_idno_birth(s, &birth)) return JD_CODE_BAD_DATE;
    return check_character(s.p) == last ? JD_CODE_RECORDED : JD_CODE_BAD_CHECKSUM;
}

jd_code jd_check_text(const jd_field *f, jd_str s)
{
    switch (f->type) {
    case JD_T_TEXT:
    case JD_T_LINE: return check_prose(f, s);
    case JD_T_WORD: return check_word(f, s);
    case JD_T_PHONE: return check_phone(f, s);
    case JD_T_EMAIL: return check_email(f, s);
    case JD_T_SHA256: return check_sha256(s);
    case JD_T_CASE: return check_case(s);
    case JD_T_IDNO: return jd_check_idno(s);
    case JD_T_CODE: return jd_table_find((jd_table_id)f->table, s) < 0 ? JD_CODE_UNKNOWN_CODE : JD_CODE_RECORDED;
    default: return JD_CODE_RECORDED;
    }
}

static int hex(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool jd_parse_uuid(jd_str s, uint8_t out[16])
{
    if (s.n == 16) {
        memcpy(out, s.p, 16);
        return true;
    }
    if (s.n != 36) return false;
    for (int i = 0, at = 0; at < 36; at++) {
        bool dash = at == 8 || at == 13 || at == 18 || at == 23;
        if (dash != (s.p[at] == '-')) return false;
        if (dash) continue;
        int hi = hex(s.p[at]), lo = hex(s.p[at + 1]);
        if (hi < 0 || lo < 0) return false;
        out[i++] = (uint8_t)(hi << 4 | lo);
        at++;
    }
    return true;
}

void jd_format_uuid(const uint8_t id[16], char out[37])
{
    static const char digit[] = "0123456789abcdef";
    static const uint8_t place[] = { 0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34 };
    for (int i = 0; i < 16; i++) {
        out[place[i]] = digit[id[i] >> 4];
        out[place[i] + 1] = digit[id[i] & 15];
    }
    out[8] = out[13] = out[18] = out[23] = '-';
    out[36] = 0;
}
