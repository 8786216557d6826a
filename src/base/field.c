/* field.c -- the list of what rooms publish of members, and reading words as numbers. */
#include "base/field.h"

#include <assert.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/room.h"

SHAPE_DEFINE(field_number);
SHAPE_DEFINE(field_word);

static const struct room *const *registered;

void fields_register(const struct room *const *rooms) { registered = rooms; }

static const struct field *find(const struct fields *in, const char *name)
{
    for (i64 i = 0; i < in->n; i++)
        if (strcmp(in->at[i].name, name) == 0) return &in->at[i];
    return NULL;
}

enum err fields_published(struct ctx *c, struct fields *out)
{
    *out = (struct fields){ 0 };
    for (i64 i = 0; registered && registered[i]; i++) {
        const struct field_table *table = registered[i]->fields;
        for (const struct field *f = table ? table->rows : NULL; f && f->name; f++) {
            assert(!find(out, f->name));
            *PUSH(c->arena, out) = *f;
        }
    }
    for (i64 i = 0; c->db && registered && registered[i]; i++) {
        const struct field_table *table = registered[i]->fields;
        struct fields more = { 0 };
        if (!table || !table->more) continue;
        TRY(table->more(c, &more));
        for (i64 k = 0; k < more.n; k++)
            if (!find(out, more.at[k].name)) *PUSH(c->arena, out) = more.at[k];
    }
    return OK;
}

bool field_is_word(enum field_kind kind)
{
    static const bool words[FIELD_KINDS] = {
        [FIELD_IS_NUMBER] = true, [FIELD_IS_DATE] = true,   [FIELD_IS_FLAG] = true,
        [FIELD_IS_TEXT] = true,   [FIELD_IS_CHOICE] = true, [FIELD_IS_SET] = true,
    };
    return words[kind];
}

/* Numbers people keep of members may have any decimals and size: beyond four they are rounded, the
 * immense stay immense. */
static bool read_number(str word, i64 *out)
{
    f64 f;
    if (money_parse(word, out)) return true;
    if (!f64_parse(word, &f)) return false;
    f64 scaled = f * (f64)MONEY_UNIT;
    if (scaled > 9e18 || scaled < -9e18) *out = scaled > 0 ? INT64_MAX - 1 : INT64_MIN + 1;
    else *out = (i64)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    return true;
}

bool field_read(enum field_kind kind, str word, i64 *out)
{
    day d;
    switch (kind) {
    case FIELD_IS_NUMBER: return read_number(word, out);
    case FIELD_IS_FLAG: *out = str_eq(word, S("true")); return *out || str_eq(word, S("false"));
    case FIELD_IS_DATE:
        if (!day_parse(word, &d)) return false;
        *out = d;
        return true;
    default: return false;
    }
}

const struct field_choice *field_choice_named(struct arena *a, const struct field *f, str folded)
{
    for (const struct field_choice *choice = f->choices; choice && choice->value; choice++)
        if (str_eq(folded, str_fold(a, str_of(choice->value))) ||
            str_eq(folded, str_fold(a, str_of(choice->en))))
            return choice;
    return NULL;
}

bool field_stale(const struct field *f, str timeline_kind)
{
    for (const char *const *at = f->stale; at && *at; at++) {
        str pattern = str_of(*at);
        if (str_ends(pattern, S("*"))
                ? str_starts(timeline_kind, str_sub(pattern, 0, pattern.n - 1))
                : str_eq(timeline_kind, pattern))
            return true;
    }
    return false;
}
