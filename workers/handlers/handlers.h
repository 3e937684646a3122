/* One file a thing that happens; this is their list. */
#ifndef JD_HANDLERS_H
#define JD_HANDLERS_H

#include "workers/handler.h"

void jd_on_application_submit(jd_ctx *c, const void *msg);
void jd_on_nomination_submit(jd_ctx *c, const void *msg);
void jd_on_application_supplement(jd_ctx *c, const void *msg);
void jd_on_application_withdraw(jd_ctx *c, const void *msg);
void jd_on_application_decide(jd_ctx *c, const void *msg);
void jd_on_fact_assert(jd_ctx *c, const void *msg);
void jd_on_term_need(jd_ctx *c, const void *msg);
void jd_on_term_consent(jd_ctx *c, const void *msg);
void jd_on_resignation_submit(jd_ctx *c, const void *msg);
void jd_on_discipline_record(jd_ctx *c, const void *msg);
void jd_on_dismissal_open(jd_ctx *c, const void *msg);
void jd_on_dismissal_hear(jd_ctx *c, const void *msg);
void jd_on_dismissal_decide(jd_ctx *c, const void *msg);
void jd_on_obligation_waive(jd_ctx *c, const void *msg);
void jd_on_institution_list(jd_ctx *c, const void *msg);
void jd_on_institution_claim(jd_ctx *c, const void *msg);
void jd_on_institution_release(jd_ctx *c, const void *msg);
void jd_on_recusal_apply(jd_ctx *c, const void *msg);
void jd_on_recusal_raise(jd_ctx *c, const void *msg);
void jd_on_recusal_decide(jd_ctx *c, const void *msg);
void jd_on_recusal_lift(jd_ctx *c, const void *msg);
void jd_on_report_accuse(jd_ctx *c, const void *msg);
void jd_on_reward_refer(jd_ctx *c, const void *msg);
void jd_on_reward_update(jd_ctx *c, const void *msg);
void jd_on_report_submit(jd_ctx *c, const void *msg);
void jd_on_report_supplement(jd_ctx *c, const void *msg);
void jd_on_report_triage(jd_ctx *c, const void *msg);
void jd_on_report_propose(jd_ctx *c, const void *msg);
void jd_on_report_reopen(jd_ctx *c, const void *msg);
void jd_on_clock_suspend(jd_ctx *c, const void *msg);
void jd_on_clock_resume(jd_ctx *c, const void *msg);
void jd_on_clock_extend(jd_ctx *c, const void *msg);
void jd_on_report_assign(jd_ctx *c, const void *msg);
void jd_on_report_accept(jd_ctx *c, const void *msg);
void jd_on_report_object(jd_ctx *c, const void *msg);
void jd_on_report_result(jd_ctx *c, const void *msg);
void jd_on_report_feedback(jd_ctx *c, const void *msg);
void jd_on_report_acknowledge(jd_ctx *c, const void *msg);
void jd_on_report_close(jd_ctx *c, const void *msg);
void jd_on_round_plan(jd_ctx *c, const void *msg);
void jd_on_round_announce(jd_ctx *c, const void *msg);
void jd_on_round_open(jd_ctx *c, const void *msg);
void jd_on_round_close(jd_ctx *c, const void *msg);
void jd_on_round_review(jd_ctx *c, const void *msg);
void jd_on_round_publish(jd_ctx *c, const void *msg);
void jd_on_round_cancel(jd_ctx *c, const void *msg);
void jd_on_certificate_issue(jd_ctx *c, const void *msg);
void jd_on_certificate_lose(jd_ctx *c, const void *msg);
void jd_on_certificate_replace(jd_ctx *c, const void *msg);
void jd_on_certificate_revoke(jd_ctx *c, const void *msg);
void jd_on_notice_publish(jd_ctx *c, const void *msg);
void jd_on_meeting_record(jd_ctx *c, const void *msg);
void jd_on_training_record(jd_ctx *c, const void *msg);
void jd_on_hearing_record(jd_ctx *c, const void *msg);
void jd_on_meeting_withdraw(jd_ctx *c, const void *msg);
void jd_on_activity_invite(jd_ctx *c, const void *msg);
void jd_on_activity_answer(jd_ctx *c, const void *msg);
void jd_on_activity_record(jd_ctx *c, const void *msg);
void jd_on_activity_cancel(jd_ctx *c, const void *msg);
void jd_on_activity_report(jd_ctx *c, const void *msg);
void jd_on_document_send(jd_ctx *c, const void *msg);
void jd_on_document_acknowledge(jd_ctx *c, const void *msg);
void jd_on_document_close(jd_ctx *c, const void *msg);
void jd_on_referral_record(jd_ctx *c, const void *msg);
void jd_on_clock_tick(jd_ctx *c, const void *msg);
void jd_on_content_read(jd_ctx *c, const void *msg);
void jd_on_person_export(jd_ctx *c, const void *msg);
void jd_on_person_correct(jd_ctx *c, const void *msg);
void jd_on_person_erase(jd_ctx *c, const void *msg);
void jd_on_retention_run(jd_ctx *c, const void *msg);
void jd_on_policy_activate(jd_ctx *c, const void *msg);
void jd_on_policy_load(jd_ctx *c, const void *msg);
void jd_on_policy_commence(jd_ctx *c, const void *msg);
void jd_on_calendar_activate(jd_ctx *c, const void *msg);
void jd_on_calendar_reckon(jd_ctx *c, const void *msg);
void jd_on_case_migrate(jd_ctx *c, const void *msg);
void jd_on_report_forward(jd_ctx *c, const void *msg);
void jd_on_report_receive(jd_ctx *c, const void *msg);

