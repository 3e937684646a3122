/* What follows the decision to appoint: a certificate, a notice to society. A text may have neither. */
#include "workers/policy/loader.h"

static void load_certificate(jd_loader *l, jd_ynode *n)
{
    jd_policy *p = l->p;
    jd_str renewal = jd_y_text(n, "on_renewal", &l->d);
    p->certificate = true;
    p->certificate_item = (jd_item){ .code = JD_STR("certificate"), .line = n->line };
    p->certificate_item.label = jd_y_need_text(n, "label", &l->d);
    p->certificate_item.rule = jd_load_rule(l, n, "rule", true);
    p->certificate_show_rule = jd_load_rule(l, n, "show_rule", false);
    p->certificate_extends = !jd_str_is(renewal, "reissue");
    if (renewal.n && p->certificate_extends && !jd_str_is(renewal, "extends"))
        jd_diag_at(&l->d, n->line, "'on_renewal' must be extends or reissue, not '%.*s'", JD_FMT(renewal));
}

static void load_notice(jd_loader *l, jd_ynode *n)
{
    jd_policy *p = l->p;
    p->notice = true;
    p->notice_rule = jd_load_rule(l, n, "rule", true);
    jd_load_items(l, n, "channels", &p->notice_channels);
    if (p->notice_channels.n == 0) jd_diag_at(&l->d, n->line, "a notice needs 'channels' to be published in");
}

void jd_load_formalities(jd_loader *l, jd_ynode *n)
{
    jd_ynode *certificate = jd_y_sub(n, "certificate", JD_Y_MAP, &l->d),
             *notice = jd_y_sub(n, "notice", JD_Y_MAP, &l->d);
    l->p->certificate_show_rule = l->p->notice_rule = JD_NO_RULE;
    if (certificate) load_certificate(l, certificate);
    if (notice) load_notice(l, notice);
}
