/* segment.c -- the Segment HTTP API: its seven calls, read into behaviour.
 *
 * Times: what the client calls `timestamp` is its own clock's; with `sentAt` of the same clock the
 * moment is receivedAt - (sentAt - timestamp).
 */
#include "base/clock.h"
#include "track/tree.h"

struct message {
    struct ctx *c;
    const json_t *outer, *item; /* outer: the batch it came in, or NULL */
    struct behaviour *b;
    struct props props;
};

/* A part of the context: the message's own, else that of its batch. */
static const json_t *context_of(const struct message *m, const char *part)
{
    const json_t *own = json_object_get(json_object_get(m->item, "context"), part);
    return own ? own : json_object_get(json_object_get(m->outer, "context"), part);
}

static void take_touchpoint(struct message *m, const json_t *properties)
{
    struct arena *a = m->c->arena;
    str told = str_or(tree_str(properties, "touchpoint"), tree_str(properties, "channel"));
    if (!told.n) told = tree_str(context_of(m, "app"), "name");
    if (!told.n) {
        const json_t *library = context_of(m, "library");
        str name = json_is_string(library) ? tree_scalar(a, library) : tree_str(library, "name");
        told = library_touchpoint(name);
    }
    if (!told.n) told = tree_scalar(a, context_of(m, "channel"));
    if (!told.n) told = tree_str(m->item, "channel");
    m->b->touchpoint = told.n && told.n <= 100 ? told : NO_STR;
}

static void take_campaign(struct message *m)
{
    static const struct {
        const char *name, *as;
    } parts[] = { { "source", "utm_source" },
                  { "medium", "utm_medium" },
                  { "name", "utm_campaign" },
                  { "term", "utm_term" },
                  { "content", "utm_content" } };
    const json_t *campaign = context_of(m, "campaign");
    for (i64 i = 0; campaign && i < COUNT(parts); i++)
        props_text(&m->props, parts[i].as, tree_str(campaign, parts[i].name));
}

static void take_time(struct message *m)
{
    struct ctx *c = m->c;
    instant told, sent, at = c->now;
    bool has = tree_instant(c, m->item, "originalTimestamp", &told) ||
               tree_instant(c, m->item, "timestamp", &told);
    bool has_sent =
        tree_instant(c, m->item, "sentAt", &sent) || tree_instant(c, m->outer, "sentAt", &sent);
    if (has) at = has_sent ? c->now - (sent - told) : told;
    behaviour_time(c, m->b, &m->props, at);
}

/* -- the calls -------------------------------------------------------------------------------- */

typedef enum err read_fn(struct message *m);

static enum err read_track(struct message *m)
{
    struct ctx *c = m->c;
    str event = tree_str(m->item, "event");
    const json_t *properties = json_object_get(m->item, "properties");
    if (!event.n || event.n > 200)
        return fail_at(c, E_INVALID, S("/event"), "track 要有 event：事件名，至多 200 字节",
                       "track needs an event: its name, at most 200 bytes");
    const struct commerce_event *standard = commerce_find(event);
    m->b->kind = event_name(c->arena, event);
    m->b->subject = commerce_subject(c->arena, standard, properties);
    m->b->value = commerce_value(standard, properties);
    m->props.named = standard != NULL;
    props_take(&m->props, properties);
    take_touchpoint(m, properties);
    return OK;
}

static enum err read_view(struct message *m, str kind)
{
    const json_t *properties = json_object_get(m->item, "properties"),
                 *page = context_of(m, "page");
    m->b->kind = kind;
    m->props.named = true;
    props_text(&m->props, "name", tree_str(m->item, "name"));
    props_text(&m->props, "category", tree_str(m->item, "category"));
    props_take(&m->props, properties);
    props_path(&m->props, "path", str_or(tree_str(page, "path"), tree_str(page, "url")));
    props_text(&m->props, "title", tree_str(page, "title"));
    props_path(&m->props, "referrer", tree_str(page, "referrer"));
    take_touchpoint(m, properties);
    return OK;
}

static enum err read_page(struct message *m) { return read_view(m, S("Page Viewed")); }
static enum err read_screen(struct message *m) { return read_view(m, S("Screen Viewed")); }

static enum err read_identify(struct message *m)
{
    const json_t *traits = json_object_get(m->item, "traits");
    people_read(m->c, traits ? traits : context_of(m, "traits"), m->b);
    m->b->joins = true;
    take_touchpoint(m, NULL);
    return OK;
}

static enum err read_group(struct message *m)
{
    struct ctx *c = m->c;
    str group = tree_id(c->arena, m->item, "groupId");
    if (!group.n || group.n > 200)
        return fail_at(c, E_INVALID, S("/groupId"), "group 要有 groupId，至多 200 字节",
                       "group needs a groupId of at most 200 bytes");
    m->b->kind = S("Group Joined");
    m->b->subject = str_fmt(c->arena, "group:" STR_FMT, STR_ARG(group));
    m->props.named = true;
    props_take(&m->props, json_object_get(m->item, "traits"));
    take_touchpoint(m, NULL);
    return OK;
}

