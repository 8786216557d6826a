/* sensors.c -- the Sensors Analytics protocol: its messages, read into behaviour.
 *
 * There a distinct id may be of a device or of a user, and the protocol does not always say which:
 * each is noted as an anonymous id, and where it is told to be a login, as a user id of the same
 * member too. So both find him.
 */
#include "base/clock.h"
#include "track/tree.h"

struct message {
    struct ctx *c;
    const json_t *item, *properties;
    struct behaviour *b;
    struct props props;
};

/* -- who -------------------------------------------------------------------------------------- */

static const struct {
    const char *key;
    enum identity_kind kind;
} identities[] = {
    { "$identity_login_id", ID_USER_ID },
    { "$identity_anonymous_id", ID_ANONYMOUS_ID },
    { "$identity_cookie_id", ID_ANONYMOUS_ID },
    { "$identity_mp_id", ID_ANONYMOUS_ID },
    { "$identity_mp_unionid", ID_UNIONID },
    { "$identity_mobile", ID_PHONE },
    { "$identity_email", ID_EMAIL },
};

static bool take_login(struct message *m, str id)
{
    bool user = people_identity(m->c, m->b, ID_USER_ID, NO_STR, id);
    return people_identity(m->c, m->b, ID_ANONYMOUS_ID, NO_STR, id) && user;
}

/* "$identity_mp_wx1234_openid": an openid of the app wx1234. */
static str openid_app(str key)
{
    str head = S("$identity_mp_"), tail = S("_openid");
    if (!str_starts(key, head) || !str_ends(key, tail) || key.n <= head.n + tail.n) return NO_STR;
    return str_sub(key, head.n, key.n - tail.n);
}

static void take_identity(struct message *m, str key, str value)
{
    str app = openid_app(key);
    if (app.n) people_identity(m->c, m->b, ID_OPENID, app, value);
    for (i64 i = 0; i < COUNT(identities); i++) {
        if (!str_eq(key, str_of(identities[i].key))) continue;
        if (identities[i].kind == ID_USER_ID) take_login(m, value);
        else people_identity(m->c, m->b, identities[i].kind, NO_STR, value);
    }
}

static void take_identities(struct message *m)
{
    struct arena *a = m->c->arena;
    const char *key;
    json_t *value;
    json_t *all = json_object_get(m->item, "identities");
    json_object_foreach(all, key, value)
    {
        take_identity(m, str_of(key), tree_scalar(a, value));
        for (size_t i = 0; i < json_array_size(value) && i < 4; i++)
            take_identity(m, str_of(key), tree_scalar(a, json_array_get(value, i)));
    }
}

static enum err take_who(struct message *m)
{
    struct ctx *c = m->c;
    str id = tree_id(c->arena, m->item, "distinct_id"),
        login = tree_id(c->arena, m->item, "login_id");
    bool is_login = json_is_true(json_object_get(m->properties, "$is_login_id"));
    /* With a login key of its own, the id is "key+value", and the value is what names the user. */
    for (i64 i = 0; i < id.n && json_object_get(m->item, "identities"); i++)
        if (id.at[i] == '+' && json_object_get(json_object_get(m->item, "identities"),
                                               str_z(c->arena, str_sub(id, 0, i)))) {
            str value = str_sub(id, i + 1, id.n);
            if (id.at[0] != '$') take_login(m, value);
            id = NO_STR;
        }
    if (login.n) take_login(m, login);
    if (is_login) take_login(m, id);
    take_identities(m);
    if (id.n) people_identity(c, m->b, ID_ANONYMOUS_ID, NO_STR, id);
    str device = tree_id(c->arena, m->item, "anonymous_id");
    if (device.n) people_identity(c, m->b, ID_ANONYMOUS_ID, NO_STR, device);
    if (m->b->identities_n) return OK;
    return fail_at(c, E_INVALID, S("/distinct_id"), "要有可用的 distinct_id 或 identities",
                   "a usable distinct_id, or identities, are needed");
}

/* -- what ------------------------------------------------------------------------------------- */

