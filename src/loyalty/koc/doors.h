/* doors.h -- the tables that koc_api.c, koc_month_api.c and koc_my_api.c show each other; after
 * http/route.h and access/approval.h. */
#pragma once

extern const struct route koc_my_routes[];
extern const struct route koc_month_routes[];
extern const struct approval_kind koc_approvals[];
