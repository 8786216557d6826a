/* track_target.h -- what must be true of behaviour that was read, whatever bytes it came from. */
#pragma once

#include "target.h"

#include "base/json.h"
#include "track/tree.h"

/* "order.paid": lower case with a dot, as this program names what it writes itself. */
static inline bool is_own_kind(str kind)
{
    for (i64 i = 0; i < kind.n; i++)
        if (!(kind.at[i] >= 'a' && kind.at[i] <= 'z') && kind.at[i] != '_' && kind.at[i] != '.')
            return false;
    return str_has(kind, '.');
}

static inline void check_told(struct ctx *c, enum err e, const struct behaviours *told)
{
    if (e != OK) {
        assert((e == E_INVALID || e == E_TOO_LARGE) && c->why.detail[0]);
        return;
    }
    assert(told->n > 0 && told->n <= TRACK_EVENTS_MAX);
    for (i64 i = 0; i < told->n; i++) {
        const struct behaviour *b = &told->at[i];
        assert(str_is_utf8(b->kind) && b->kind.n <= 210);
        assert(!is_own_kind(b->kind));
        assert(str_is_utf8(b->subject) && str_is_utf8(b->touchpoint) && str_is_utf8(b->name));
        assert(!b->props.at || (json_valid(b->props) && b->props.at[0] == '{'));
        assert(b->seen_at <= c->now);
        for (i64 k = 0; k < b->identities_n; k++) { /* normalised: doing it again changes nothing */
            struct identity id = b->identities[k];
            assert(identity_normalise(c, &id) == OK && id.kind == b->identities[k].kind);
            assert(str_eq(id.value, b->identities[k].value));
        }
        for (i64 k = 0; k < b->traits.n; k++) assert(str_is_utf8(b->traits.at[k].field));
    }
}
