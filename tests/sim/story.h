/* What happens in a seed, from begin to end. */
#ifndef JD_SIM_STORY_H
#define JD_SIM_STORY_H

#include "tests/sim/oracle.h"

/* In the folder the process stands in; ends it where something is broken. */
void sim_story(uint64_t seed, bool replay);
void sim_template(void); /* the store that every seed begins with: a policy, a supervisor, a report */

#endif
