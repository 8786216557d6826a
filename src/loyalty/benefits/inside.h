/* inside.h -- what the files of benefits share. */
#pragma once

#include "loyalty/benefits.h"

#define QUOTA_USED "used" /* house account: what was used */

extern const struct migration benefits_migrations[];
