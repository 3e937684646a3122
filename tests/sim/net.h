/* What lies between clients and the daemon. */
#ifndef JD_SIM_NET_H
#define JD_SIM_NET_H

#include "tests/sim/sim.h"

struct jd_daemon;

/* Two frames of a client, on their way: they arrive, or not, or twice, and not in order. */
void sim_net_send(int client, bool push, jd_str header, jd_str body);
struct jd_daemon *sim_net_daemon(void); /* the one that runs; NULL while none does */

#endif
