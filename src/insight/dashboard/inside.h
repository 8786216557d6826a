/* inside.h -- inside dashboards: the one that is there from the first day. */
#pragma once

#include "insight/dashboard.h"

void dashboard_built_in(struct ctx *c, struct dashboard_view *out);