typedef enum err read_fn(struct message *m);

static enum err read_event(struct message *m)
{
    struct ctx *c = m->c;
    str event = tree_str(m->item, "event");
    if (!event.n || event.n > 200)
        return fail_at(c, E_INVALID, S("/event"), "要有 event：事件名，至多 200 字节",
                       "an event is needed: its name, at most 200 bytes");
    const struct commerce_event *standard = commerce_find(event);
    m->b->kind = event_name(c->arena, event);
    m->b->subject = commerce_subject(c->arena, standard, m->properties);
    m->b->value = commerce_value(standard, m->properties);
    m->props.named = standard != NULL;
    props_take(&m->props, m->properties);
    return OK;
}

static enum err read_signup(struct message *m)
{
    struct ctx *c = m->c;
    str before = tree_id(c->arena, m->item, "original_id");
    take_login(m, tree_id(c->arena, m->item, "distinct_id"));
    people_identity(c, m->b, ID_ANONYMOUS_ID, NO_STR, before);
    m->b->joins = m->b->links = true;
    m->b->kind = S("Signed Up");
    props_take(&m->props, m->properties);
    return OK;
}

static enum err read_bind(struct message *m)
{
    m->b->joins = m->b->links = true;
    return OK;
}

/* Identities stay with whom they led to: parting people is for people to decide. The line tells
 * them. */
static enum err read_unbind(struct message *m)
{
    m->b->kind = S("$UnbindID");
    return OK;
}

static enum err read_profile(struct message *m)
{
    people_read(m->c, m->properties, m->b);
    m->b->joins = m->b->change == TRAIT_SET || m->b->change == TRAIT_SET_ONCE;
    return OK;
}

static enum err read_deletion(struct message *m)
{
    static const char *const fields[] = { "gender",     "birthday",   "age",
                                          "life_stage", "occupation", "province",
                                          "city",       "hobbies",    "skin_type" };
    for (i64 i = 0; i < COUNT(fields); i++)
        *PUSH(m->c->arena, &m->b->traits) = (struct trait){ str_of(fields[i]), NO_STR };
    return OK;
}

static enum err read_item(struct message *m)
{
    struct ctx *c = m->c;
    str type = tree_str(m->item, "item_type"), id = tree_id(c->arena, m->item, "item_id");
    if (!type.n || !id.n || type.n + id.n > 300)
        return fail_at(c, E_INVALID, S("/item_id"), "要有 item_type 和 item_id",
                       "item_type and item_id are needed");
    bool sets = str_eq(tree_str(m->item, "type"), S("item_set"));
    m->b->kind = sets ? S("Item Set") : S("Item Deleted");
    m->b->subject = str_fmt(c->arena, "item:" STR_FMT ":" STR_FMT, STR_ARG(type), STR_ARG(id));
    m->props.named = true;
    props_take(&m->props, m->properties);
    return OK;
}

static const struct call {
    const char *type;
    read_fn *read;
    enum trait_change change;
    bool of_item;
} calls[] = {
    { "track", read_event, TRAIT_SET, false },
    { "track_signup", read_signup, TRAIT_SET, false },
    { "track_id_bind", read_bind, TRAIT_SET, false },
    { "track_id_unbind", read_unbind, TRAIT_SET, false },
    { "profile_set", read_profile, TRAIT_SET, false },
    { "profile_set_once", read_profile, TRAIT_SET_ONCE, false },
    { "profile_increment", read_profile, TRAIT_ADD, false },
    { "profile_append", read_profile, TRAIT_APPEND, false },
    { "profile_unset", read_profile, TRAIT_UNSET, false },
    { "profile_delete", read_deletion, TRAIT_UNSET, false },
    { "item_set", read_item, TRAIT_SET, true },
    { "item_delete", read_item, TRAIT_SET, true },
};

/* -- where and when --------------------------------------------------------------------------- */

