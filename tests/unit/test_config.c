/* The configuration file: defaults, relative paths, and every mistake with its line. */
#include "base/config.h"

#include <stdio.h>

#include "base/log.h"
#include "tests/unit/support.h"

static const char *write_config(const char *text)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/jiandu.yaml", scratch_dir());
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return path;
}

static jd_config *good(const char *text)
{
    jd_buf diagnostics = { 0 };
    jd_config *c = jd_config_load(write_config(text), &diagnostics);
    if (!c) fail_msg("%.*s", JD_FMT(jd_buf_view(&diagnostics)));
    jd_buf_free(&diagnostics);
    return c;
}

static void bad(const char *text, const char *expected)
{
    jd_buf diagnostics = { 0 };
    assert_null(jd_config_load(write_config(text), &diagnostics));
    jd_buf_u8(&diagnostics, 0);
    if (!strstr(diagnostics.p, expected)) fail_msg("'%s' does not say '%s'", diagnostics.p, expected);
    jd_buf_free(&diagnostics);
}

static void defaults(void **state)
{
    (void)state;
    jd_config *c = good("divisions: [530900]\n");
    assert_string_equal(c->state, "/var/lib/jiandu");
    assert_string_equal(c->runtime, "/run/jiandu");
    assert_string_equal(c->key, "/var/lib/jiandu/master.key");
    assert_int_equal(c->intake.n, 1);
    assert_string_equal(c->intake.v[0], "ipc:///run/jiandu/intake.sock");
    assert_string_equal(c->push.v[0], "ipc:///run/jiandu/push.sock");
    assert_string_equal(c->events.v[0], "ipc:///run/jiandu/events.sock");
    assert_true(c->spawn);
    assert_false(c->simulated);
    assert_int_equal(c->log_level, JD_INFO);
    assert_string_equal(jd_store_dir(c, 530900), "/var/lib/jiandu/530900");
    assert_string_equal(jd_worker_socket(c, 530900), "/run/jiandu/worker-530900.sock");
    assert_string_equal(jd_questions_socket(c, 530900), "/run/jiandu/questions-530900.sock");
    jd_config_free(c);
}

static void what_is_said_counts(void **state)
{
    (void)state;
    char expected[160];
    jd_config *c = good("state: data\nruntime: /run/x\ndivisions: [530900, 371000]\n"
                        "endpoints:\n  intake: [\"tcp://127.0.0.1:7530\", \"ipc:///run/x/i\"]\n"
                        "workers: { start: service-manager }\nclock: simulated\nlog: debug\n"
                        "limits: { batch_messages: 100, map_mib: 1024 }\n");
    snprintf(expected, sizeof expected, "%s/data", scratch_dir());
    assert_string_equal(c->state, expected); /* relative to the file's folder */
    assert_int_equal(c->divisions_n, 2);
    assert_int_equal(c->divisions[1], 371000);
    assert_int_equal(c->intake.n, 2);
    assert_string_equal(c->intake.v[1], "ipc:///run/x/i");
    assert_string_equal(c->events.v[0], "ipc:///run/x/events.sock");
    assert_false(c->spawn);
    assert_true(c->simulated);
    assert_int_equal(c->log_level, JD_DEBUG);
    assert_int_equal(c->batch_messages, 100);
    assert_int_equal(c->map_mib, 1024);
    jd_config_free(c);
}

static void mistakes_name_their_line(void **state)
{
    (void)state;
    bad("state: x\n", "jiandu.yaml:1: 'divisions' is missing");
    bad("\ndivisions: []\n", "jiandu.yaml:2: 'divisions' is empty");
    bad("divisions: [53090]\n", "six-digit");
    bad("divisions: [530900, 530900]\n", "stands twice");
    bad("divisions: [530900]\nstaet: x\n", "jiandu.yaml:2: 'staet' is not known here");
    bad("divisions: [530900]\nlog: loud\n", "jiandu.yaml:2:");
    bad("divisions: [530900]\nclock: sundial\n", "jiandu.yaml:2: 'clock' must be system or simulated");
    bad("divisions: [530900]\nworkers: { start: me }\n", "must be daemon or service-manager");
    bad("divisions: [530900]\nlimits: { batch_messages: 0 }\n", "'batch_messages' must be");
    bad("divisions: [530900]\nendpoints: { intake: [\"udp://x\"] }\n", "begins with ipc:// or tcp://");
    bad("divisions: [530900]\nendpoints: { intake: 7 }\n", "a list of up to");
    bad("- a\n", "the configuration is a mapping");
}

/* Beyond loopback there must be CURVE, and there is none yet: the daemon does not start without. */
static void no_open_door_to_the_network(void **state)
{
    (void)state;
    static const char *const open[] = { "tcp://0.0.0.0:7530", "tcp://*:7530",    "tcp://192.0.2.1:7530",
                                        "tcp://[::]:7530",    "tcp://eth0:7530", "tcp://localhost.example.org:7530" };
    for (int i = 0; i < LENGTH(open); i++) {
        char text[160];
        snprintf(text, sizeof text, "divisions: [530900]\nendpoints:\n  intake: [\"%s\"]\n", open[i]);
        bad(text, "jiandu.yaml:3:");
    }
    jd_config_free(good("divisions: [530900]\nendpoints: { intake: [\"tcp://[::1]:7530\"] }\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(what_is_said_counts),
        cmocka_unit_test(mistakes_name_their_line),
        cmocka_unit_test(no_open_door_to_the_network),
    };
    return RUN(tests);
}
