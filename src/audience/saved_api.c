/* saved_api.c -- doors of saved segments: made, changed, refreshed, read, frozen, exported. */
#include "audience/ask.h"
#include "audience/saved.h"
#include "base/room.h"
#include "http/request.h"
#include "insight/people.h"
#include "job/job.h"
#include "store/setting.h"

#define FIELDS_OF_saved_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Segment", N)
SHAPE(saved_ref);
SHAPE_DEFINE(saved_ref);
#define FIELDS_OF_saved_page(X, N)                          \
    X(list(saved_view), items, ANY, "Segments, by name", N) \
    X(str, next_cursor, ANY, "Always null: all are here", N)
SHAPE(saved_page);
SHAPE_DEFINE(saved_page);
#define FIELDS_OF_saved_version_page(X, N) \
    X(list(saved_version), items, ANY, "Versions, newest first", N)
SHAPE(saved_version_page);
SHAPE_DEFINE(saved_version_page);
#define FIELDS_OF_saved_size_page(X, N) X(list(saved_size), items, ANY, "Oldest first", N)
SHAPE(saved_size_page);
SHAPE_DEFINE(saved_size_page);
#define FIELDS_OF_saved_snapshot_page(X, N) \
    X(list(saved_snapshot), items, ANY, "Snapshots, newest first", N)
SHAPE(saved_snapshot_page);
SHAPE_DEFINE(saved_snapshot_page);
#define FIELDS_OF_saved_sizes_ask(X, N)                                 \
    X(i64, id, REQUIRED | POSITIVE, "Segment", N)                       \
    X(str, from, SHORT, "First day; absent: 30 days up to the last", N) \
    X(str, to, SHORT, "Last day, included; absent: today", N)
SHAPE(saved_sizes_ask);
SHAPE_DEFINE(saved_sizes_ask);
#define FIELDS_OF_saved_members_ask(X, N)         \
    X(i64, id, REQUIRED | POSITIVE, "Segment", N) \
    PAGE_FIELDS(X, N)
SHAPE(saved_members_ask);
SHAPE_DEFINE(saved_members_ask);
#define FIELDS_OF_saved_member_page(X, N)            \
    X(list(person), items, ANY, "Members, by id", N) \
    X(str, next_cursor, ANY, "Where to go on", N)    \
    X(i64, total, ANY, "Members when last refreshed", N)
SHAPE(saved_member_page);
SHAPE_DEFINE(saved_member_page);
#define FIELDS_OF_snapshot_post(X, N)             \
    X(i64, id, REQUIRED | POSITIVE, "Segment", N) \
    X(str, name, REQUIRED | SHORT, "Name of the snapshot", N)
SHAPE(snapshot_post);
SHAPE_DEFINE(snapshot_post);
#define FIELDS_OF_snapshot_ref(X, N)              \
    X(i64, id, REQUIRED | POSITIVE, "Segment", N) \
    X(i64, snapshot, REQUIRED | POSITIVE, "Snapshot", N)
SHAPE(snapshot_ref);
SHAPE_DEFINE(snapshot_ref);

/* -- refreshing ------------------------------------------------------------------------------- */

/* After another text: it, and all that name it. */
static enum err refresh_with_users(struct ctx *c, i64 id)
{
    struct saved_refreshed done;
    ints users;
    TRY(saved_refresh(c->store, c, id, &done));
    TRY(saved_users(c, id, &users));
    for (i64 i = 0; i < users.n; i++) {
        struct saved_view view;
        TRY(saved_get(c, users.at[i], &view));
        if (view.paused || !view.auto_) continue;
        enum err e = saved_refresh(c->store, c, users.at[i], &done);
        if (e != OK && e != E_INVALID && e != E_NOT_FOUND) return e;
    }
    return OK;
}

HANDLER(saved_refresh_post, saved_ref, saved_refreshed)
{
    return saved_refresh(c->store, c, in->id, out);
}

/* -- segments --------------------------------------------------------------------------------- */

