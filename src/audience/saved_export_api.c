/* saved_export_api.c -- members of a segment, a snapshot or a text as a table to take away: a few
 * at a time, personal data masked, audited before it leaves. */
#include "audience/ask.h"
#include "audience/saved.h"
#include "base/num.h"
#include "http/request.h"
#include "insight/people.h"
#include "sheet/sheet.h"

#define BLOCK 500

/* -- columns: rows ---------------------------------------------------------------------------- */

static str of_id(struct ctx *c, const struct person *p)
{
    return str_fmt(c->arena, "%lld", (long long)p->id);
}
static str of_name(struct ctx *c, const struct person *p) { return (void)c, p->name; }
static str of_phone(struct ctx *c, const struct person *p) { return (void)c, p->phone; }
static str of_province(struct ctx *c, const struct person *p) { return (void)c, p->province; }
static str of_city(struct ctx *c, const struct person *p) { return (void)c, p->city; }
static str of_touchpoint(struct ctx *c, const struct person *p) { return (void)c, p->touchpoint; }
static str of_first_seen(struct ctx *c, const struct person *p)
{
    return instant_text(c->arena, c->zone, p->first_seen);
}
static str of_last_order(struct ctx *c, const struct person *p)
{
    return p->last_order_at.has ? instant_text(c->arena, c->zone, p->last_order_at.value) : S("");
}
static str of_orders(struct ctx *c, const struct person *p)
{
    return str_fmt(c->arena, "%lld", (long long)p->orders);
}
static str of_spent(struct ctx *c, const struct person *p)
{
    return money_text(c->arena, p->spent);
}
static str of_class(struct ctx *c, const struct person *p) { return (void)c, p->class; }
static str of_tags(struct ctx *c, const struct person *p)
{
    return str_join(c->arena, p->tags, S(" "));
}

static const struct column_row {
    const char *name, *zh;
    str (*of)(struct ctx *c, const struct person *p);
} column_rows[] = {
    { "id", "编号", of_id },
    { "name", "姓名", of_name },
    { "phone", "手机", of_phone },
    { "province", "省份", of_province },
    { "city", "城市", of_city },
    { "touchpoint", "触点", of_touchpoint },
    { "first_seen", "首次出现", of_first_seen },
    { "last_order_at", "最近下单", of_last_order },
    { "orders", "订单数", of_orders },
    { "spent", "消费额", of_spent },
    { "class", "分类", of_class },
    { "tags", "标签", of_tags },
};

struct columns {
    const struct column_row *at[COUNT(column_rows)];
    i64 n;
};

static enum err columns_read(struct ctx *c, strs names, struct columns *out)
{
    out->n = 0;
    for (i64 i = 0; names.n == 0 && i < COUNT(column_rows); i++)
        out->at[out->n++] = &column_rows[i];
    for (i64 i = 0; i < names.n; i++) {
        const struct column_row *row = NULL;
        for (i64 k = 0; k < COUNT(column_rows); k++)
            if (str_eq(names.at[i], str_of(column_rows[k].name))) row = &column_rows[k];
        for (i64 k = 0; k < out->n; k++)
            if (out->at[k] == row) row = NULL;
        if (!row)
            return fail_at(c, E_INVALID, S("/columns"),
                           "没有“" STR_FMT "”这一列，或写了两次：可选 %s",
                           "there is no column \"" STR_FMT "\", or it is named twice: choose from "
                           "%s",
                           STR_ARG(names.at[i]), EXPORT_COLUMNS);
        out->at[out->n++] = row;
    }
    return OK;
}

/* -- writing ---------------------------------------------------------------------------------- */

struct writing {
    struct sheet_out *sheet;
    struct columns columns;
    struct member_source source;
    u8 *led_to; /* living members whom merged ids led to, a bit each */
    i64 led_to_n, members;
};

/* Of somebody merged away: whether who he is has been, or will be, written. */
static enum err is_double(struct ctx *c, struct writing *w, i64 id, bool *out)
{
    i64 living, byte;
    ints next;
    TRY(member_living(c, id, &living));
    *out = false;
    if (living == id) return OK;
    TRY(w->source.next(c, w->source.arg, living - 1, 1, &next));
    byte = living / 8;
    if (byte >= w->led_to_n) {
        u8 *more = NEWS(c->arena, u8, byte * 2 + 1);
        if (w->led_to_n) memcpy(more, w->led_to, (size_t)w->led_to_n);
        w->led_to = more;
        w->led_to_n = byte * 2 + 1;
    }
    *out = (next.n && next.at[0] == living) || w->led_to[byte] >> (living % 8) & 1;
    w->led_to[byte] |= (u8)(1 << (living % 8));
    return OK;
}

