#include "base/civil.h"

/* Howard Hinnant's days-from-civil: eras of 400 years starting on 1 March. */
jd_day jd_day_of(int year, int month, int day)
{
    year -= month <= 2;
    int era = (year >= 0 ? year : year - 399) / 400;
    int yoe = year - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

void jd_day_parts(jd_day d, int *year, int *month, int *day)
{
    d += 719468;
    int era = (d >= 0 ? d : d - 146096) / 146097;
    int doe = d - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    *day = doy - (153 * mp + 2) / 5 + 1;
    *month = mp + (mp < 10 ? 3 : -9);
    *year = yoe + era * 400 + (*month <= 2);
}

static int month_days(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

bool jd_day_valid(int year, int month, int day)
{
    if (year < 1800 || year > 2199 || month < 1 || month > 12) return false;
    return day >= 1 && day <= month_days(year, month);
}

int jd_weekday(jd_day d)
{
    int w = (d + 3) % 7; /* 1970-01-01 was a Thursday */
    return w < 0 ? w + 7 : w;
}

jd_day jd_day_from_ms(jd_ms t)
{
    t += JD_CST_MS;
    return (jd_day)(t >= 0 ? t / JD_DAY_MS : (t - JD_DAY_MS + 1) / JD_DAY_MS);
}

jd_ms jd_day_start(jd_day d)
{
    return (jd_ms)d * JD_DAY_MS - JD_CST_MS;
}

int jd_age_on(jd_day born, jd_day on)
{
    int by, bm, bd, y, m, d;
    jd_day_parts(born, &by, &bm, &bd);
    jd_day_parts(on, &y, &m, &d);
    return y - by - (m < bm || (m == bm && d < bd));
}

jd_day jd_add_months(jd_day from, int months)
{
    int y, m, d;
    jd_day_parts(from, &y, &m, &d);
    int total = y * 12 + (m - 1) + months;
    y = total / 12;
    m = total % 12 + 1;
    int last = month_days(y, m);
    return jd_day_of(y, m, d < last ? d : last);
}

static bool digits(const char *p, int n, int *out)
{
    int v = 0;
    for (int i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9') return false;
        v = v * 10 + (p[i] - '0');
    }
    *out = v;
    return true;
}

bool jd_parse_date(jd_str s, jd_day *out)
{
    int y, m, d;
    if (s.n != JD_DATE_LEN || s.p[4] != '-' || s.p[7] != '-') return false;
    if (!digits(s.p, 4, &y) || !digits(s.p + 5, 2, &m) || !digits(s.p + 8, 2, &d)) return false;
    if (!jd_day_valid(y, m, d)) return false;
    *out = jd_day_of(y, m, d);
    return true;
}

/* ".25" -> 250; digits past the third are read and dropped. */
static bool fraction(jd_cur *c, int *ms)
{
    int scale = 100, seen = 0;
    *ms = 0;
    if (c->p == c->end || *c->p != '.') return true;
    for (c->p++; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++, seen++, scale /= 10)
        *ms += (*c->p - '0') * scale;
    return seen > 0;
}

static bool offset(jd_cur *c, int *minutes)
{
    int h, m;
    *minutes = 0;
    if (c->end - c->p == 1 && (*c->p == 'Z' || *c->p == 'z')) return true;
    if (c->end - c->p != 6 || (*c->p != '+' && *c->p != '-') || c->p[3] != ':') return false;
    if (!digits(c->p + 1, 2, &h) || !digits(c->p + 4, 2, &m) || h > 14 || m > 59) return false;
    *minutes = (h * 60 + m) * (*c->p == '-' ? -1 : 1);
    return true;
}

bool jd_parse_time(jd_str s, jd_ms *out)
{
    jd_day day;
    int h, m, sec, ms, off;
    if (s.n < 20 || !jd_parse_date((jd_str){ s.p, 10 }, &day)) return false;
    if ((s.p[10] != 'T' && s.p[10] != 't') || s.p[13] != ':' || s.p[16] != ':') return false;
    if (!digits(s.p + 11, 2, &h) || !digits(s.p + 14, 2, &m) || !digits(s.p + 17, 2, &sec)) return false;
    if (h > 23 || m > 59 || sec > 59) return false;
    jd_cur c = jd_cur_of(s.p + 19, s.n - 19);
    if (!fraction(&c, &ms) || !offset(&c, &off)) return false;
    *out = (jd_ms)day * JD_DAY_MS + ((h * 60 + m - off) * 60 + sec) * (jd_ms)1000 + ms;
    return true;
}

/* The last n decimal digits of v, n places wide. */
static char *put_digits(char *at, int v, int n)
{
    for (int i = n; i > 0; v /= 10) at[--i] = (char)('0' + v % 10);
    return at + n;
}

void jd_format_date(jd_day day, char out[JD_DATE_LEN + 1])
{
    int y, m, d;
    jd_day_parts(day, &y, &m, &d);
    char *at = put_digits(out, y, 4);
    *at++ = '-';
    at = put_digits(at, m, 2);
    *at++ = '-';
    *put_digits(at, d, 2) = 0;
}

void jd_format_time(jd_ms t, char out[JD_TIME_LEN + 1])
{
    jd_day day = jd_day_from_ms(t - JD_CST_MS);
    int rest = (int)(t - (jd_ms)day * JD_DAY_MS);
    jd_format_date(day, out);
    char *at = out + JD_DATE_LEN;
    *at++ = 'T';
    at = put_digits(at, rest / 3600000, 2);
    *at++ = ':';
    at = put_digits(at, rest / 60000 % 60, 2);
    *at++ = ':';
    at = put_digits(at, rest / 1000 % 60, 2);
    *at++ = '.';
    at = put_digits(at, rest % 1000, 3);
    *at++ = 'Z';
    *at = 0;
}
