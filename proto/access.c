#include "proto/access.h"

#include <stdio.h>

#define BIT(role) (1u << JD_ROLE_##role)
#define INTAKE    (BIT(admin) | BIT(intake))
#define STAFF     (BIT(admin) | BIT(staff))
#define PORTAL    (BIT(admin) | BIT(portal))
#define WATCH     (BIT(admin) | BIT(watch))
#define ALL       (INTAKE | STAFF | PORTAL | WATCH)
#define NOBODY    0

static const jd_access rows[JD_MSG_COUNT] = {
#define ROLE(name, text, who)
#define ACCESS(id, roles, truth, field) \
    [JD_MSG_##id] = { roles, JD_ACT_##truth, #field, offsetof(struct jd_##id, field) },
#include "proto/access.def"
#undef ROLE
#undef ACCESS
};

/* A message of messages.def that has no row of access.def names a constant that is not there. */
enum {
#define ROLE(name, text, who)
#define ACCESS(id, roles, truth, field) jd_row_of_access_def_for_##id = 1,
#include "proto/access.def"
#undef ROLE
#undef ACCESS
};
#define MESSAGE(id, text, entity, verb, mode, reason, doc) \
    _Static_assert(jd_row_of_access_def_for_##id, "proto/access.def lacks " text);
#define FIELD(type, name, need, lo, hi, table, pii, rule, doc)
#define END
#include "proto/messages.def"
#undef MESSAGE
#undef FIELD
#undef END

static const struct {
    const char *text, *who;
} roles[JD_ROLE_COUNT] = {
#define ROLE(name, text, who) [JD_ROLE_##name] = { text, who },
#define ACCESS(id, roles, truth, field)
#include "proto/access.def"
#undef ROLE
#undef ACCESS
};

const jd_access *jd_access_of(jd_msg m)
{
    return &rows[m];
}

bool jd_role_may(jd_role r, jd_msg m)
{
    return r < JD_ROLE_COUNT && (rows[m].roles >> r & 1);
}

const char *jd_role_text(jd_role r)
{
    return roles[r].text;
}

const char *jd_role_who(jd_role r)
{
    return roles[r].who;
}

int jd_role_find(jd_str text)
{
    for (int i = 0; i < JD_ROLE_COUNT; i++)
        if (jd_str_is(text, roles[i].text)) return i;
    return -1;
}

void jd_roles_text(jd_msg m, char *out, size_t n)
{
    size_t used = 0;
    out[0] = 0;
    for (int i = 0; i < JD_ROLE_COUNT; i++) {
        if (i == JD_ROLE_admin || !jd_role_may((jd_role)i, m) || used >= n) continue;
        used += (size_t)snprintf(out + used, n - used, "%s%s", used ? " or " : "", roles[i].text);
    }
    if (!used && jd_role_may(JD_ROLE_admin, m)) snprintf(out, n, "%s", roles[JD_ROLE_admin].text);
}
