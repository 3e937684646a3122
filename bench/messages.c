#include "bench/messages.h"

#include "proto/pack.h"

void jd_bench_form(jd_buf *b)
{
    static const char *const yes[] = {
        "voluntary",      "unpaid_ack",  "attests_stance", "attests_ability", "declares_true_and_fit",
        "declares_clean", "written_form"
    };
    enum { YES = sizeof yes / sizeof *yes };
    jd_pack_map(b, 10 + YES);
    jd_pack_kz(b, "name", "测试");
    jd_pack_kz(b, "sex", "1");
    jd_pack_kz(b, "birth_date", "1990-01-01");
    jd_pack_kz(b, "id_no", "530902199001010013");
    jd_pack_kz(b, "phone", "13800000000");
    jd_pack_kz(b, "health", "1");
    jd_pack_kz(b, "education", "21");
    jd_pack_kz(b, "major", "药学");
    jd_pack_kz(b, "address", "测试路1号");
    jd_pack_z(b, "expertise");
    jd_pack_list(b, 1);
    jd_pack_z(b, "medicine");
    for (int i = 0; i < YES; i++) jd_pack_kb(b, yes[i], true);
}

void jd_bench_fact(jd_buf *b, const char *subject, const char *predicate, jd_day as_of)
{
    jd_pack_map(b, 6);
    jd_pack_kz(b, "subject", subject);
    jd_pack_kz(b, "predicate", predicate);
    jd_pack_kz(b, "value", "no");
    jd_pack_kz(b, "source", "bench");
    jd_pack_kz(b, "attester", "bench");
    jd_pack_kd(b, "as_of", as_of);
}

void jd_bench_decision(jd_buf *b)
{
    jd_pack_map(b, 3);
    jd_pack_kz(b, "application", "A-530900-00000001");
    jd_pack_kz(b, "decision", "appoint");
    jd_pack_kz(b, "department", "bureau");
}

void jd_bench_report(jd_buf *b, const char *supervisor)
{
    jd_pack_map(b, 8);
    jd_pack_kz(b, "supervisor", supervisor);
    jd_pack_kz(b, "kind", "clue");
    jd_pack_kz(b, "target", "institution");
    jd_pack_kz(b, "category", "LC.B1");
    jd_pack_kz(b, "county", "530902");
    jd_pack_kz(b, "institution", "H53090200012");
    jd_pack_kz(b, "nature", "irregular");
    jd_pack_kz(b, "text",
               "八月以来，该院同一床位在同一时段登记两名住院患者，且费用清单中重复收取护理费；"
               "现场询问时护士站无法说明，病历与医嘱单的日期相差三天，请核查有关结算记录。");
}
