#include "workers/handlers/handlers.h"

jd_handler jd_handler_of(jd_msg type)
{
    static const jd_handler handlers[JD_MSG_COUNT] = {
        [JD_MSG_application_submit] = jd_on_application_submit,
        [JD_MSG_nomination_submit] = jd_on_nomination_submit,
        [JD_MSG_application_supplement] = jd_on_application_supplement,
        [JD_MSG_application_withdraw] = jd_on_application_withdraw,
        [JD_MSG_application_decide] = jd_on_application_decide,
        [JD_MSG_fact_assert] = jd_on_fact_assert,
        [JD_MSG_term_need] = jd_on_term_need,
        [JD_MSG_term_consent] = jd_on_term_consent,
        [JD_MSG_resignation_submit] = jd_on_resignation_submit,
        [JD_MSG_discipline_record] = jd_on_discipline_record,
        [JD_MSG_dismissal_open] = jd_on_dismissal_open,
        [JD_MSG_dismissal_hear] = jd_on_dismissal_hear,
        [JD_MSG_dismissal_decide] = jd_on_dismissal_decide,
        [JD_MSG_obligation_waive] = jd_on_obligation_waive,
        [JD_MSG_report_submit] = jd_on_report_submit,
        [JD_MSG_report_supplement] = jd_on_report_supplement,
        [JD_MSG_report_triage] = jd_on_report_triage,
        [JD_MSG_report_propose] = jd_on_report_propose,
        [JD_MSG_report_reopen] = jd_on_report_reopen,
        [JD_MSG_clock_suspend] = jd_on_clock_suspend,
        [JD_MSG_clock_resume] = jd_on_clock_resume,
        [JD_MSG_clock_extend] = jd_on_clock_extend,
        [JD_MSG_report_assign] = jd_on_report_assign,
        [JD_MSG_report_accept] = jd_on_report_accept,
        [JD_MSG_report_object] = jd_on_report_object,
        [JD_MSG_report_result] = jd_on_report_result,
        [JD_MSG_report_feedback] = jd_on_report_feedback,
        [JD_MSG_report_acknowledge] = jd_on_report_acknowledge,
        [JD_MSG_report_close] = jd_on_report_close,
        [JD_MSG_clock_tick] = jd_on_clock_tick,
        [JD_MSG_policy_activate] = jd_on_policy_activate,
    };
    return handlers[type];
}
