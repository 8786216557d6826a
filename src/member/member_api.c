/* member_api.c -- the room's face: its tables, jobs and doors of people: who they are, what they
 * carry, merges, erasure. */
#include "base/room.h"
#include "http/route.h"
#include "job/job.h"
#include "member/profile.h"
#include "member/tag.h"

/* -- what people send and get ----------------------------------------------------------------- */

#define FIELDS_OF_field_in(X, N)                            \
    X(str, field, REQUIRED | SHORT, "Name of the field", N) \
    X(str, value, REQUIRED | PERSONAL, "Its value", N)
SHAPE(field_in);
#define FIELDS_OF_member_post(X, N)                                     \
    X(list(identity), identities, ANY,                                  \
      "All that is known of who he is; the first one known decides", N) \
    X(str, name, SHORT | PERSONAL, "Name", N)                           \
    X(str, touchpoint, SHORT, "Where he was seen", N)                   \
    X(opt_instant, seen_at, ANY, "When; absent: now", N)                \
    X(strs, tags, ANY, "Tags to put on him", N)                         \
    X(list(field_in), fields, ANY, "Profile fields to set", N)
SHAPE(member_post);
#define FIELDS_OF_member_posted(X, N) \
    X(i64, id, ANY, "Member", N)      \
    X(flag, created, ANY, "He was not known before", N)
SHAPE(member_posted);

#define FIELDS_OF_member_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Member", N)
SHAPE(member_ref);
#define FIELDS_OF_member_patch(X, N)             \
    X(i64, id, REQUIRED | POSITIVE, "Member", N) \
    X(str, name, SHORT | PERSONAL, "Name; empty: as the sightings say", N)
SHAPE(member_patch);
#define FIELDS_OF_tag_put_in(X, N)                                    \
    X(i64, id, REQUIRED | POSITIVE, "Member", N)                      \
    X(str, tag, REQUIRED | SHORT, "Tag; defined by its first use", N) \
    X(opt_instant, expires_at, ANY, "Ends by itself", N)
SHAPE(tag_put_in);
#define FIELDS_OF_tag_drop_in(X, N)              \
    X(i64, id, REQUIRED | POSITIVE, "Member", N) \
    X(str, tag, REQUIRED | SHORT, "Tag", N)
SHAPE(tag_drop_in);
#define FIELDS_OF_value_put_in(X, N)                        \
    X(i64, id, REQUIRED | POSITIVE, "Member", N)            \
    X(str, field, REQUIRED | SHORT, "Name of the field", N) \
    X(str, value, PERSONAL, "Its value; empty takes this source's word back", N)
SHAPE(value_put_in);

#define FIELDS_OF_merge_in(X, N)                    \
    X(i64, id, REQUIRED | POSITIVE, "Who stays", N) \
    X(i64, loser, REQUIRED | POSITIVE, "Who becomes him", N)
SHAPE(merge_in);
#define FIELDS_OF_merge_made(X, N)         \
    X(i64, merge, ANY, "To undo it by", N) \
    X(i64, id, ANY, "The living member", N)
SHAPE(merge_made);
#define FIELDS_OF_merge_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Merge", N)
SHAPE(merge_ref);
#define FIELDS_OF_conflict_ref(X, N) X(i64, id, REQUIRED | POSITIVE, "Identity conflict", N)
SHAPE(conflict_ref);

#define FIELDS_OF_page_query(X, N) PAGE_FIELDS(X, N)
SHAPE(page_query);
#define FIELDS_OF_merge_page(X, N)                             \
    X(list(merge_view), items, ANY, "Merges, newest first", N) \
    X(str, next_cursor, ANY, "Give it as cursor for the next page; absent: this is the last", N)
SHAPE(merge_page);
#define FIELDS_OF_conflict_page(X, N)                                     \
    X(list(conflict_view), items, ANY, "Open conflicts, newest first", N) \
    X(str, next_cursor, ANY, "Give it as cursor for the next page; absent: this is the last", N)
SHAPE(conflict_page);

SHAPE_DEFINE(field_in);
SHAPE_DEFINE(member_post);
SHAPE_DEFINE(member_posted);
SHAPE_DEFINE(member_ref);
SHAPE_DEFINE(member_patch);
SHAPE_DEFINE(tag_put_in);
SHAPE_DEFINE(tag_drop_in);
SHAPE_DEFINE(value_put_in);
SHAPE_DEFINE(merge_in);
SHAPE_DEFINE(merge_made);
SHAPE_DEFINE(merge_ref);
SHAPE_DEFINE(conflict_ref);
SHAPE_DEFINE(page_query);
SHAPE_DEFINE(merge_page);
SHAPE_DEFINE(conflict_page);

/* A person at the console speaks for himself; a program with a key brings what it was told. */
static str source_of(const struct ctx *c)
{
    return str_starts(c->actor, S("key:")) ? S("api") : S("hand");
}

/* -- one member ------------------------------------------------------------------------------- */

struct post_job {
    const struct member_post *in;
    struct identity *identities;
    struct member_posted *out;
};

