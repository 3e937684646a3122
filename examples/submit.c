/* Sends one opinion of a supervisor and says what became of it.
 *
 *     cc -std=c17 submit.c $(pkg-config --cflags --libs jiandu) -lmsgpackc -o submit
 *     ./submit ipc:///run/jiandu/intake.sock S-530900-00000001 "取药窗口排队时间过长"
 *
 * The body is built with msgpack-c here; any msgpack will do. */
#include <jiandu/jiandu.h>
#include <msgpack.h>
#include <stdio.h>
#include <string.h>

static void add(msgpack_packer *p, const char *key, const char *value)
{
    msgpack_pack_str_with_body(p, key, strlen(key));
    msgpack_pack_str_with_body(p, value, strlen(value));
}

static int say(const jd_reply *r)
{
    switch (jd_reply_status(r)) {
    case JD_REPLY_OK: printf("%s is %s\n", jd_reply_entity_id(r), jd_reply_state(r)); return 0;
    case JD_REPLY_UNKNOWN: /* keep the id: sending it again is safe */
        fprintf(stderr, "no receipt for %s; try again later\n", jd_reply_id(r));
        return 75;
    default: fprintf(stderr, "%s: %s\n", jd_reply_code(r), jd_reply_text(r)); return 1;
    }
}

int main(int argc, char **argv)
{
    if (argc != 4 || strlen(argv[2]) < 17) {
        fprintf(stderr, "usage: %s INTAKE SUPERVISOR TEXT\n", argv[0]);
        return 64;
    }
    char division[7] = "";
    memcpy(division, argv[2] + 2, 6); /* S-530900-... */
    msgpack_sbuffer body;
    msgpack_packer p;
    msgpack_sbuffer_init(&body);
    msgpack_packer_init(&p, &body, msgpack_sbuffer_write);
    msgpack_pack_map(&p, 3);
    add(&p, "supervisor", argv[2]);
    add(&p, "kind", "opinion");
    add(&p, "text", argv[3]);

    jd_client *c;
    jd_reply *r;
    int code = 69, rc = jd_client_open(&c, &(jd_options){ .intake = argv[1] });
    if (rc == JD_RC_OK) {
        jd_request request = { .type = "report.submit", .division = division, .body = body.data, .body_n = body.size };
        rc = jd_client_request(c, &request, &r);
        if (rc == JD_RC_OK) {
            code = say(r);
            jd_reply_free(&r);
        }
        jd_client_close(&c);
    }
    if (rc != JD_RC_OK) fprintf(stderr, "%s\n", jd_rc_text(rc));
    msgpack_sbuffer_destroy(&body);
    return code;
}
