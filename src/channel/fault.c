/* fault.c -- what can go wrong with a try, kept as a name and a detail, said in the reader's
 * language. */
#include "channel/inside.h"

static const struct {
    const char *name, *zh, *en;
} rows[] = {
#define X(id, name, zh, en) { name, zh, en },
    FAULTS(X)
#undef X
};

str fault_name(enum fault f) { return str_of(rows[f].name); }

str fault_words(const struct ctx *c, str name, str detail)
{
    if (str_empty(name)) return S("");
    for (i64 i = 1; i < COUNT(rows); i++)
        if (str_eq(name, str_of(rows[i].name)))
            return str_replace(c->arena, say(c, str_of(rows[i].zh), str_of(rows[i].en)), S("%s"),
                               str_or(detail, S("?")));
    return name;
}
