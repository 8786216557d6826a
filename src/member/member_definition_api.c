/* member_definition_api.c -- doors of what operators set up: tags, tag groups, profile fields;
 * tagging many at once. */
#include "http/route.h"
#include "member/profile.h"
#include "member/tag.h"

#define FIELDS_OF_tag_query(X, N) X(str, group, SHORT, "Only of this tag group", N)
SHAPE(tag_query);
#define FIELDS_OF_tag_page(X, N)             \
    X(list(tag_view), items, ANY, "Tags", N) \
    X(str, next_cursor, ANY, "Always absent", N)
SHAPE(tag_page);
#define FIELDS_OF_tag_post(X, N)              \
    X(str, name, REQUIRED | SHORT, "Name", N) \
    X(str, group, SHORT, "Name of its tag group, which must exist", N)
SHAPE(tag_post);
#define FIELDS_OF_tag_group_page(X, N)                   \
    X(list(tag_group_view), items, ANY, "Tag groups", N) \
    X(str, next_cursor, ANY, "Always absent", N)
SHAPE(tag_group_page);
#define FIELDS_OF_tag_group_post(X, N)        \
    X(str, name, REQUIRED | SHORT, "Name", N) \
    X(flag, exclusive, ANY, "A member carries one tag of it at most", N)
SHAPE(tag_group_post);
#define FIELDS_OF_made(X, N) X(i64, id, ANY, "Id", N)
SHAPE(made);
#define FIELDS_OF_tag_many(X, N)                             \
    X(str, tag, REQUIRED | SHORT, "Tag", N)                  \
    X(ints, members, REQUIRED, "Members, at most 10,000", N) \
    X(opt_instant, expires_at, ANY, "Ends by itself", N)
SHAPE(tag_many);
#define FIELDS_OF_tag_many_done(X, N) \
    X(i64, changed, ANY, "Members for whom it made a difference", N)
SHAPE(tag_many_done);

#define FIELDS_OF_field_view(X, N)                                             \
    X(str, name, ANY, "Name", N)                                               \
    X(str, zh, ANY, "Chinese label", N)                                        \
    X(str, en, ANY, "English label", N)                                        \
    X(choice(field_type), type, ANY, "Type", N)                                \
    X(strs, choices, ANY, "What may be chosen", N)                             \
    X(flag, personal, ANY, "Masked without the right to see personal data", N) \
    X(flag, built_in, ANY, "Comes with the program", N)
SHAPE(field_view);
#define FIELDS_OF_field_page(X, N)                       \
    X(list(field_view), items, ANY, "Profile fields", N) \
    X(str, next_cursor, ANY, "Always absent", N)
SHAPE(field_page);
#define FIELDS_OF_field_post(X, N)                                               \
    X(str, name, REQUIRED | SHORT, "a-z, 0-9 and _, beginning with a letter", N) \
    X(str, zh, SHORT, "Chinese label; absent: the name", N)                      \
    X(str, en, SHORT, "English label; absent: the name", N)                      \
    X(choice(field_type), type, REQUIRED, "Type", N)                             \
    X(strs, choices, ANY, "What may be chosen, for choice and choices", N)       \
    X(flag, personal, ANY, "Mask it without the right to see personal data", N)
SHAPE(field_post);

SHAPE_DEFINE(tag_query);
SHAPE_DEFINE(tag_page);
SHAPE_DEFINE(tag_post);
SHAPE_DEFINE(tag_group_page);
SHAPE_DEFINE(tag_group_post);
SHAPE_DEFINE(made);
SHAPE_DEFINE(tag_many);
SHAPE_DEFINE(tag_many_done);
SHAPE_DEFINE(field_view);
SHAPE_DEFINE(field_page);
SHAPE_DEFINE(field_post);

/* -- tags ------------------------------------------------------------------------------------- */

HANDLER(tag_page_get, tag_query, tag_page) { return tag_list(c, in->group, &out->items); }

struct define_job {
    const void *in;
    i64 *id;
};

static enum err define_tag(struct tx *t, void *arg)
{
    struct define_job *job = arg;
    const struct tag_post *in = job->in;
    i64 group = 0;
    if (in->group.n) {
        TRY(tag_group_find(t->c, in->group, &group));
        if (!group)
            return fail_at(t->c, E_NOT_FOUND, S("/group"), "没有这个标签组",
                           "there is no such tag group");
    }
    return tag_define(t, in->name, group ? SOME(group) : NONE, job->id);
}

HANDLER(tag_create, tag_post, made)
{
    struct define_job job = { in, &out->id };
    return audited_write(c, define_tag, &job, &out->id);
}

