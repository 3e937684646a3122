#include "proto/uv/stream.h"

#include <stdlib.h>

#include "base/log.h"

typedef struct outgoing {
    uv_write_t req;
    jd_buf frame;
} outgoing;

static void on_written(uv_write_t *req, int status)
{
    outgoing *o = (outgoing *)req;
    (void)status;
    jd_buf_free(&o->frame);
    free(o);
}

void jd_stream_send(uv_pipe_t *to, jd_buf *frame)
{
    outgoing *o = malloc(sizeof *o);
    if (!o || frame->failed) jd_die(JD_EX_TEMPFAIL, "out of memory");
    o->frame = *frame;
    *frame = (jd_buf){ 0 };
    uv_buf_t b = uv_buf_init(o->frame.p, (unsigned)o->frame.n);
    if (uv_write(&o->req, (uv_stream_t *)to, &b, 1, on_written) != 0) on_written(&o->req, -1);
}

uv_buf_t jd_stream_room(jd_buf *in)
{
    enum { ROOM = 256 * 1024 };
    size_t n = in->n;
    char *at = jd_buf_room(in, ROOM);
    in->n = n; /* room, not content */
    return uv_buf_init(at, at ? ROOM : 0);
}

bool jd_stream_read(jd_buf *in, ssize_t n, jd_link_take_frame take, void *arg)
{
    if (n < 0) return false;
    in->n += (size_t)n;
    if (jd_link_frames(in, take, arg)) return true;
    jd_log(JD_WARN, "a frame that cannot be read; connection closed");
    return false;
}
