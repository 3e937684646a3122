#include "base/certificate.h"

#include <errno.h>

static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

bool jd_key_is_z85(jd_str text)
{
    if (text.n != JD_KEY_TEXT) return false;
    for (uint32_t i = 0; i < text.n; i += 5) {
        uint64_t v = 0;
        for (uint32_t k = i; k < i + 5; k++) {
            const char *at = text.p[k] ? strchr(digits, text.p[k]) : NULL;
            if (!at) return false;
            v = v * 85 + (uint64_t)(at - digits);
        }
        if (v > UINT32_MAX) return false;
    }
    return true;
}

void jd_key_text(const uint8_t key[JD_KEY_BYTES], char out[JD_KEY_TEXT + 1])
{
    for (int i = 0; i < JD_KEY_BYTES / 4; i++) {
        const uint8_t *b = key + 4 * i;
        uint32_t v = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
        for (int k = 4; k >= 0; k--, v /= 85) out[5 * i + k] = digits[v % 85];
    }
    out[JD_KEY_TEXT] = 0;
}

static jd_str trimmed(jd_str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) s = (jd_str){ s.p + 1, s.n - 1 };
    while (s.n && strchr(" \t\r", s.p[s.n - 1])) s.n--;
    return s;
}

/* `name = "value"`; the value may contain anything but quotes, and so what ZPL calls a comment. */
static bool assignment(jd_str line, const char *name, jd_str *value)
{
    line = trimmed(line);
    if (!jd_str_starts(line, name)) return false;
    uint32_t n = (uint32_t)strlen(name);
    line = trimmed((jd_str){ line.p + n, line.n - n });
    if (!line.n || line.p[0] != '=') return false;
    line = trimmed((jd_str){ line.p + 1, line.n - 1 });
    bool quoted = line.n > 1 && (line.p[0] == '"' || line.p[0] == '\'') && line.p[line.n - 1] == line.p[0];
    *value = quoted ? (jd_str){ line.p + 1, line.n - 2 } : line;
    return true;
}

static void take_key(jd_str value, int line, char out[JD_KEY_TEXT + 1], jd_diag *d)
{
    if (!jd_key_is_z85(value))
        jd_diag_at(d, line, "a key is 40 characters of Z85");
    else if (out[0])
        jd_diag_at(d, line, "this key stands twice");
    else
        memcpy(out, value.p, JD_KEY_TEXT);
}

static void read_line(jd_str line, int number, jd_str *section, jd_certificate *out, jd_diag *d)
{
    jd_str value;
    bool indented = line.n && (line.p[0] == ' ' || line.p[0] == '\t');
    if (line.n && !indented && line.p[0] != '#') *section = trimmed(line);
    if (!indented || !jd_str_is(*section, "curve")) return;
    if (assignment(line, "public-key", &value)) take_key(value, number, out->public_key, d);
    if (assignment(line, "secret-key", &value)) take_key(value, number, out->secret_key, d);
}

bool jd_certificate_read(const char *file, bool secret, jd_certificate *out, jd_diag *d)
{
    jd_buf text = { 0 };
    jd_str section = { "", 0 };
    int line = 1, before = d->errors;
    *out = (jd_certificate){ 0 };
    if (!jd_read_file(file, &text)) {
        jd_diag_at(d, 0, "%s", strerror(errno));
        return false;
    }
    for (const char *at = text.p, *end = text.p + text.n; at && at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop) stop = end;
        read_line((jd_str){ at, (uint32_t)(stop - at) }, line, &section, out, d);
        at = stop + 1;
    }
    if (d->errors == before && !out->public_key[0]) jd_diag_at(d, 1, "no 'public-key' below 'curve'");
    if (d->errors == before && secret && !out->secret_key[0])
        jd_diag_at(d, 1, "no 'secret-key' below 'curve': this is the public half");
    if (text.p) memset(text.p, 0, text.n);
    jd_buf_free(&text);
    return d->errors == before;
}

void jd_certificate_write(const jd_certificate *c, bool secret, jd_buf *out)
{
    jd_buf_printf(out, "#   ZeroMQ CURVE %s certificate\n", secret ? "**secret**" : "public");
    jd_buf_z(out, secret ? "#   Keep it from everybody but its owner.\n\n" : "#   To be handed out.\n\n");
    jd_buf_printf(out, "metadata\ncurve\n    public-key = \"%s\"\n", c->public_key);
    if (secret) jd_buf_printf(out, "    secret-key = \"%s\"\n", c->secret_key);
}

void jd_certificate_forget(jd_certificate *c)
{
    explicit_bzero(c, sizeof *c);
}
