/* import_api.c -- doors of the importer. */
#include "base/room.h"
#include "trade/import/import_store.h"

void imports_stop(void) {}
const struct room import_room = { .name = "import", .migrations = import_migrations };