/* Whether the former id is one of a device or of a user is known when it is written. */
static enum err read_alias(struct message *m)
{
    struct ctx *c = m->c;
    str before = tree_id(c->arena, m->item, "previousId");
    if (!before.n) before = tree_id(c->arena, m->item, "from");
    bool usable = people_identity(c, m->b, ID_ANONYMOUS_ID, NO_STR, before);
    for (i64 i = 0; usable && i < m->b->identities_n; i++)
        if (m->b->identities[i].kind == ID_ANONYMOUS_ID &&
            str_eq(m->b->identities[i].value, before))
            m->b->former = i + 1;
    if (!usable)
        return fail_at(c, E_INVALID, S("/previousId"), "alias 要有 previousId：原来的编号",
                       "alias needs a previousId: the id before");
    m->b->joins = m->b->links = true;
    take_touchpoint(m, NULL);
    return OK;
}

static const struct {
    const char *type;
    read_fn *read;
} calls[] = {
    { "track", read_track },   { "identify", read_identify }, { "page", read_page },
    { "screen", read_screen }, { "group", read_group },       { "alias", read_alias },
};

/* -- one message ------------------------------------------------------------------------------ */

static enum err read_message(struct message *m, str type)
{
    struct ctx *c = m->c;
    struct arena *a = c->arena;
    read_fn *read = NULL;
    for (i64 i = 0; i < COUNT(calls); i++)
        if (str_eq(type, str_of(calls[i].type))) read = calls[i].read;
    if (!read)
        return fail_at(c, E_INVALID, S("/type"),
                       "type 应当是 track、identify、page、screen、group 或 alias",
                       "type is one of track, identify, page, screen, group, alias");
    bool user = people_identity(c, m->b, ID_USER_ID, NO_STR, tree_id(a, m->item, "userId"));
    bool device =
        people_identity(c, m->b, ID_ANONYMOUS_ID, NO_STR, tree_id(a, m->item, "anonymousId"));
    if (!user && !device)
        return fail_at(c, E_INVALID, S("/userId"),
                       "要有可用的 userId 或 anonymousId，至多 200 字节",
                       "a usable userId or anonymousId of at most 200 bytes is needed");
    take_time(m);
    TRY(read(m));
    take_campaign(m);
    m->b->props = props_json(&m->props);
    str id = tree_id(a, m->item, "messageId");
    if (id.n) behaviour_key(m->b, S("message"), id);
    return OK;
}

static void refuse(struct behaviours *out, struct ctx *c, struct problem *first)
{
    if (out->refused++ == 0) *first = c->why;
}

static enum err too_large(struct ctx *c, i64 place)
{
    return fail_at(c, E_INVALID, str_fmt(c->arena, "/batch/%lld", (long long)place),
                   "单个事件超过上限 32 KB", "one event is over its limit of 32 KB");
}

static enum err read_batch(struct ctx *c, const json_t *root, str body, struct behaviours *out)
{
    const json_t *batch = json_object_get(root, "batch");
    i64 n = (i64)json_array_size(batch);
    if (!json_is_array(batch) || n == 0)
        return fail_at(c, E_INVALID, S("/batch"), "batch 要有至少一个事件",
                       "batch needs at least one event");
    if (n > TRACK_EVENTS_MAX)
        return fail_at(c, E_INVALID, S("/batch"), "一批至多 %lld 个事件",
                       "a batch has at most %lld events", (long long)TRACK_EVENTS_MAX);
    out->at = NEWS(c->arena, struct behaviour, n);
    struct problem first = { 0 };
    for (i64 i = 0; i < n; i++) {
        const json_t *item = json_array_get(batch, (size_t)i);
        if (body.n > TRACK_EVENT_MAX && tree_size(item) > TRACK_EVENT_MAX) return too_large(c, i);
        struct behaviour *b = &out->at[out->n];
        *b = (struct behaviour){ 0 };
        struct message m = {
            .c = c, .outer = root, .item = item, .b = b, .props = { .text = { .arena = c->arena } }
        };
        if (read_message(&m, tree_str(item, "type")) == OK) out->n++;
        else refuse(out, c, &first);
    }
    if (out->n) return OK;
    c->why = first;
    return first.err;
}

enum err segment_read(struct ctx *c, const char *type, str body, struct behaviours *out,
                      str *write_key)
{
    const json_t *root;
    *out = (struct behaviours){ 0 };
    i64 max = type ? TRACK_EVENT_MAX : TRACK_BATCH_MAX;
    if (body.n > max)
        return fail(c, E_INVALID, "内容超过上限 %lld KB", "this is over its limit of %lld KB",
                    (long long)(max / 1024));
    TRY(tree_read(c, body, &root));
    if (!json_is_object(root))
        return fail(c, E_INVALID, "应当是一个 JSON 对象", "a JSON object is expected");
    *write_key = tree_str(root, "writeKey");
    if (!type) return read_batch(c, root, body, out);
    out->at = NEW(c->arena, struct behaviour);
    struct message m = {
        .c = c, .item = root, .b = out->at, .props = { .text = { .arena = c->arena } }
    };
    TRY(read_message(&m, str_of(type)));
    out->n = 1;
    return OK;
}
