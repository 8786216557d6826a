/* driver_pg.c -- PostgreSQL. */
#include "store/store_private.h"

static enum err pg_open(struct ctx *c, struct store *s, enum role role, struct db **out)
{
    return fail(c, E_STORE, "还不支持 PostgreSQL", "PostgreSQL is not supported yet");
}

const struct driver driver_pg = { .name = "postgresql", .open = pg_open };