static enum err post_member(struct tx *t, void *arg)
{
    struct post_job *job = arg;
    const struct member_post *in = job->in;
    str source = source_of(t->c);
    instant at = in->seen_at.has ? in->seen_at.value : t->c->now;
    struct member_sighting sighting = { .identities = job->identities,
                                        .n = in->identities.n,
                                        .name = in->name,
                                        .touchpoint = in->touchpoint,
                                        .source = source,
                                        .at = at };
    bool created;
    TRY(member_resolve(t, &sighting, &job->out->id, &created));
    job->out->created = created;
    for (i64 i = 0; i < in->tags.n; i++)
        TRY(tag_put(t, job->out->id, in->tags.at[i], source, NONE));
    for (i64 i = 0; i < in->fields.n; i++)
        TRY(profile_put(t, job->out->id, in->fields.at[i].field, in->fields.at[i].value, source,
                        at));
    return OK;
}

HANDLER(member_create, member_post, member_posted)
{
    struct post_job job = { in, NEWS(c->arena, struct identity, in->identities.n), out };
    if (in->identities.n == 0 && in->name.n == 0)
        return fail_at(c, E_INVALID, S("/identities"), "请至少给出一个身份或姓名",
                       "give at least one identity, or a name");
    for (i64 i = 0; i < in->identities.n; i++) {
        job.identities[i] = in->identities.at[i];
        enum err err = identity_normalise(c, &job.identities[i]);
        if (err == OK) continue;
        str part = str_of(c->why.field),
            at = str_fmt(c->arena, "/identities/%lld/" STR_FMT, (long long)i, STR_ARG(part));
        memset(c->why.field, 0, sizeof c->why.field);
        memcpy(c->why.field, at.at,
               (size_t)(at.n < (i64)sizeof c->why.field ? at.n : (i64)sizeof c->why.field - 1));
        return err;
    }
    return audited_write(c, post_member, &job, &out->id);
}

HANDLER(member_brief_get, member_ref, member_brief)
{
    return member_show(c, in->id, may(c, PERSONAL_READ), out);
}

static enum err rename_member(struct tx *t, void *arg)
{
    const struct member_patch *in = arg;
    return member_rename(t, in->id, in->name);
}

HANDLER(member_patch_one, member_patch, member_brief)
{
    TRY(audited_write(c, rename_member, (void *)in, NULL));
    return member_show(c, in->id, may(c, PERSONAL_READ), out);
}

static enum err put_tag(struct tx *t, void *arg)
{
    const struct tag_put_in *in = arg;
    return tag_put(t, in->id, in->tag, source_of(t->c), in->expires_at);
}

HANDLER(member_tag_put, tag_put_in, nothing) { return audited_write(c, put_tag, (void *)in, NULL); }

static enum err drop_tag(struct tx *t, void *arg)
{
    const struct tag_drop_in *in = arg;
    return tag_drop(t, in->id, in->tag);
}

HANDLER(member_tag_drop, tag_drop_in, nothing)
{
    return audited_write(c, drop_tag, (void *)in, NULL);
}

static enum err put_value(struct tx *t, void *arg)
{
    const struct value_put_in *in = arg;
    return profile_put(t, in->id, in->field, in->value, source_of(t->c), t->c->now);
}

HANDLER(member_value_put, value_put_in, nothing)
{
    return audited_write(c, put_value, (void *)in, NULL);
}

/* -- a person's own rights -------------------------------------------------------------------- */

HANDLER(member_export_get, member_ref, person_export) { return member_export(c, in->id, out); }

static enum err erase_member(struct tx *t, void *arg)
{
    const struct member_ref *in = arg;
    return member_erase(t, in->id);
}

HANDLER(member_erase_post, member_ref, nothing)
{
    return audited_write(c, erase_member, (void *)in, NULL);
}

/* -- merges and conflicts --------------------------------------------------------------------- */

struct merge_job {
    const struct merge_in *in;
    struct merge_made *out;
};

static enum err merge_members(struct tx *t, void *arg)
{
    struct merge_job *job = arg;
    str by = t->c->actor.n ? t->c->actor : S("system");
    TRY(member_merge(t, job->in->id, job->in->loser, by, &job->out->merge));
    return member_living(t->c, job->in->id, &job->out->id);
}

HANDLER(member_merge_post, merge_in, merge_made)
{
    struct merge_job job = { in, out };
    return audited_write(c, merge_members, &job, NULL);
}

static enum err undo_merge(struct tx *t, void *arg)
{
    const struct merge_ref *in = arg;
    return member_unmerge(t, in->id);
}

HANDLER(merge_undo_post, merge_ref, nothing)
{
    return audited_write(c, undo_merge, (void *)in, NULL);
}

