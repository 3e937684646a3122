/* What the parts of the policy loader share: readers of lists of items, references by code. */
#ifndef JD_POLICY_LOADER_H
#define JD_POLICY_LOADER_H

#include "workers/policy/policy.h"

typedef struct jd_loader {
    jd_policy *p;
    jd_diag d;
    jd_ynode *root;
} jd_loader;

/* Room for every entry of list n (NULL counts as empty) in the policy's memory. */
void *jd_load_list(jd_loader *l, jd_ynode *list, size_t size, int *count);

void jd_load_item(jd_loader *l, jd_ynode *n, jd_item *out); /* code, label, rule */
/* Item n of a list whose entries begin with a jd_item: its code must be new. */
void jd_load_unique(jd_loader *l, const void *list, size_t stride, int n);
int jd_load_form_field(jd_loader *l, const jd_ynode *n); /* of an application; -1 where it has none, which is said */
void jd_load_items(jd_loader *l, jd_ynode *map, const char *key, jd_items *out);
uint16_t jd_load_rule(jd_loader *l, jd_ynode *map, const char *key, bool must);
uint16_t jd_load_dept(jd_loader *l, jd_ynode *map, const char *key, bool must);

void jd_load_recruitment(jd_loader *l, jd_ynode *n);
void jd_load_selection(jd_loader *l, jd_ynode *n);   /* rounds, factors, priorities: the rest of recruitment */
void jd_load_formalities(jd_loader *l, jd_ynode *n); /* certificate and notice: the rest of appointment */
void jd_load_form(jd_loader *l, jd_ynode *n);
void jd_load_facts(jd_loader *l, jd_ynode *n);
void jd_load_eligibility(jd_loader *l, jd_ynode *n);
void jd_load_renewal(jd_loader *l, jd_ynode *n);
void jd_load_discipline(jd_loader *l, jd_ynode *n);
void jd_load_dismissal(jd_loader *l, jd_ynode *n);
void jd_load_reports(jd_loader *l, jd_ynode *n);
void jd_load_routing(jd_loader *l, jd_ynode *n);
void jd_load_clocks(jd_loader *l, jd_ynode *n);
void jd_load_feedback(jd_loader *l, jd_ynode *n);
void jd_load_obligations(jd_loader *l, jd_ynode *n);
void jd_load_institutions(jd_loader *l, jd_ynode *n);
void jd_load_claims(jd_loader *l, jd_ynode *n);
void jd_load_recusal(jd_loader *l, jd_ynode *n);
void jd_load_meetings(jd_loader *l, jd_ynode *list);
void jd_load_training(jd_loader *l, jd_ynode *list);
void jd_load_hearings(jd_loader *l, jd_ynode *list);
void jd_load_activities(jd_loader *l, jd_ynode *list);
void jd_load_documents(jd_loader *l, jd_ynode *list);
void jd_load_referral(jd_loader *l, jd_ynode *n);
void jd_load_matching(jd_loader *l, jd_ynode *n);
void jd_load_reward(jd_loader *l, jd_ynode *n);
void jd_load_retention(jd_loader *l, jd_ynode *n);
int jd_load_days(jd_loader *l, jd_ynode *map, const char *key, int out[8]); /* before an end, falling: 90, 30, 7, 1 */
void jd_load_limit(jd_loader *l, jd_ynode *n, jd_clock_rule *c);            /* days, unit, warnings, basis */

void jd_check_interests(jd_loader *l);
void jd_policy_check(jd_loader *l); /* contradictions, and what would never fire */

#endif
