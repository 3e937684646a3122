/* Frames over a libuv stream, as both ends of a connection between daemon and worker read and write them. */
#ifndef JD_PROTO_UV_STREAM_H
#define JD_PROTO_UV_STREAM_H

#include <uv.h>

#include "proto/link.h"

/* Takes the frame over. That a connection is broken is seen by its reader. */
void jd_stream_send(uv_pipe_t *to, jd_buf *frame);

/* Where the next bytes go: behind those of a frame that is not whole yet. For a callback of libuv's. */
uv_buf_t jd_stream_room(jd_buf *in);

/* Takes the whole frames off what was read, n bytes or libuv's error; false when this was the last of the connection. */
bool jd_stream_read(jd_buf *in, ssize_t n, jd_link_take_frame take, void *arg);

#endif
