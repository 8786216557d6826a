/* inside.h -- inside teams: what its files share. */
#pragma once

#include "loyalty/teams.h"

enum err team_line(struct tx *t, i64 member, i64 team, str kind);
struct field_table;
extern const struct field_table team_fields; /* fields.c */
extern const struct migration team_migrations[];