HANDLER(saved_page_get, nothing, saved_page) { return saved_list(c, &out->items); }

HANDLER(saved_get_one, saved_ref, saved_view) { return saved_get(c, in->id, out); }

struct making {
    const struct saved_post *in;
    i64 id;
};

static enum err make(struct tx *t, void *arg)
{
    struct making *m = arg;
    return saved_create(t, m->in, &m->id);
}

HANDLER(saved_post_one, saved_post, saved_view)
{
    struct making m = { .in = in };
    struct saved_refreshed done;
    TRY(audited_write(c, make, &m, &m.id));
    TRY(saved_refresh(c->store, c, m.id, &done));
    return saved_get(c, m.id, out);
}

struct changing {
    const struct saved_patch *in;
    bool another_text;
};

static enum err change(struct tx *t, void *arg)
{
    struct changing *k = arg;
    return saved_change(t, k->in, &k->another_text);
}

HANDLER(saved_patch_one, saved_patch, saved_view)
{
    struct changing k = { .in = in };
    bool resumed = (in->paused.has && !in->paused.value) || (in->auto_.has && in->auto_.value);
    struct saved_refreshed done;
    TRY(audited_write(c, change, &k, NULL));
    if (k.another_text) TRY(refresh_with_users(c, in->id));
    else if (resumed) TRY(saved_refresh(c->store, c, in->id, &done));
    return saved_get(c, in->id, out);
}

static enum err drop(struct tx *t, void *arg) { return saved_delete(t, *(const i64 *)arg); }

HANDLER(saved_delete_one, saved_ref, nothing)
{
    i64 id = in->id;
    return audited_write(c, drop, &id, NULL);
}

HANDLER(saved_versions_get, saved_ref, saved_version_page)
{
    return saved_versions(c, in->id, &out->items);
}

static enum err read_day(struct ctx *c, str text, str field, day fallback, day *out)
{
    *out = fallback;
    if (!text.n || day_parse(text, out)) return OK;
    return fail_at(c, E_INVALID, field, "应当是日期，如 2024-05-01", "a day such as 2024-05-01");
}

HANDLER(saved_sizes_get, saved_sizes_ask, saved_size_page)
{
    day from, to;
    TRY(read_day(c, in->to, S("/to"), zone_day(c->zone, c->now), &to));
    TRY(read_day(c, in->from, S("/from"), to - 29, &from));
    return saved_sizes(c, in->id, zone_midnight(c->zone, from), zone_midnight(c->zone, to + 1),
                       &out->items);
}

HANDLER(saved_members_get, saved_members_ask, saved_member_page)
{
    struct saved_view view;
    struct cursor at;
    ints ids;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "saved members", in->cursor, &at));
    TRY(saved_get(c, in->id, &view));
    TRY(saved_members(c, in->id, at.id, limit + 1, &ids));
    out->total = view.count;
    for (i64 i = 0; i < ids.n && i < limit; i++)
        TRY(person_of(c, ids.at[i], PUSH(c->arena, &out->items)));
    if (ids.n > limit)
        out->next_cursor =
            cursor_make(c, "saved members", (struct cursor){ .id = ids.at[limit - 1] });
    return OK;
}

/* -- snapshots -------------------------------------------------------------------------------- */

HANDLER(snapshots_get, saved_ref, saved_snapshot_page)
{
    return snapshot_list(c, in->id, &out->items);
}

struct freezing {
    const struct snapshot_post *in;
    i64 id;
};

static enum err freeze(struct tx *t, void *arg)
{
    struct freezing *f = arg;
    return snapshot_make(t, f->in->id, f->in->name, &f->id);
}

/* Of the members of this moment, unless the segment stands still. */
HANDLER(snapshot_post_one, snapshot_post, saved_snapshot)
{
    struct freezing f = { .in = in };
    struct saved_view view;
    struct saved_refreshed done;
    TRY(saved_get(c, in->id, &view));
    if (view.auto_ && !view.paused) TRY(saved_refresh(c->store, c, in->id, &done));
    TRY(audited_write(c, freeze, &f, &f.id));
    return snapshot_get(c, f.id, out);
}