static enum err write_member(struct ctx *c, struct writing *w, i64 id)
{
    struct person p;
    str cells[COUNT(column_rows)];
    enum err e = person_of(c, id, &p);
    if (e == E_NOT_FOUND) return OK;
    TRY(e);
    for (i64 i = 0; i < w->columns.n; i++) cells[i] = w->columns.at[i]->of(c, &p);
    w->members++;
    return sheet_write(c, w->sheet, cells, w->columns.n);
}

QUERY(ids_merged, one_i64,
      "SELECT member AS value FROM member WHERE member >= $1 AND member <= $2"
      " AND merged_into IS NOT NULL ORDER BY member");

/* Few are merged: they alone are looked at for doubles. */
static enum err write_block(struct ctx *c, struct writing *w, const ints *ids)
{
    struct one_i64_list merged;
    i64 next = 0;
    TRY(db_all(c, &ids_merged, &merged, ARGS(ids->at[0], ids->at[ids->n - 1])));
    for (i64 i = 0; i < ids->n; i++) {
        bool twice = false;
        while (next < merged.n && merged.at[next].value < ids->at[i]) next++;
        if (next < merged.n && merged.at[next].value == ids->at[i])
            TRY(is_double(c, w, ids->at[i], &twice));
        struct arena_mark mark = arena_mark(c->arena);
        if (!twice) TRY(write_member(c, w, ids->at[i]));
        arena_rewind(c->arena, mark);
    }
    return OK;
}

enum err members_export(struct ctx *c, str path, bool xlsx, strs columns,
                        struct member_source source, i64 *members)
{
    struct writing w = { .source = source };
    str heads[COUNT(column_rows)];
    i64 after = 0;
    TRY(columns_read(c, columns, &w.columns));
    for (i64 i = 0; i < w.columns.n; i++)
        heads[i] = say(c, str_of(w.columns.at[i]->zh), str_of(w.columns.at[i]->name));
    TRY(sheet_create(c, path, xlsx, (strs){ heads, w.columns.n }, &w.sheet));
    for (;;) {
        ints ids;
        struct arena_mark mark = arena_mark(c->arena);
        i64 led_to_n = w.led_to_n;
        TRY(source.next(c, source.arg, after, BLOCK, &ids));
        if (ids.n == 0) break;
        after = ids.at[ids.n - 1];
        TRY(write_block(c, &w, &ids));
        if (w.led_to_n == led_to_n) arena_rewind(c->arena, mark);
    }
    *members = w.members;
    return sheet_finish(c, w.sheet);
}

/* -- the door --------------------------------------------------------------------------------- */

enum export_format { EXPORT_CSV, EXPORT_XLSX };
CHOICE(export_format);
CHOICE_DEFINE(export_format, "csv", "xlsx");

#define FIELDS_OF_export_ask(X, N)                                                    \
    X(str, text, ANY, "A text of the segment language; or", N)                        \
    X(opt_i64, id, POSITIVE, "A saved segment: its members as last refreshed; or", N) \
    X(opt_i64, snapshot, POSITIVE, "A snapshot", N)                                   \
    X(choice(export_format), format, ANY, "csv (the default) or xlsx", N)             \
    X(strs, columns, ANY, "Which columns, in this order; absent: " EXPORT_COLUMNS, N) \
    X(str, at, SHORT, "Of a text: as of this day or moment; absent: now", N)
SHAPE(export_ask);
SHAPE_DEFINE(export_ask);

static enum err next_saved(struct ctx *c, void *arg, i64 after, i64 most, ints *out)
{
    return saved_members(c, *(const i64 *)arg, after, most, out);
}

static enum err next_frozen(struct ctx *c, void *arg, i64 after, i64 most, ints *out)
{
    return snapshot_members(c, *(const i64 *)arg, after, most, out);
}

static enum err next_asked(struct ctx *c, void *arg, i64 after, i64 most, ints *out)
{
    *out = set_ids(c->arena, arg, after, most);
    return OK;
}

