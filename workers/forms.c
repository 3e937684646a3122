/* An application's form as it stands, and what the rules make of it. */
#include "workers/handler.h"
#include "workers/rules/eligibility.h"

static bool is_form(const jd_entry *e)
{
    return e->type == JD_MSG_application_submit || e->type == JD_MSG_nomination_submit ||
           e->type == JD_MSG_application_supplement;
}

static bool overlay_entry(const jd_entry *e, const jd_vault *v, jd_arena *a, jd_form *form)
{
    const jd_layout *onto = &jd_message_get(JD_MSG_application_submit)->layout;
    const jd_layout *from = &jd_message_get((jd_msg)e->type)->layout;
    jd_str why, body;
    void *msg = jd_alloc(a, from->size);
    if (!jd_entry_open(e, v, a, &why, &body) || !jd_decode_row(from, body, a, msg)) return false;
    jd_layout_overlay(from, msg, onto, form);
    return true;
}

/* The entry before this one in the case's history; 0 at its beginning. */
static uint64_t previous(const jd_entry *e, jd_entity entity, uint64_t number)
{
    for (int i = 0; i < e->changes_n; i++)
        if (e->changes[i].entity == entity && e->changes[i].number == number) return e->changes[i].prev;
    return 0;
}

/* The case's forms, oldest first. */
typedef struct form_entry {
    jd_entry e;
    struct form_entry *newer;
} form_entry;

static form_entry *collect(jd_txn *t, jd_arena *a, uint64_t seq, uint64_t number)
{
    form_entry *oldest = NULL;
    while (seq) {
        form_entry *f = jd_alloc(a, sizeof *f);
        if (!jd_entry_read(t, seq, a, &f->e)) return oldest;
        seq = previous(&f->e, JD_E_application, number);
        if (!is_form(&f->e)) continue;
        f->newer = oldest;
        oldest = f;
    }
    return oldest;
}

bool jd_form_of(jd_txn *t, const jd_vault *v, jd_arena *a, uint64_t number, const struct jd_row_application *row,
                jd_form *form)
{
    jd_layout_clear(&jd_message_get(JD_MSG_application_submit)->layout, form);
    form_entry *f = collect(t, a, (uint64_t)row->last_seq, number);
    bool ok = f != NULL;
    for (; f && ok; f = f->newer) ok = overlay_entry(&f->e, v, a, form);
    return ok;
}

static int state_of(jd_verdict v)
{
    static const int states[] = { [JD_VERDICT_ELIGIBLE] = JD_S_application_eligible,
                                  [JD_VERDICT_NEEDS_FACT] = JD_S_application_needs_fact,
                                  [JD_VERDICT_NEEDS_INFO] = JD_S_application_needs_info,
                                  [JD_VERDICT_INELIGIBLE] = JD_S_application_proposed_ineligible,
                                  [JD_VERDICT_REFUSED] = JD_S_application_none };
    return states[v];
}

static uint64_t active_supervisors(const jd_tally *t)
{
    return t->in_state[JD_E_supervisor][JD_S_supervisor_active] +
           t->in_state[JD_E_supervisor][JD_S_supervisor_expiring];
}

int jd_screen_case(jd_ctx *c, const jd_policy *p, const jd_form *form, int channel, const jd_tri *facts)
{
    jd_screening s;
    jd_env env = { .layout = &jd_message_get(JD_MSG_application_submit)->layout, .msg = form, .facts = facts };
    for (int i = 0; i < JD_D_COUNT; i++) env.derived[i] = JD_NO_INT;
    env.derived[JD_D_age] = jd_age_on(form->birth_date, c->today);
    env.derived[JD_D_active_supervisors] = (int64_t)active_supervisors(&c->g->tally);
    env.words[JD_D_channel] = p->channels[channel].item.code;
    jd_screen(p, &env, channel, &s);
    if (s.verdict == JD_VERDICT_REFUSED)
        c->out->code = s.declaration ? JD_CODE_DECLARATION_REQUIRED : JD_CODE_CONDITION_NOT_MET;
    for (int i = 0; i < s.n; i++) jd_reason_add(c, s.reasons[i]);
    return state_of(s.verdict);
}
