#include "bench/zmtp.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "bench/peers.h"

enum { GREETING = 64, SHORT = 255, PATIENCE_MS = 20000 };

/* ------------------------------------------------------------ a connection */

static int dial_ipc(const char *path)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof a.sun_path) jd_fail("%s: too long for a socket's path", path);
    memcpy(a.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0) jd_fail("%s: %m", path);
    return fd;
}

static int dial(const char *endpoint)
{
    const char *port = strrchr(endpoint, ':');
    if (strncmp(endpoint, "ipc://", 6) == 0) return dial_ipc(endpoint + 6);
    if (strncmp(endpoint, "tcp://127.0.0.1:", 16) != 0)
        jd_fail("%s: neither a path nor a port of this machine", endpoint);
    return jd_wire_dial(atoi(port + 1));
}

void jd_zmtp_say(int fd, const char *p, size_t n)
{
    if (send(fd, p, n, MSG_NOSIGNAL) != (ssize_t)n) jd_fail("a connection: %m");
}

/* libzmq 4.3.4 hangs up where a peer's greeting and what follows it come in one piece. */
static void greet(int fd, const char *type)
{
    static const char ready[] = "\5READY\13Socket-Type\0\0";
    char greeting[GREETING] = "\xff\0\0\0\0\0\0\0\1\x7f\3\0NULL";
    size_t n = strlen(type);
    const char head[] = { JD_ZMTP_COMMAND, (char)(sizeof ready - 1 + 2 + n) }, length[] = { 0, (char)n };
    jd_buf b = { 0 };
    jd_buf_add(&b, head, sizeof head);
    jd_buf_add(&b, ready, sizeof ready - 1);
    jd_buf_add(&b, length, sizeof length);
    jd_buf_add(&b, type, n);
    jd_zmtp_say(fd, greeting, sizeof greeting);
    if (recv(fd, greeting, sizeof greeting, MSG_WAITALL) != sizeof greeting) jd_fail("no greeting: %m");
    jd_zmtp_say(fd, b.p, b.n);
    jd_buf_free(&b);
}

int jd_zmtp_open(const char *endpoint, const char *type)
{
    int fd = dial(endpoint);
    greet(fd, type);
    return fd;
}

/* ------------------------------------------------------------ frames */

void jd_zmtp_put(jd_buf *out, bool more, jd_str frame)
{
    bool is_long = frame.n > SHORT;
    char head[JD_ZMTP_HEAD_MAX] = { (char)((more ? JD_ZMTP_MORE : 0) | (is_long ? JD_ZMTP_LONG : 0)), (char)frame.n };
    if (is_long) jd_be64((uint8_t *)head + 1, frame.n);
    jd_buf_add(out, head, is_long ? JD_ZMTP_HEAD_MAX : 2);
    jd_buf_str(out, frame);
}

size_t jd_zmtp_head(const char *p, size_t n, size_t *follow)
{
    size_t head = n && (*p & JD_ZMTP_LONG) ? JD_ZMTP_HEAD_MAX : 2;
    if (n < head) return 0;
    *follow = head == 2 ? (uint8_t)p[1] : (size_t)jd_get_be64((const uint8_t *)p + 1);
    return head;
}

/* ------------------------------------------------------------ a question */

/* What is there behind what has come; ends the program where nothing comes. */
static size_t more_of(int fd, char *p, size_t room)
{
    struct pollfd poll_fd = { fd, POLLIN, 0 };
    if (poll(&poll_fd, 1, PATIENCE_MS) <= 0) jd_fail("no answer");
    ssize_t n = recv(fd, p, room, 0);
    if (n <= 0) jd_fail("a connection was closed: %m");
    return (size_t)n;
}

/* With one question at a time nothing but commands comes before the answer, and nothing behind it. */
static size_t read_answer(int fd, char *p, size_t room)
{
    size_t n = 0, follow = 0, head = 0;
    for (;;) {
        while (!(head = jd_zmtp_head(p, n, &follow)) || n < head + follow) n += more_of(fd, p + n, room - n);
        if (!(*p & JD_ZMTP_COMMAND)) break;
        jd_zmtp_say(fd, JD_ZMTP_PONG, sizeof JD_ZMTP_PONG - 1);
        memmove(p, p + head + follow, n -= head + follow);
    }
    memmove(p, p + head, follow);
    return follow;
}

size_t jd_zmtp_ask(int fd, jd_str header, jd_str body, char *answer, size_t n)
{
    jd_buf out = { 0 };
    jd_zmtp_put(&out, true, header);
    jd_zmtp_put(&out, false, body);
    jd_zmtp_say(fd, out.p, out.n);
    jd_buf_free(&out);
    return read_answer(fd, answer, n);
}

/* ------------------------------------------------------------ a load */

static struct {
    jd_message m;
    char *header; /* its own, with the id of the message */
    uint64_t n;
} next;

static int open_one(const jd_peer_load *l)
{
    return jd_zmtp_open(l->endpoint, "DEALER");
}

static void request(jd_buf *out, jd_str message)
{
    (void)message; /* here it has two frames */
    jd_next_id((uint8_t *)next.header + next.m.id_at, next.n++);
    jd_zmtp_put(out, true, (jd_str){ next.header, (uint32_t)next.m.header_n });
    jd_zmtp_put(out, false, (jd_str){ next.m.body, (uint32_t)next.m.body_n });
}

static size_t answers(const char *p, size_t n, jd_wire_answers *out)
{
    size_t follow, head = jd_zmtp_head(p, n, &follow);
    if (!head || n < head + follow) return 0;
    bool ok = jd_answer_ok(p + head, follow), command = *p & JD_ZMTP_COMMAND;
    if (command) out->reply = JD_ZMTP_PONG;
    out->good += !command && ok;
    out->bad += !command && !ok;
    return head + follow;
}

jd_measure jd_zmtp_load(const jd_load *l)
{
    next.m = l->message;
    next.header = malloc(next.m.header_n);
    memcpy(next.header, next.m.header, next.m.header_n);
    jd_measure m = jd_wire_run(
        &(jd_wire){ .open = open_one, .request = request, .answers = answers },
        &(jd_peer_load){
            .endpoint = l->endpoint, .connections = l->clients, .outstanding = l->outstanding, .seconds = l->seconds });
    free(next.header);
    return m;
}