static void take_touchpoint(struct message *m)
{
    const json_t *lib = json_object_get(m->item, "lib");
    str told = str_or(tree_str(m->properties, "touchpoint"), tree_str(m->properties, "channel"));
    if (!told.n) told = tree_str(m->properties, "$app_name");
    if (!told.n)
        told = library_touchpoint(str_or(tree_str(lib, "$lib"), tree_str(m->properties, "$lib")));
    m->b->touchpoint = told.n && told.n <= 100 ? told : NO_STR;
}

static void take_time(struct message *m)
{
    struct ctx *c = m->c;
    instant told, sent, at = c->now;
    bool has = tree_instant(c, m->item, "time", &told);
    if (has) at = tree_instant(c, m->item, "_flush_time", &sent) ? c->now - (sent - told) : told;
    behaviour_time(c, m->b, &m->props, at);
}

/* What is sent again has the same number, person and time. Without a number the whole text must be
 * the same. */
static void take_key(struct message *m)
{
    struct arena *a = m->c->arena;
    str number = tree_id(a, m->item, "_track_id");
    if (number.n) {
        str id = tree_id(a, m->item, "distinct_id"), time = tree_id(a, m->item, "time");
        str type = tree_str(m->item, "type"), event = tree_str(m->item, "event");
        behaviour_key(m->b, S("sensors"),
                      str_fmt(a, STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT "\n" STR_FMT,
                              STR_ARG(number), STR_ARG(id), STR_ARG(time), STR_ARG(type),
                              STR_ARG(event)));
        return;
    }
    if (!json_object_get(m->item, "time")) return;
    i64 n = tree_size(m->item);
    char *text = arena_alloc(a, 1, n + 1);
    json_dumpb(m->item, text, (size_t)n, JSON_COMPACT);
    behaviour_key(m->b, S("sensors text"), (str){ text, n });
}

static enum err read_message(struct message *m)
{
    struct ctx *c = m->c;
    str type = tree_str(m->item, "type");
    const struct call *call = NULL;
    for (i64 i = 0; i < COUNT(calls); i++)
        if (str_eq(type, str_of(calls[i].type))) call = &calls[i];
    if (!call)
        return fail_at(c, E_INVALID, S("/type"),
                       "不认识的 type：应当是 track、track_signup、profile_set 等",
                       "type is none of track, track_signup, profile_set and the like");
    m->properties = json_object_get(m->item, "properties");
    m->b->change = call->change;
    if (!call->of_item) TRY(take_who(m));
    take_time(m);
    TRY(call->read(m));
    take_touchpoint(m);
    take_key(m);
    if (m->b->kind.n) m->b->props = props_json(&m->props);
    return OK;
}

enum err sensors_read(struct ctx *c, str query, str body, struct behaviours *out, str *token)
{
    struct sensors_form form = { 0 };
    const json_t *root;
    *out = (struct behaviours){ 0 };
    enum err e = sensors_unwrap(c, query, body, &form);
    *token = form.token;
    TRY(e);
    TRY(tree_read(c, form.data, &root));
    bool list = json_is_array(root);
    i64 n = list ? (i64)json_array_size(root) : 1;
    if (n > TRACK_EVENTS_MAX)
        return fail_at(c, E_INVALID, S("/data_list"), "一批至多 %lld 个事件",
                       "a batch has at most %lld events", (long long)TRACK_EVENTS_MAX);
    if (!token->n) *token = tree_str(list ? json_array_get(root, 0) : root, "token");
    out->at = NEWS(c->arena, struct behaviour, n);
    struct problem first = { 0 };
    for (i64 i = 0; i < n; i++) {
        struct behaviour *b = &out->at[out->n];
        *b = (struct behaviour){ 0 };
        struct message m = { .c = c,
                             .item = list ? json_array_get(root, (size_t)i) : root,
                             .b = b,
                             .props = { .text = { .arena = c->arena } } };
        if (read_message(&m) == OK) out->n++;
        else if (out->refused++ == 0) first = c->why;
    }
    if (out->n) return OK;
    if (!first.err) return fail(c, E_INVALID, "没有任何事件", "there are no events");
    c->why = first;
    return first.err;
}
