/* Our version first, then the libraries' that are really loaded. */
#include <msgpack.h>
#include <stdio.h>
#include <zmq.h>

#include "ctl/ctl.h"

int jd_run_version(jd_args *a)
{
    int major, minor, patch;
    (void)a;
    zmq_version(&major, &minor, &patch);
    printf("jianductl (jiandu) %s\n", JD_VERSION);
    printf("libzmq %d.%d.%d\nmsgpack-c %s\njansson %s\n", major, minor, patch, msgpack_version(),
           jansson_version_str());
    return JD_EX_OK;
}
