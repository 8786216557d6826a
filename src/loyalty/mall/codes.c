/* codes.c -- lists of codes: uploaded, counted by the stock, delivered once each.
 *
 * Invariant: of a good that is codes, the codes without an exchange are as many as the pieces in
 * its stock, with what is held of it, and in the accounts of grabs that were filled from it.
 */
#include <sodium.h>

#include "loyalty/mall/inside.h"

enum { CODES_AT_ONCE = 500, LIST_KEY_MAX = 60, HASH_BYTES = 16 };

QUERY(q_code, one_i64, "SELECT number AS value FROM mall_code WHERE good = $1 AND code = $2");
CHANGE(c_code, "INSERT INTO mall_code (good, number, code, exchange) VALUES ($1, $2, $3, NULL)");
#define FIELDS_OF_code_list(X, N) \
    X(str, hash, ANY, "", N)      \
    X(i64, codes, ANY, "", N)
SHAPE(code_list);
SHAPE_DEFINE(code_list);
QUERY(q_list, code_list, "SELECT hash, codes FROM mall_code_list WHERE good = $1 AND key = $2");
CHANGE(c_list, "INSERT INTO mall_code_list (good, key, hash, codes, at)"
               " VALUES ($1, $2, $3, $4, $5)");

QUERY(q_left, one_i64,
      "SELECT number AS value FROM mall_code WHERE good = $1 AND exchange IS NULL"
      " ORDER BY number LIMIT $2");
CHANGE(c_delivered, "UPDATE mall_code SET exchange = $3 WHERE good = $1 AND number = $2"
                    " AND exchange IS NULL");
QUERY(q_delivered, one_str,
      "SELECT code AS value FROM mall_code WHERE exchange = $1 ORDER BY number");

/* -- uploading --------------------------------------------------------------------------------- */

struct upload {
    i64 good;
    str key, hash;
    strs codes;
    i64 from;   /* this step's first code */
    bool again; /* the list was begun or done before */
};

struct place {
    str code;
    i64 line;
};
static int by_code(const void *a, const void *b)
{
    return str_cmp(((const struct place *)a)->code, ((const struct place *)b)->code);
}

static enum err codes_read(struct ctx *c, str text, strs *out)
{
    struct place *places = NULL;
    i64 line = 0;
    str rest = text, one;
    struct {
        struct place *at;
        i64 n;
    } all = { 0 };
    while (rest.n) {
        rest = str_cut(rest, '\n', &one);
        line++;
        one = str_trim(one);
        if (!one.n) continue;
        if (one.n > CODE_BYTES_MAX || !str_is_line(one))
            return fail_at(c, E_INVALID, S("/codes"), "第 %lld 行不是一行不超过 %d 字节的文字",
                           "line %lld is not a text of at most %d bytes", (long long)line,
                           CODE_BYTES_MAX);
        if (all.n == CODES_MAX)
            return fail_at(c, E_TOO_LARGE, S("/codes"), "一次至多 %d 个码",
                           "at most %d codes at a time", CODES_MAX);
        *PUSH(c->arena, &all) = (struct place){ one, line };
        *PUSH(c->arena, out) = one;
    }
    if (!all.n) return fail_at(c, E_INVALID, S("/codes"), "码表是空的", "the list is empty");
    places = all.at;
    qsort(places, (size_t)all.n, sizeof *places, by_code);
    for (i64 i = 1; i < all.n; i++)
        if (str_eq(places[i].code, places[i - 1].code))
            return fail_at(c, E_CONFLICT, S("/codes"), "第 %lld 行与第 %lld 行是同一个码",
                           "lines %lld and %lld are the same code", (long long)places[i - 1].line,
                           (long long)places[i].line);
    return OK;
}

static enum err none_known(struct ctx *c, const struct upload *u)
{
    struct one_i64 known;
    bool found;
    for (i64 i = 0; i < u->codes.n; i++) {
        TRY(db_find(c, &q_code, &known, &found, ARGS(u->good, u->codes.at[i])));
        if (found)
            return fail_at(c, E_CONFLICT, S("/codes"), "第 %lld 个码已在库中（或曾经发出）",
                           "code %lld of the list is in the stock already, or was delivered",
                           (long long)i + 1);
    }
    return OK;
}

/* The list's row comes first: from then on its codes are taken in, step by step. */
static enum err begin(struct tx *t, void *arg)
{
    struct upload *u = arg;
    struct ctx *c = t->c;
    struct code_list was;
    TRY(db_find(c, &q_list, &was, &u->again, ARGS(u->good, u->key)));
    if (u->again) {
        if (str_eq(was.hash, u->hash)) return OK;
        return fail_at(c, E_CONFLICT, S("/key"), "这个编号已用于另一份码表",
                       "this key was used before, for another list");
    }
    TRY(none_known(c, u));
    return tx_change(t, &c_list, ARGS(u->good, u->key, u->hash, u->codes.n, c->now));
}

