/* inside.h -- inside join: a stay in the programme. */
#pragma once

#include "loyalty/join.h"
#include "member/member.h"

extern const struct migration join_migrations[]; /* tables.c */
extern const struct field_table join_fields;     /* fields.c */

#define FIELDS_OF_stay(X, N)            \
    X(i64, number, ANY, "", N)          \
    X(instant, joined_at, ANY, "", N)   \
    X(opt_instant, left_at, ANY, "", N) \
    X(str, channel, ANY, "", N)         \
    X(str, touchpoint, ANY, "", N)      \
    X(opt_i64, inviter, ANY, "", N)
SHAPE(stay);