/* report_submit.c: a report as its fields say, whoever handed it in. NULL after refusing. */
jd_case_row *jd_take_report(jd_ctx *c, const struct jd_report_submit *m, uint64_t *number);

/* application_receive.c: what both channels share */
void jd_receive_application(jd_ctx *c, const jd_form *form, int channel, uint64_t round, int recommender, int nominee);
bool jd_form_consistent(jd_ctx *c, const jd_policy *p, const jd_form *form);

/* standing_desk.c: refuses who may not */
bool jd_by_authority(jd_ctx *c, const jd_policy *p, jd_str department);
bool jd_by_bureau(jd_ctx *c, const jd_policy *p, jd_str department); /* the authority or the manager */

bool jd_not_future(jd_ctx *c, const char *field, jd_day day);

/* round.c: a round somebody of the authority acts on */
jd_case_row *jd_load_round(jd_ctx *c, jd_str id, jd_str department, uint64_t *number, const jd_policy **p);
/* person_rights.c: whose data it is, by an application or an appointment */
typedef struct jd_subject {
    jd_case_id id;
    jd_case_row *row;
    uint64_t person;
} jd_subject;
bool jd_subject_of(jd_ctx *c, const char *field, jd_str text, jd_str department, jd_subject *out);

/* content_read.c: that a department (JD_NO_DEPT: the person it is about) saw what is sealed */
void jd_read_by(jd_ctx *c, const jd_policy *p, uint16_t dept);

/* dismissal.c */
void jd_open_dismissal(jd_ctx *c, uint64_t supervisor, jd_case_row *of, const uint16_t *grounds, int n);
void jd_propose_grounds(jd_ctx *c, const jd_policy *p, const jd_case_row *supervisor);

/* document_acknowledge.c: the day by which a document was to be acknowledged has passed */
void jd_fire_document(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row);

/* report_desk.c: loading a report for somebody who acts on it */
typedef enum { JD_LEAD = 1, JD_MANAGER = 2, JD_DISCIPLINE = 4 } jd_desk;
struct jd_row_report *jd_report_at_desk(jd_ctx *c, jd_str report, const char *field, jd_str department, int who,
                                        const jd_policy **p, uint64_t *number);
void jd_refuse_desk(jd_ctx *c, const char *field, jd_str department);

/* Who a report should go to, as somebody who may assign names it: the managing department, or who stands in
 * where that is accused. Refuses who may not, and departments the report accuses. */
typedef struct jd_choice {
    const jd_policy *policy;
    struct jd_row_report *row;
    uint64_t number;
    uint16_t lead;
    jd_str assist; /* as it is stored */
} jd_choice;
bool jd_choose_desk(jd_ctx *c, jd_str report, jd_str by, jd_str department, const jd_strs *assist, jd_choice *out);

/* A limit that stood still runs on with the days it had left. */
void jd_limit_resume(jd_ctx *c, const jd_policy *p, struct jd_row_report *row);

/* firewall.c: nobody handles what is said about them, however late it comes out */
jd_str jd_accused_with(jd_ctx *c, const jd_policy *p, jd_str accused, const jd_strs *more); /* refuses unknown ones */
/* Where a report stands that has new accused, when it stood in `stay`: there, or taken away from its lead. */
int jd_state_with(const jd_policy *p, const struct jd_row_report *row, jd_str accused, int stay);
jd_event_id jd_event_with(const struct jd_row_report *row, jd_str accused, int to, jd_event_id otherwise);
void jd_shut_out(jd_ctx *c, const jd_policy *p, struct jd_row_report *row, int was, jd_str accused); /* once moved */
void jd_firewall_reason(jd_ctx *c, const jd_policy *p);

/* Moves it, with the reason the policy's rule gives. NULL when the state does not allow it. */
jd_change *jd_move_report(jd_ctx *c, uint64_t number, struct jd_row_report *row, int verb, int to, jd_event_id event,
                          uint16_t rule);

#endif
