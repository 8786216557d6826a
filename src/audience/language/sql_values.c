/* sql_values.c -- the different texts there are, sifted by a function, and bound as a list. */
#include "audience/language/sql_values.h"

SQL_PART(list_one, " IN ($1");
SQL_PART(list_1, ", $1");
SQL_PART(list_8, ", $1, $2, $3, $4, $5, $6, $7, $8");
SQL_PART(list_64,
         ", $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18"
         ", $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34"
         ", $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50"
         ", $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64");

SQL_PART(list_end, ")");

/* -- lists of values -------------------------------------------------------------------------- */

#define VALUES_MAX 20000

void list_add(struct composed *out, const strs *values)
{
    static const struct {
        const struct sql_part *part;
        i64 n;
    } steps[] = { { &list_64, 64 }, { &list_8, 8 }, { &list_1, 1 } };
    struct value v[64];
    composed_add(out, &list_one, ARGS(values->at[0]));
    i64 done = 1;
    for (i64 s = 0; s < COUNT(steps); s++)
        while (values->n - done >= steps[s].n) {
            for (i64 i = 0; i < steps[s].n; i++) v[i] = V(values->at[done + i]);
            composed_add(out, steps[s].part, (struct args){ v, (int)steps[s].n });
            done += steps[s].n;
        }
    composed_add(out, &list_end, NO_ARGS);
}

struct sieve {
    struct ctx *c;
    struct arena *scratch;
    pass_fn *passes;
    const void *by;
    strs out;
};

static enum err sift(void *arg, const void *row)
{
    struct sieve *s = arg;
    str raw = ((const struct one_str *)row)->value;
    if (!raw.at) return OK;
    arena_reset(s->scratch);
    if (!s->passes(s->scratch, s->by, raw)) return OK;
    if (s->out.n == VALUES_MAX)
        return fail(s->c, E_TOO_LARGE, "一个条件符合的不同取值太多（超过 %d 种），请写得更具体",
                    "one condition fits too many different values (over %d): be more specific",
                    VALUES_MAX);
    *PUSH(s->c->arena, &s->out) = str_copy(s->c->arena, raw);
    return OK;
}

static void scratch_free(void *arena) { arena_free(arena); }

/* Of the texts a statement answers, those that pass. */
enum err values_that_pass(struct ctx *c, const struct composed *from, pass_fn *passes,
                          const void *by, strs *out)
{
    struct sieve s = { .c = c, .scratch = arena_new(), .passes = passes, .by = by };
    arena_defer(c->arena, scratch_free, s.scratch);
    TRY(composed_each(c, from, &one_str_shape, sift, &s));
    *out = s.out;
    return OK;
}