static enum err drop_snapshot(struct tx *t, void *arg)
{
    const struct snapshot_ref *in = arg;
    return snapshot_delete(t, in->id, in->snapshot);
}

HANDLER(snapshot_delete_one, snapshot_ref, nothing)
{
    struct snapshot_ref ref = *in;
    return audited_write(c, drop_snapshot, &ref, NULL);
}

extern const struct route saved_export_routes[];

#define SEGMENTS "Segments"
static const struct route routes[] = {
    ROUTE(GET, "/v1/segments", MEMBERS_READ, saved_page_get, SEGMENTS, "保存的分层",
          "List saved segments"),
    ROUTE(POST, "/v1/segments", SEGMENTS_WRITE, saved_post_one, SEGMENTS, "保存一个分层",
          "Save a segment", .flags = IDEMPOTENT | CREATES, .errors = "E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(GET, "/v1/segments/{id}", MEMBERS_READ, saved_get_one, SEGMENTS, "看一个分层",
          "Show a saved segment", .errors = "E_NOT_FOUND"),
    ROUTE(PATCH, "/v1/segments/{id}", SEGMENTS_WRITE, saved_patch_one, SEGMENTS,
          "修改分层（改条件即成新版本）", "Change a segment (another text is another version)",
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(DELETE, "/v1/segments/{id}", SEGMENTS_WRITE, saved_delete_one, SEGMENTS,
          "删除分层及其历史和快照", "Delete a segment with its history and snapshots",
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(GET, "/v1/segments/{id}/versions", MEMBERS_READ, saved_versions_get, SEGMENTS,
          "条件的各个版本", "Versions of its text", .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/segments/{id}/sizes", MEMBERS_READ, saved_sizes_get, SEGMENTS, "人数的历史",
          "How many members it had, and who came and went", .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/segments/{id}/members", MEMBERS_READ, saved_members_get, SEGMENTS,
          "此刻在分层里的会员", "Members who are in it now", .flags = CURSOR,
          .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/segments/{id}/refresh", SEGMENTS_WRITE, saved_refresh_post, SEGMENTS,
          "立即刷新", "Refresh it now", .errors = "E_NOT_FOUND E_BUSY"),
    ROUTE(GET, "/v1/segments/{id}/snapshots", MEMBERS_READ, snapshots_get, SEGMENTS, "分层的快照",
          "List its snapshots", .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/segments/{id}/snapshots", SEGMENTS_WRITE, snapshot_post_one, SEGMENTS,
          "把此刻的会员存为快照", "Freeze its members under a name", .flags = IDEMPOTENT | CREATES,
          .errors = "E_NOT_FOUND E_CONFLICT E_UNPROCESSABLE"),
    ROUTE(DELETE, "/v1/segments/{id}/snapshots/{snapshot}", SEGMENTS_WRITE, snapshot_delete_one,
          SEGMENTS, "删除快照", "Delete a snapshot", .errors = "E_NOT_FOUND"),
    { .next = saved_export_routes },
};

/* -- the room --------------------------------------------------------------------------------- */

static const struct setting settings[] = {
    { .name = "segment.refresh_minutes",
      .kind = SETTING_I64,
      .fallback = "60",
      .min = 0,
      .max = 1440,
      .zh = "自动分层每隔多少分钟整体刷新一次（0：只在每天零点后）",
      .en = "How many minutes between whole refreshes of segments that refresh by themselves "
            "(0: only after midnight)" },
    { 0 },
};

static const struct job_row jobs[] = {
    { "segment.refresh", MINUTE_MS, 0, saved_refresh_due, "刷新到期的分层",
      "Refreshes the segments that are due" },
    { 0 },
};

const struct room saved_room = {
    .name = "saved",
    .migrations = saved_migrations,
    .settings = settings,
    .routes = routes,
    .jobs = jobs,
};