static enum err step(struct tx *t, void *arg)
{
    const struct upload *u = arg;
    struct ctx *c = t->c;
    struct transferred done;
    i64 n = u->codes.n - u->from < CODES_AT_ONCE ? u->codes.n - u->from : CODES_AT_ONCE, first;
    struct transfer x = { .kind = T_MOVE,
                          .id = str_fmt(c->arena, "mall:%lld:codes:" STR_FMT ":%lld",
                                        (long long)u->good, STR_ARG(u->key), (long long)u->from),
                          .unit = S(STOCK),
                          .from_name = S(LEDGER_SOURCE),
                          .to_name = good_stock(c, u->good).name,
                          .amount = n,
                          .reason = S("codes") };
    TRY(ledger_transfer(t, &x, &done));
    if (done.again) return OK;
    TRY(tx_take(t, S("mall_code"), n, &first));
    for (i64 i = 0; i < n; i++) {
        enum err e = tx_change(t, &c_code, ARGS(u->good, first + i, u->codes.at[u->from + i]));
        if (e == E_CONFLICT)
            return fail_at(c, E_CONFLICT, S("/codes"), "第 %lld 个码已由另一份码表带入",
                           "code %lld of the list came with another list meanwhile",
                           (long long)(u->from + i + 1));
        TRY(e);
    }
    if (u->from + n < u->codes.n) return OK;
    return good_line(t, u->good, "mall.codes_added",
                     str_fmt(c->arena, "{\"codes\":%lld}", (long long)u->codes.n));
}

static str list_hash(struct arena *a, const strs *codes)
{
    u8 hash[HASH_BYTES];
    str text = str_join(a, *codes, S("\n"));
    crypto_generichash(hash, sizeof hash, (const u8 *)text.at, (u64)text.n, NULL, 0);
    return str_hex(a, hash, sizeof hash);
}

enum err good_codes_add(struct store *s, struct ctx *c, i64 good, str key, str text,
                        struct codes_added *out)
{
    struct good g;
    struct balance left;
    struct upload u = { .good = good, .key = key };
    TRY(good_row(c, good, &g));
    if (!good_has_codes(g.kind))
        return fail(c, E_UNPROCESSABLE, "这个商品不是卡券码：请直接调整库存",
                    "this good is not codes: change its stock instead");
    if (str_empty(key) || key.n > LIST_KEY_MAX || !str_is_line(key))
        return fail_at(c, E_INVALID, S("/key"), "编号须为 1 至 %d 字节的一行文字",
                       "a key is a line of 1 to %d bytes", LIST_KEY_MAX);
    TRY(codes_read(c, text, &u.codes));
    u.hash = list_hash(c->arena, &u.codes);
    TRY(store_write(s, c, begin, &u));
    for (u.from = 0; u.from < u.codes.n; u.from += CODES_AT_ONCE) {
        struct arena_mark mark = arena_mark(c->arena);
        TRY(store_write(s, c, step, &u));
        arena_rewind(c->arena, mark);
    }
    struct account stock = good_stock(c, good);
    TRY(ledger_balance(c, &stock, &left));
    *out = (struct codes_added){ u.codes.n, u.again, left.available };
    return OK;
}

/* -- delivering -------------------------------------------------------------------------------- */

enum err codes_deliver(struct tx *t, const struct exchange *e)
{
    struct ctx *c = t->c;
    struct one_i64_list left = { 0 };
    i64 rows;
    TRY(db_all(c, &q_left, &left, ARGS(e->good, e->quantity)));
    for (i64 i = 0; i < left.n; i++) {
        TRY(tx_change_rows(t, &c_delivered, &rows, ARGS(e->good, left.at[i].value, e->number)));
        if (rows != 1) return fail(c, E_INTERNAL, "码已发出", "a code was delivered before");
    }
    if (left.n == e->quantity) return OK;
    return fail(c, E_INTERNAL, "商品 %lld 的码少于库存：请运行 koi doctor",
                "good %lld has fewer codes than stock: run koi doctor", (long long)e->good);
}

enum err codes_of(struct ctx *c, i64 exchange, strs *out)
{
    struct one_str_list rows = { 0 };
    TRY(db_all(c, &q_delivered, &rows, ARGS(exchange)));
    for (i64 i = 0; i < rows.n; i++) *PUSH(c->arena, out) = rows.at[i].value;
    return OK;
}
