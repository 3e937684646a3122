/* What the open and the nominated channel share (LC-5, WH-4, WH-5). */
#include "workers/handlers/handlers.h"

#include "proto/check.h"
#include "workers/policy/listing.h"

static void check_identity(jd_ctx *c, const jd_form *f)
{
    jd_day born;
    if (!jd_idno_birth(f->id_no, &born) || born != f->birth_date)
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "birth_date", "the date in digits 7 to 14 of id_no (GB 11643)");
    bool male = jd_str_is(f->sex, "1"), female = jd_str_is(f->sex, "2");
    if ((male || female) && male != jd_idno_male(f->id_no))
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "sex",
                  "the sex in digit 17 of id_no (GB 11643): odd is male, even is female");
    if (f->signed_on != JD_NO_DAY && f->signed_on > c->today)
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "signed_on",
                  "a day not after the one on which the form is received");
    if (born > c->today) jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "birth_date", "a day in the past");
}

static void check_code(jd_ctx *c, const jd_policy *p, const jd_items *list, const char *field, jd_str code)
{
    if (code.p && list->n && jd_items_find(list, code) < 0)
        jd_refuse(c, JD_CODE_UNKNOWN_IN_POLICY, JD_NO_RULE, field, "a code of %.*s, not '%.*s'", JD_FMT(p->name),
                  JD_FMT(code));
}

bool jd_form_consistent(jd_ctx *c, const jd_policy *p, const jd_form *f)
{
    check_identity(c, f);
    check_code(c, p, &p->employer_kinds, "employer_kind", f->employer_kind);
    check_code(c, p, &p->major_classes, "major_class", f->major_class);
    if (f->employer_institution.p && !jd_institution_code(p, f->employer_institution))
        jd_refuse(c, JD_CODE_BAD_FORMAT, p->recusal.rule, "employer_institution",
                  "an institution's code, of the form %.*s", JD_FMT(p->institutions.pattern));
    for (uint32_t i = 0; i < f->expertise.n; i++) check_code(c, p, &p->expertise, "expertise", f->expertise.v[i]);
    return !jd_refused(c);
}

static struct jd_row_person *person_of(jd_ctx *c, const jd_form *form, uint64_t *number)
{
    uint8_t *hash = jd_alloc(&c->g->arena, 16);
    struct jd_row_person *row = NULL;
    *number = jd_find_person(c, form->id_no, hash);
    if (*number) row = jd_read_person(&c->g->txn, &c->g->arena, *number);
    if (row) return row;
    row = jd_alloc(&c->g->arena, sizeof *row);
    jd_layout_clear(&jd_row_person_layout, row);
    row->hash = (jd_str){ (const char *)hash, 16 };
    row->application = row->supervisor = 0;
    *number = c->g->tally.people + 1;
    return row;
}

static bool free_to_apply(jd_ctx *c, const struct jd_row_person *person)
{
    if (person->application) jd_refuse(c, JD_CODE_ALREADY_APPLIED, JD_NO_RULE, "id_no", "no open application");
    if (person->supervisor) jd_refuse(c, JD_CODE_ALREADY_SUPERVISOR, JD_NO_RULE, "id_no", "no appointment in force");
    return !jd_refused(c);
}

void jd_receive_application(jd_ctx *c, const jd_form *form, int channel, uint64_t round, int recommender, int nominee)
{
    uint64_t person_number, number;
    jd_tri facts[JD_FACTS_MAX];
    if (!jd_form_consistent(c, c->policy, form)) return;
    struct jd_row_person *person = person_of(c, form, &person_number);
    if (!free_to_apply(c, person)) return;
    jd_read_facts(&c->g->txn, &c->g->arena, c->policy, person_number, c->today, facts);
    int state = jd_screen_case(c, c->policy, form, channel, facts);
    if (jd_refused(c)) return;
    jd_case_row *row = jd_new_case(c, JD_E_application, &number);
    jd_change *ch =
        jd_move(c, JD_E_application, number, row, JD_V_application_submit, state, JD_EV_application_submitted);
    if (!ch) return;
    jd_form_added(c, &row->application);
    row->application.person = (int64_t)person_number;
    row->application.channel = channel;
    row->application.received = c->at;
    row->application.recommender = recommender < 0 ? JD_NO_INT : recommender;
    row->application.nominee = nominee < 0 ? JD_NO_INT : nominee;
    row->application.dept = c->policy->authority;
    if (round) row->application.round = (int64_t)round;
    if (round) jd_tie(c, JD_TIE_applied, round, number);
    jd_wait(c, c->policy, ch);
    jd_watch_facts(c, c->policy, &row->application, -1, NULL);
    person->application = (int64_t)number;
    jd_tie(c, JD_TIE_applications, person_number, number);
    jd_put_person(c, person_number, person);
}