HANDLER(merge_page_get, page_query, merge_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "merges", in->cursor, &at));
    TRY(merge_list(c, at.id ? at.id : INT64_MAX, limit + 1, &out->items));
    if (out->items.n > limit) {
        out->items.n = limit;
        out->next_cursor =
            cursor_make(c, "merges", (struct cursor){ .id = out->items.at[limit - 1].id });
    }
    for (i64 i = 0; i < out->items.n && !may(c, PERSONAL_READ); i++) {
        struct merge_view *m = &out->items.at[i];
        m->winner_name = mask_name(c->arena, m->winner_name);
        m->loser_name = mask_name(c->arena, m->loser_name);
    }
    return OK;
}

HANDLER(conflict_page_get, page_query, conflict_page)
{
    struct cursor at;
    i64 limit = page_limit(in->limit);
    TRY(cursor_read(c, "identity-conflicts", in->cursor, &at));
    TRY(conflict_list(c, at.id ? at.id : INT64_MAX, limit + 1, &out->items));
    if (out->items.n > limit) {
        out->items.n = limit;
        out->next_cursor = cursor_make(c, "identity-conflicts",
                                       (struct cursor){ .id = out->items.at[limit - 1].id });
    }
    for (i64 i = 0; i < out->items.n && !may(c, PERSONAL_READ); i++) {
        struct conflict_view *x = &out->items.at[i];
        x->member_name = mask_name(c->arena, x->member_name);
        x->other_name = mask_name(c->arena, x->other_name);
        x->value = mask_identity(c->arena, x->kind, x->value);
    }
    return OK;
}

static enum err dismiss_conflict(struct tx *t, void *arg)
{
    const struct conflict_ref *in = arg;
    return conflict_dismiss(t, in->id);
}

HANDLER(conflict_dismiss_post, conflict_ref, nothing)
{
    return audited_write(c, dismiss_conflict, (void *)in, NULL);
}

/* -- the room --------------------------------------------------------------------------------- */

#define MEMBERS "Members"

extern const struct route member_definition_routes[]; /* member_definition_api.c */

static const struct route routes[] = {
    ROUTE(POST, "/v1/members", MEMBERS_WRITE, member_create, MEMBERS, "登记一位会员，已有则补充",
          "Make a member, or add to the one these identities belong to",
          .flags = IDEMPOTENT | CREATES),
    ROUTE(GET, "/v1/members/{id}", MEMBERS_READ, member_brief_get, MEMBERS, "看一位会员",
          "A member in brief", .flags = QUICK, .errors = "E_NOT_FOUND"),
    ROUTE(PATCH, "/v1/members/{id}", MEMBERS_WRITE, member_patch_one, MEMBERS, "修改会员姓名",
          "Rename a member", .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/members/{id}/tags", MEMBERS_WRITE, member_tag_put, MEMBERS, "给会员打标签",
          "Put a tag on a member", .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(DELETE, "/v1/members/{id}/tags/{tag}", MEMBERS_WRITE, member_tag_drop, MEMBERS,
          "去掉会员的标签", "Take a tag off a member", .errors = "E_NOT_FOUND"),
    ROUTE(PUT, "/v1/members/{id}/fields/{field}", MEMBERS_WRITE, member_value_put, MEMBERS,
          "设置会员的资料字段", "Set a profile field of a member",
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/members/{id}/merge", MEMBERS_WRITE, member_merge_post, MEMBERS,
          "把另一位会员并入此会员", "Merge another member into this one", .flags = IDEMPOTENT,
          .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(GET, "/v1/merges", MEMBERS_READ, merge_page_get, MEMBERS, "合并记录", "List merges",
          .flags = CURSOR),
    ROUTE(POST, "/v1/merges/{id}/undo", MEMBERS_WRITE, merge_undo_post, MEMBERS, "撤销一次合并",
          "Undo a merge", .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(GET, "/v1/identity-conflicts", MEMBERS_READ, conflict_page_get, MEMBERS,
          "待处理的身份冲突", "List open identity conflicts", .flags = CURSOR),
    ROUTE(POST, "/v1/identity-conflicts/{id}/dismiss", MEMBERS_WRITE, conflict_dismiss_post,
          MEMBERS, "确认冲突双方是两个人", "Say that the two of a conflict are two people",
          .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/members/{id}/export", EXPORT | PERSONAL_READ, member_export_get, MEMBERS,
          "导出一位会员的个人信息", "Export all about one person", .flags = AUDITED,
          .errors = "E_NOT_FOUND"),
    ROUTE(POST, "/v1/members/{id}/erase", MEMBERS_WRITE | PERSONAL_READ, member_erase_post, MEMBERS,
          "删除一位会员的个人信息，不能撤销", "Erase a person; this cannot be undone",
          .errors = "E_NOT_FOUND E_CONFLICT"),
    { .next = member_definition_routes },
};

static enum err expire_tags(struct store *s, struct ctx *c)
{
    i64 expired;
    return tag_expire(s, c, &expired);
}

static const struct job_row jobs[] = {
    { "member.expire_tags", 5 * MINUTE_MS, 0, expire_tags, "去掉到期的标签",
      "Take off tags whose time is over" },
    { 0 },
};

const struct room member_room = {
    .name = "member",
    .migrations = member_migrations,
    .routes = routes,
    .jobs = jobs,
    .fields = &member_fields,
};
