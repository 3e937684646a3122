/* The access file: which key belongs to whom, and what its holder may do.
 *
 *     clients:
 *       - name: portal                 # what the journal calls it
 *         key: "..."                   # public, Z85
 *         role: supervisor-portal
 *         divisions: [530900]          # or all
 *         supervisors: all             # supervisor-portal: or a list of case ids
 *         departments: [fund]          # staff: or all
 *         valid_from: 2026-01-01       # first and last day, UTC+8; both may be left out
 *         valid_to: 2026-12-31
 *
 * Mistakes are named with file and line. */
#ifndef JD_PROTO_GRANTS_H
#define JD_PROTO_GRANTS_H

#include "base/certificate.h"
#include "proto/actor.h"

enum { JD_GRANTS_MAX = 1024, JD_SUPERVISORS_MAX = 4096 };

/* The supervisors of one division that a portal acts for, as a jd_actor carries them. */
typedef struct jd_roll {
    uint32_t division;
    jd_str supervisors;
} jd_roll;

typedef struct jd_grant {
    jd_str name, key; /* key: 40 characters of Z85 */
    jd_role role;
    bool every_division, every_department, every_supervisor;
    int divisions_n, departments_n, supervisors_n, rolls_n;
    uint32_t *divisions;
    jd_str departments; /* as a jd_actor carries them */
    jd_roll *rolls;
    jd_day valid_from, valid_to; /* JD_NO_DAY: no bound */
    int line;
} jd_grant;

typedef struct jd_grants {
    jd_arena arena;
    int n;
    jd_grant *v; /* as they stand in the file */
    jd_grant **by_key;
} jd_grants;

jd_grants *jd_grants_parse(jd_str text, jd_diag *d); /* NULL with diagnostics */
jd_grants *jd_grants_load(const char *file, jd_diag *d);
void jd_grants_free(jd_grants *g);

const jd_grant *jd_grants_find(const jd_grants *g, jd_str key);
bool jd_grant_in_time(const jd_grant *g, jd_day today);
bool jd_grant_has_division(const jd_grant *g, uint32_t division);
bool jd_grant_hears(const jd_grant *g); /* events: who may be told of a whole division */
jd_actor jd_grant_actor(const jd_grant *g, uint32_t division);

#endif
