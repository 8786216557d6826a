/* store.c -- tables of the importer: mappings saved by name, and the book of imports started
 * at the console. */
#include "import/store.h"

#include "base/json.h"
#include "base/room.h"

SHAPE_DEFINE(import_saved);

const struct migration import_migrations[] = {
    { "0001 import",
      "CREATE TABLE import_profile (\n"
      "  name text NOT NULL PRIMARY KEY,\n"
      "  body text NOT NULL,\n" /* import_saved as JSON */
      "  updated_at int64 NOT NULL\n"
      ");\n"
      "CREATE TABLE import_run (\n"
      "  id int64 NOT NULL PRIMARY KEY,\n"
      "  file text NOT NULL,\n" /* as the operator named it */
      "  path text NOT NULL,\n" /* where it is kept */
      "  size int64 NOT NULL,\n"
      "  format text,\n"
      "  choice text NOT NULL,\n" /* import_saved as JSON: profile, mapping, options */
      "  whole flag NOT NULL,\n"  /* the mapping was edited: it stands for itself */
      "  state text NOT NULL,\n"
      "  dry_run flag NOT NULL,\n"
      "  summary text,\n"
      "  failure text,\n"
      "  created_at int64 NOT NULL,\n"
      "  started_at int64,\n"
      "  seen_at int64,\n" /* last sign of life while it runs */
      "  ended_at int64,\n"
      "  actor text\n"
      ");\n" },
    /* Rows of behaviour by content: event_write.c. */
    { "0002 import rows", "CREATE TABLE import_row (\n"
                          "  at int64 NOT NULL,\n"
                          "  hash int64 NOT NULL,\n"
                          "  known int64 NOT NULL,\n"
                          "  run int64 NOT NULL,\n"
                          "  met int64 NOT NULL,\n"
                          "  fresh int64 NOT NULL,\n"
                          "  PRIMARY KEY (at, hash)\n"
                          ") clustered;\n" },
    { 0 },
};

#define FIELDS_OF_saved_row(X, N) X(str, body, ANY, "", N)
SHAPE(saved_row);
SHAPE_DEFINE(saved_row);
QUERY(q_saved, saved_row, "SELECT body FROM import_profile WHERE name = $1");
QUERY(q_saved_all, saved_row, "SELECT body FROM import_profile ORDER BY name");
CHANGE(c_saved_put,
       "INSERT INTO import_profile (name, body, updated_at) VALUES ($1, $2, $3)"
       " ON CONFLICT (name) DO UPDATE SET body = EXCLUDED.body, updated_at = EXCLUDED.updated_at");
CHANGE(c_saved_drop, "DELETE FROM import_profile WHERE name = $1");

static bool is_built_in(str name)
{
    if (str_eq(name, S("none"))) return true;
    for (const struct import_profile *p = import_profiles; p->name; p++)
        if (str_eq(name, str_of(p->name)) || str_eq(name, str_of(p->family))) return true;
    return false;
}

static enum err saved_find(struct ctx *c, str name, bool *found, struct import_saved *out)
{
    struct saved_row row = { 0 };
    *found = false;
    if (!c->db) return OK;
    TRY(db_find(c, &q_saved, &row, found, ARGS(name)));
    return *found ? json_read(c, &import_saved_shape, out, row.body) : OK;
}

static void fill_options(struct import_options *given, const struct import_options *saved)
{
    if (str_empty(given->shop)) given->shop = saved->shop;
    if (str_empty(given->identity)) given->identity = saved->identity;
    if (str_empty(given->order_id)) given->order_id = saved->order_id;
    if (!given->paid_status.n) given->paid_status = saved->paid_status;
    if (!given->net_of_refund.has) given->net_of_refund = saved->net_of_refund;
    if (!given->columns.n) given->columns = saved->columns;
    if (!given->events.n) given->events = saved->events;
    given->drop_duplicates |= saved->drop_duplicates;
}

enum err import_choice_load(struct ctx *c, struct import_choice *choice)
{
    if (str_empty(choice->profile) || is_built_in(choice->profile)) return OK;
    struct import_saved saved = { 0 };
    bool found = false;
    TRY(saved_find(c, choice->profile, &found, &saved));
    if (!found) return OK; /* the plan names what there is */
    struct import_pair_list mapping = { 0 };
    for (i64 i = 0; i < choice->mapping.n; i++) *PUSH(c->arena, &mapping) = choice->mapping.at[i];
    for (i64 i = 0; i < saved.mapping.n; i++) {
        bool given = false;
        for (i64 k = 0; k < choice->mapping.n; k++)
            given |= str_eq(choice->mapping.at[k].field, saved.mapping.at[i].field);
        if (!given) *PUSH(c->arena, &mapping) = saved.mapping.at[i];
    }
    choice->mapping = mapping;
    choice->mapping_whole = true;
    choice->profile = str_or(saved.base, S("none"));
    if (saved.options) fill_options(&choice->options, saved.options);
    return OK;
}

enum err import_saved_put(struct tx *t, const struct import_saved *in)
{
    if (is_built_in(in->name))
        return fail_at(t->c, E_CONFLICT, S("name"), STR_FMT " 是内置方案的名称，请换一个",
                       STR_FMT " is built in; take another name", STR_ARG(in->name));
    const struct import_profile *base = import_profile_find(in->base);
    enum import_kind kind = base ? base->kind : IMPORT_ORDERS;
    for (i64 i = 0; i < in->mapping.n; i++)
        if (import_field_find(kind, in->mapping.at[i].field) < 0 &&
            !(kind == IMPORT_EVENTS && str_starts(in->mapping.at[i].field, S("prop:"))))
            return fail_at(t->c, E_INVALID, S("mapping"), "没有名为 " STR_FMT " 的目标字段",
                           "there is no target field " STR_FMT, STR_ARG(in->mapping.at[i].field));
    struct buf body = { .arena = t->c->arena };
    json_write(&body, &import_saved_shape, in);
    return tx_change(t, &c_saved_put, ARGS(in->name, buf_str(&body), t->c->now));
}

enum err import_saved_drop(struct tx *t, str name)
{
    i64 rows = 0;
    TRY(tx_change_rows(t, &c_saved_drop, &rows, ARGS(name)));
    if (rows) return OK;
    return fail(t->c, E_NOT_FOUND, "没有保存过名为 " STR_FMT " 的方案",
                "no profile is saved under the name " STR_FMT, STR_ARG(name));
}

enum err import_saved_list(struct ctx *c, struct import_saved_list *out)
{
    struct saved_row_list rows = { 0 };
    TRY(db_all(c, &q_saved_all, &rows, NO_ARGS));
    for (i64 i = 0; i < rows.n; i++) {
        struct import_saved *s = PUSH(c->arena, out);
        TRY(json_read(c, &import_saved_shape, s, rows.at[i].body));
    }
    return OK;
}

enum err import_saved_guess(struct ctx *c, strs columns, str *name)
{
    struct import_saved_list all = { 0 };
    i64 most = 0;
    *name = NO_STR;
    TRY(import_saved_list(c, &all));
    for (i64 i = 0; i < all.n; i++) {
        const struct import_saved *s = &all.at[i];
        i64 there = 0;
        for (i64 k = 0; k < s->mapping.n; k++)
            for (i64 j = 0; j < columns.n; j++)
                if (str_eq(s->mapping.at[k].column, columns.at[j])) {
                    there++;
                    break;
                }
        if (there < s->mapping.n || there <= most || there < 3) continue;
        most = there;
        *name = s->name;
    }
    return OK;
}
