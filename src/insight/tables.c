/* tables.c -- the indexes the room of figures asks for. */
#include "insight/insight.h"

/* Ways into rows of other rooms that only figures need. The words of the partial ones stand in the
 * queries of classes.c and people.c again: an index helps only those who ask in its words. */
const struct migration insight_migrations[] = {
    { "0001 indexes",
      "CREATE INDEX insight_first_seen ON member (first_seen, member) WHERE merged_into IS NULL;\n"
      "CREATE INDEX insight_erased ON member (member, merged_into) WHERE erased_at IS NOT NULL;\n"
      "CREATE INDEX insight_act ON timeline (at, member, kind)"
      " WHERE kind NOT LIKE 'order.%' AND kind NOT LIKE 'member.%' AND kind NOT LIKE 'tag.%'"
      " AND kind NOT LIKE 'field.%' AND kind NOT LIKE 'identity.%' AND kind NOT LIKE 'import.%';\n"
      "CREATE INDEX insight_community ON timeline (member, subject, at, seq, kind)"
      " WHERE kind IN ('community.joined', 'community.left');\n" },
    /* SQLite reads the row for a column that only the WHERE of an index names: it is in the index
       too. */
    { "0002 living members", "DROP INDEX insight_first_seen;\n"
                             "CREATE INDEX insight_living ON member (first_seen, member, "
                             "merged_into, erased_at) WHERE merged_into IS NULL;\n" },
    { 0 },
};
