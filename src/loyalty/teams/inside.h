/* inside.h -- inside teams: what its files share. */
#pragma once

#include "loyalty/teams.h"

enum err team_line(struct tx *t, i64 member, i64 team, str kind);
extern const struct migration team_migrations[];
