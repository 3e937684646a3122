/* Meetings, activities and documents. */
#include "workers/show.h"

static const char *act_name(int64_t act)
{
    static const char *const names[] = {
#define ACT(code, doc) #code,
        JD_ACTS(ACT)
#undef ACT
    };
    return act >= 0 && act < JD_ACT_COUNT ? names[act] : "";
}

jd_str jd_kind_code(const jd_kinds *l, int64_t i)
{
    return i >= 0 && i < l->n ? l->v[i].item.code : (jd_str){ "", 0 };
}

void jd_show_title(jd_map *m, jd_asked *q, int64_t entry, jd_arena *scratch)
{
    static const char *const told[] = { "title", "reference", "sha256" };
    jd_entry e;
    jd_str why, body;
    if (entry == JD_NO_INT || !jd_entry_read(&q->txn, (uint64_t)entry, scratch, &e)) return;
    const jd_layout *l = &jd_message_get((jd_msg)e.type)->layout;
    void *msg = jd_alloc(scratch, l->size);
    if (!jd_entry_open(&e, q->g->vault, scratch, &why, &body) || !jd_decode_row(l, body, scratch, msg)) return;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        int at = jd_layout_find(l, jd_str_of(told[i]));
        if (at >= 0) jd_show_s(m, told[i], *JD_IN(jd_str, msg, &l->fields[at]));
    }
}

void jd_show_meeting(jd_map *m, const jd_asked *q, const jd_policy *p, const jd_case_row *row)
{
    const struct jd_row_meeting *r = &row->meeting;
    (void)q;
    jd_show_z(m, "act", act_name(r->act));
    jd_show_s(m, "kind", jd_kind_code(&p->meetings[r->act], r->kind));
    jd_show_day(m, "held_on", r->held_on);
    jd_show_u(m, "attended", r->attended);
    jd_show_u(m, "hours", r->hours);
}

void jd_show_activity(jd_map *m, const jd_asked *q, const jd_policy *p, const jd_case_row *row)
{
    const struct jd_row_activity *r = &row->activity;
    jd_show_s(m, "kind", jd_kind_code(&p->activities, r->kind));
    jd_show_day(m, "on", r->on);
    jd_show_day(m, "answer_by", r->answer_by);
    jd_show_s(m, "institution", r->institution);
    jd_show_u(m, "invited", r->invited);
    jd_show_u(m, "accepted", r->accepted);
    jd_show_u(m, "declined", r->declined);
    jd_show_u(m, "attended", r->attended);
    jd_show_u(m, "hours", r->hours);
    jd_show_id(m, q, "supervisor", JD_E_supervisor, r->supervisor);
}

void jd_show_document(jd_map *m, const jd_asked *q, const jd_policy *p, const jd_case_row *row)
{
    const struct jd_row_document *r = &row->document;
    (void)q;
    jd_show_s(m, "kind", jd_kind_code(&p->documents, r->kind));
    jd_show_day(m, "sent_on", r->sent_on);
    jd_show_u(m, "sent", r->sent);
    jd_show_u(m, "acknowledged", r->acknowledged);
    jd_show_bool(m, "requires_ack", r->requires_ack == JD_YES);
}
