/* What differs between two policies, told by section and code rather than by line. */
#ifndef JD_CTL_DIFF_H
#define JD_CTL_DIFF_H

#include "base/yaml.h"

/* Prints a line a difference: `-` only in a, `+` only in b, `!` another value; with where it stands (in b, or
 * for `-` in a) and the rule it cites. da and db know the files. How many. */
int jd_diff(const jd_ynode *a, const jd_ynode *b, const jd_diag *da, const jd_diag *db);

#endif
