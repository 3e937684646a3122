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
void jd_on_clock_tick(jd_ctx *c, const void *msg);
void jd_on_policy_activate(jd_ctx *c, const void *msg);

/* application_receive.c: what both channels share */
void jd_receive_application(jd_ctx *c, const jd_form *form, int channel, uint64_t round, int recommender, int nominee);
bool jd_form_consistent(jd_ctx *c, const jd_policy *p, const jd_form *form);

/* standing_desk.c: refuses who may not */
bool jd_by_authority(jd_ctx *c, const jd_policy *p, jd_str department);
bool jd_by_bureau(jd_ctx *c, const jd_policy *p, jd_str department); /* the authority or the manager */

bool jd_not_future(jd_ctx *c, const char *field, jd_day day);

/* round.c: a round somebody of the authority acts on */
jd_case_row *jd_load_round(jd_ctx *c, jd_str id, jd_str department, uint64_t *number, const jd_policy **p);

/* dismissal.c */
void jd_open_dismissal(jd_ctx *c, uint64_t supervisor, jd_case_row *of, const uint16_t *grounds, int n);
void jd_propose_grounds(jd_ctx *c, const jd_policy *p, const jd_case_row *supervisor);

/* report_desk.c: loading a report for somebody who acts on it */
typedef enum { JD_LEAD = 1, JD_MANAGER = 2 } jd_desk;
struct jd_row_report *jd_report_at_desk(jd_ctx *c, jd_str report, const char *field, jd_str department, int who,
                                        const jd_policy **p, uint64_t *number);
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

/* Moves it, with the reason the policy's rule gives. NULL when the state does not allow it. */
jd_change *jd_move_report(jd_ctx *c, uint64_t number, struct jd_row_report *row, int verb, int to, jd_event_id event,
                          uint16_t rule);

#endif