HANDLER(tag_group_page_get, nothing, tag_group_page) { return tag_group_list(c, &out->items); }

static enum err define_group(struct tx *t, void *arg)
{
    struct define_job *job = arg;
    const struct tag_group_post *in = job->in;
    return tag_group_define(t, in->name, in->exclusive, job->id);
}

HANDLER(tag_group_create, tag_group_post, made)
{
    struct define_job job = { in, &out->id };
    return audited_write(c, define_group, &job, &out->id);
}

/* -- many at once ----------------------------------------------------------------------------- */

#define MANY_MAX ((i64)10000)

struct many_job {
    const struct tag_many *in;
    i64 changed;
};

static enum err many_fit(struct ctx *c, const struct tag_many *in)
{
    if (in->members.n <= MANY_MAX) return OK;
    return fail_at(c, E_INVALID, S("/members"), "一次最多 %lld 位会员",
                   "at most %lld members at a time", (long long)MANY_MAX);
}

static enum err put_many(struct tx *t, void *arg)
{
    struct many_job *job = arg;
    const struct tag_many *in = job->in;
    str source = str_starts(t->c->actor, S("key:")) ? S("api") : S("hand");
    return tag_put_all(t, in->members, in->tag, source, in->expires_at, &job->changed);
}

HANDLER(tag_many_put, tag_many, tag_many_done)
{
    struct many_job job = { .in = in };
    TRY(many_fit(c, in));
    TRY(audited_write(c, put_many, &job, NULL));
    out->changed = job.changed;
    return OK;
}

static enum err drop_many(struct tx *t, void *arg)
{
    struct many_job *job = arg;
    return tag_drop_all(t, job->in->members, job->in->tag, &job->changed);
}

HANDLER(tag_many_drop, tag_many, tag_many_done)
{
    struct many_job job = { .in = in };
    TRY(many_fit(c, in));
    TRY(audited_write(c, drop_many, &job, NULL));
    out->changed = job.changed;
    return OK;
}

/* -- fields ----------------------------------------------------------------------------------- */

HANDLER(field_page_get, nothing, field_page)
{
    struct field_row_list rows;
    TRY(field_list(c, &rows));
    for (i64 i = 0; i < rows.n; i++) {
        const struct field_row *row = &rows.at[i];
        *PUSH(c->arena, &out->items) =
            (struct field_view){ .name = row->name,
                                 .zh = row->zh,
                                 .en = row->en,
                                 .type = row->type,
                                 .choices = str_split(c->arena, row->choices, '\n'),
                                 .personal = row->personal,
                                 .built_in = row->built_in };
    }
    return OK;
}

static enum err define_field(struct tx *t, void *arg)
{
    const struct field_post *in = arg;
    return field_define(t, in->name, in->zh, in->en, in->type, in->choices, in->personal);
}

HANDLER(field_create, field_post, nothing)
{
    return audited_write(c, define_field, (void *)in, NULL);
}

/* -- rows ------------------------------------------------------------------------------------- */

#define TAGS "Tags and fields"

extern const struct route my_routes[]; /* my_api.c */

const struct route member_definition_routes[] = {
    ROUTE(GET, "/v1/tags", MEMBERS_READ, tag_page_get, TAGS, "标签列表与人数",
          "List tags and how many carry them"),
    ROUTE(POST, "/v1/tags", MEMBERS_WRITE, tag_create, TAGS, "新建标签", "Define a tag",
          .flags = CREATES, .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/tags/{tag}/put", MEMBERS_WRITE, tag_many_put, TAGS, "给多位会员打标签",
          "Put a tag on many members", .errors = "E_NOT_FOUND E_CONFLICT"),
    ROUTE(POST, "/v1/tags/{tag}/drop", MEMBERS_WRITE, tag_many_drop, TAGS, "去掉多位会员的标签",
          "Take a tag off many members", .errors = "E_NOT_FOUND"),
    ROUTE(GET, "/v1/tag-groups", MEMBERS_READ, tag_group_page_get, TAGS, "标签组列表",
          "List tag groups"),
    ROUTE(POST, "/v1/tag-groups", MEMBERS_WRITE, tag_group_create, TAGS, "新建标签组",
          "Define a tag group", .flags = CREATES, .errors = "E_CONFLICT"),
    ROUTE(GET, "/v1/fields", MEMBERS_READ, field_page_get, TAGS, "资料字段列表",
          "List profile fields"),
    ROUTE(POST, "/v1/fields", MEMBERS_WRITE, field_create, TAGS, "新建资料字段",
          "Define a profile field", .flags = CREATES, .errors = "E_CONFLICT"),
    { .next = my_routes },
};
