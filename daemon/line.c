#include "daemon/line.h"

static bool is_closing(const jd_line *l)
{
    return uv_is_closing((const uv_handle_t *)&l->pipe);
}

static void on_closed(uv_handle_t *h)
{
    jd_line *l = h->data;
    l->open = false;
    jd_buf_free(&l->in);
}

void jd_line_hang_up(jd_line *l)
{
    if (l->open && !is_closing(l)) uv_close((uv_handle_t *)&l->pipe, on_closed);
}

void jd_line_send(jd_line *l, jd_buf *frame)
{
    jd_stream_send(&l->pipe, frame);
}

static bool take_frame(void *arg, jd_link_kind kind, jd_cur *c)
{
    jd_line *l = arg;
    return l->take(l->arg, kind, c) && !is_closing(l);
}

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
    (void)suggested;
    *buf = jd_stream_room(&((jd_line *)h->data)->in);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    jd_line *l = stream->data;
    (void)buf;
    if (!jd_stream_read(&l->in, n, take_frame, l)) l->down(l->arg);
}

static void say_who(jd_line *l)
{
    jd_buf frame = { 0 };
    jd_link_begin(&frame, JD_LINK_OPEN);
    jd_buf_u16(&frame, JD_LINK_VERSION);
    jd_buf_u32(&frame, l->division);
    jd_link_end(&frame, 0);
    jd_line_send(l, &frame);
}

static void on_connected(uv_connect_t *req, int status)
{
    jd_line *l = req->data;
    if (is_closing(l)) return;
    if (status != 0) {
        l->down(l->arg);
        return;
    }
    uv_read_start((uv_stream_t *)&l->pipe, on_alloc, on_read);
    say_who(l);
    l->up(l->arg);
}

void jd_line_connect(jd_line *l, uv_loop_t *loop)
{
    uv_pipe_init(loop, &l->pipe, 0);
    l->pipe.data = l->connecting.data = l;
    l->open = true;
    uv_pipe_connect(&l->connecting, &l->pipe, l->path, on_connected);
}