static enum err next_listed(struct ctx *c, void *arg, i64 after, i64 most, ints *out)
{
    const ints *all = arg;
    i64 low = 0, high = all->n;
    (void)c;
    while (low < high) {
        i64 middle = (low + high) / 2;
        if (all->at[middle] <= after) low = middle + 1;
        else high = middle;
    }
    *out = (ints){ all->at + low, all->n - low < most ? all->n - low : most };
    return OK;
}

struct exporting {
    struct member_source source;
    i64 id, count;
    struct member_set set;
    ints listed;
    str subject, text, at;
};

/* Of the index; of SQL where it is not running. */
static enum err ask_text(struct ctx *c, const struct export_ask *in, struct exporting *e)
{
    const struct segment_node *tree;
    const struct view *v;
    instant at;
    TRY(segment_at_read(c, in->at, &at));
    TRY(segment_parse(c, in->text, &tree));
    e->text = segment_format(c->arena, tree);
    e->at = segment_at_words(c, at);
    e->subject = S("segments");
    enum err err = audience_view(c, 0, &v);
    if (err == E_BUSY) {
        TRY(segment_members(c, tree, at, &e->listed));
        e->count = e->listed.n;
        e->source = (struct member_source){ next_listed, &e->listed };
        return OK;
    }
    TRY(err);
    TRY(segment_set(c, v, tree, at, &e->set));
    e->count = e->set.n;
    e->source = (struct member_source){ next_asked, &e->set };
    return OK;
}

static enum err what_is_exported(struct ctx *c, const struct export_ask *in, struct exporting *e)
{
    if ((in->text.n > 0) + in->id.has + in->snapshot.has != 1)
        return fail(c, E_INVALID, "请给出 text、id、snapshot 三者之一",
                    "give one of text, id and snapshot");
    if (in->text.n) return ask_text(c, in, e);
    e->at = instant_iso(c->arena, c->now);
    if (in->id.has) {
        struct saved_view view;
        TRY(saved_get(c, in->id.value, &view));
        e->id = view.id;
        e->count = view.count;
        e->text = view.text;
        e->subject = str_fmt(c->arena, "segments/%lld", (long long)view.id);
        e->source = (struct member_source){ next_saved, &e->id };
        return OK;
    }
    struct saved_snapshot shot;
    TRY(snapshot_get(c, in->snapshot.value, &shot));
    e->id = shot.id;
    e->count = shot.count;
    e->at = instant_iso(c->arena, shot.at);
    e->subject = str_fmt(c->arena, "snapshots/%lld", (long long)shot.id);
    e->source = (struct member_source){ next_frozen, &e->id };
    return OK;
}

#define FIELDS_OF_export_detail(X, N) \
    X(i64, members, ANY, "", N)       \
    X(str, text, ANY, "", N)          \
    X(str, at, ANY, "", N)            \
    X(strs, columns, ANY, "", N)
SHAPE(export_detail);
SHAPE_DEFINE(export_detail);

struct noting {
    const struct exporting *e;
    strs columns;
};

static enum err note(struct tx *t, void *arg)
{
    const struct noting *n = arg;
    struct export_detail detail = {
        .members = n->e->count, .text = n->e->text, .at = n->e->at, .columns = n->columns
    };
    struct buf out = { .arena = t->c->arena };
    json_write(&out, &export_detail_shape, &detail);
    return audit_write(t, S("segment.exported"), n->e->subject, buf_str(&out));
}

/* On record first: what leaves is known even when the disk fills half-way. */
HANDLER(segment_export_post, export_ask, nothing)
{
    struct exporting e = { 0 };
    struct columns columns;
    bool xlsx = in->format == EXPORT_XLSX;
    str path;
    i64 members;
    TRY(columns_read(c, in->columns, &columns));
    TRY(what_is_exported(c, in, &e));
    struct noting n = { &e, in->columns };
    TRY(store_write(c->store, c, note, &n));
    TRY(reply_place(request_of(c), &path));
    TRY(members_export(c, path, xlsx, in->columns, e.source, &members));
    return reply_file(request_of(c), path, xlsx ? S("members.xlsx") : S("members.csv"),
                      xlsx ? S("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
                           : S("text/csv; charset=utf-8"),
                      true);
}

const struct route saved_export_routes[] = {
    ROUTE(POST, "/v1/segments/export", EXPORT, segment_export_post, "Segments",
          "导出会员为 csv 或 xlsx", "Members as csv or xlsx", .flags = STREAM | AUDITS_ITSELF,
          .errors = "E_NOT_FOUND E_FULL E_TIMEOUT"),
    { 0 },
};
