/* An application's form as it stands, and what the rules make of it. */
#include "workers/handler.h"
#include "workers/rules/eligibility.h"

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

bool jd_form_of(jd_txn *t, const jd_vault *v, jd_arena *a, const struct jd_row_application *row, jd_form *form)
{
    jd_entry e;
    jd_layout_clear(&jd_message_get(JD_MSG_application_submit)->layout, form);
    for (uint32_t i = 0; i + 8 <= row->forms.n; i += 8) {
        uint64_t seq = jd_get_be64((const uint8_t *)row->forms.p + i);
        if (!jd_entry_read(t, seq, a, &e) || !overlay_entry(&e, v, a, form)) return false;
    }
    return row->forms.n > 0;
}

void jd_form_lost(jd_ctx *c, const struct jd_row_application *row)
{
    if (jd_slot_destroyed(&c->g->txn, (jd_slot){ JD_SLOT_PERSON, (uint64_t)row->person }))
        jd_refuse(c, JD_CODE_ERASED, JD_NO_RULE, NULL, "an application that was not erased");
    else
        c->out->code = JD_CODE_INTERNAL;
}

bool jd_form_added(jd_ctx *c, struct jd_row_application *row)
{
    if (row->forms.n / 8 >= JD_FORMS_MAX) {
        jd_refuse(c, JD_CODE_OUT_OF_BOUNDS, JD_NO_RULE, "application",
                  "at most %d supplements: withdraw and apply anew", JD_FORMS_MAX - 1);
        return false;
    }
    uint8_t *list = jd_alloc(&c->g->arena, row->forms.n + 8);
    if (row->forms.n) memcpy(list, row->forms.p, row->forms.n);
    jd_be64(list + row->forms.n, c->g->tally.seq + 1);
    row->forms = (jd_str){ (const char *)list, row->forms.n + 8 };
    return true;
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
