/* A client's keys, from the files the options name. */
#include "ctl/lib/internal.h"

static bool read_one(const char *file, bool secret, jd_certificate *out)
{
    jd_diag d = { .file = file };
    bool ok = jd_certificate_read(file, secret, out, &d);
    jd_buf_free(&d.text);
    return ok;
}

int jd_curve_read(jd_curve *c, const jd_options *o)
{
    jd_certificate server;
    bool own = o->certificate && *o->certificate, other = o->server && *o->server;
    *c = (jd_curve){ 0 };
    if (!own && !other) return JD_RC_OK;
    if (!own || !other || !read_one(o->certificate, true, &c->own) || !read_one(o->server, false, &server))
        return JD_RC_KEY;
    memcpy(c->server, server.public_key, sizeof c->server);
    jd_certificate_forget(&server);
    c->given = true;
    return JD_RC_OK;
}
