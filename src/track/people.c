/* people.c -- who somebody is, as a message tells it: identities, a name, profile values. */
#include <assert.h>

#include "base/clock.h"
#include "track/tree.h"

#define IDENTITIES_MAX 12
#define TRAITS_MAX     40

bool people_identity(struct ctx *c, struct behaviour *b, enum identity_kind kind, str scope,
                     str value)
{
    struct identity id = { .kind = kind, .scope = scope, .value = value };
    if (value.n == 0 || b->identities_n == IDENTITIES_MAX || identity_normalise(c, &id) != OK)
        return false;
    if (!b->identities) b->identities = NEWS(c->arena, struct identity, IDENTITIES_MAX);
    for (i64 i = 0; i < b->identities_n; i++)
        if (b->identities[i].kind == id.kind && str_eq(b->identities[i].value, id.value) &&
            str_eq(b->identities[i].scope, id.scope))
            return true;
    b->identities[b->identities_n++] = id;
    return true;
}

/* -- traits that mean something here ---------------------------------------------------------- */

/* Names without '$', blanks and marks, in lower case. */
static const struct {
    const char *trait;
    enum identity_kind kind;
} identities[] = {
    { "email", ID_EMAIL },        { "phone", ID_PHONE },       { "mobile", ID_PHONE },
    { "phonenumber", ID_PHONE },  { "mobilephone", ID_PHONE }, { "手机号", ID_PHONE },
    { "unionid", ID_UNIONID },    { "jdpin", ID_JD_PIN },      { "taobaonick", ID_TAOBAO_NICK },
    { "douyinid", ID_DOUYIN_ID },
};
/* Where a trait's name is not the field's own. */
static const struct {
    const char *trait, *field;
} fields[] = {
    { "sex", "gender" },     { "dateofbirth", "birthday" }, { "birthdate", "birthday" },
    { "state", "province" }, { "skintype", "skin_type" },   { "lifestage", "life_stage" },
    { "job", "occupation" }, { "hobby", "hobbies" },        { "interests", "hobbies" },
};
/* Values in the words of the member room. */
static const struct {
    const char *field, *told, *value;
} words[] = {
    { "gender", "f", "女" },       { "gender", "female", "女" },   { "gender", "woman", "女" },
    { "gender", "m", "男" },       { "gender", "male", "男" },     { "gender", "man", "男" },
    { "gender", "other", "其他" }, { "skin_type", "dry", "干性" }, { "skin_type", "oily", "油性" },
};

static str plain(struct arena *a, str name)
{
    struct buf b = { .arena = a };
    for (i64 i = 0; i < name.n; i++) {
        char ch = name.at[i];
        if (ch == '$' || ch == '_' || ch == '-' || ch == ' ') continue;
        buf_byte(&b, ch >= 'A' && ch <= 'Z' ? (char)(ch | 32) : ch);
    }
    return buf_str(&b);
}

/* skinType, $skin_type: skin_type, as fields are named. */
static str field_of(struct arena *a, str name)
{
    struct buf b = { .arena = a };
    str key = plain(a, name);
    for (i64 i = 0; i < COUNT(fields); i++)
        if (str_eq(key, str_of(fields[i].trait))) return str_of(fields[i].field);
    for (i64 i = 0; i < name.n; i++) {
        char ch = name.at[i];
        bool upper = ch >= 'A' && ch <= 'Z';
        if (ch == '$') continue;
        if (upper && b.n && b.at[b.n - 1] != '_') buf_byte(&b, '_');
        buf_byte(&b, upper ? (char)(ch | 32) : ch == ' ' || ch == '-' ? '_' : ch);
    }
    return buf_str(&b);
}

/* A list of texts becomes one text with commas, as choices are written. */
static str value_of(struct arena *a, str field, const json_t *value)
{
    str text = tree_scalar(a, value);
    if (json_is_array(value)) {
        size_t n = json_array_size(value);
        strs parts = { NEWS(a, str, (i64)n), 0 };
        for (size_t i = 0; i < n && parts.n < 50; i++) {
            str part = tree_scalar(a, json_array_get(value, i));
            if (part.n) parts.at[parts.n++] = part;
        }
        text = str_join(a, parts, S(","));
    }
    for (i64 i = 0; i < COUNT(words); i++)
        if (str_eq(field, str_of(words[i].field)) && str_eq_nocase(text, str_of(words[i].told)))
            return str_of(words[i].value);
    return text;
}

static void take_field(struct ctx *c, struct behaviour *b, str name, const json_t *value)
{
    if (b->traits.n == TRAITS_MAX) return;
    str field = field_of(c->arena, name), text = value_of(c->arena, field, value);
    if (text.n == 0 || text.n > 1000) return;
    *PUSH(c->arena, &b->traits) = (struct trait){ field, text };
}

static bool take_identity(struct ctx *c, struct behaviour *b, str key, const json_t *value)
{
    for (i64 i = 0; i < COUNT(identities); i++)
        if (str_eq(key, str_of(identities[i].trait))) {
            people_identity(c, b, identities[i].kind, NO_STR, tree_scalar(c->arena, value));
            return true;
        }
    return false;
}

static void take_name(struct ctx *c, const json_t *traits, struct behaviour *b)
{
    static const char *const whole[] = { "name", "$name", "fullName", "realName", "real_name" };
    for (i64 i = 0; i < COUNT(whole) && !b->name.n; i++) b->name = tree_str(traits, whole[i]);
    if (b->name.n) return;
    str first = str_or(tree_str(traits, "firstName"), tree_str(traits, "first_name"));
    str last = str_or(tree_str(traits, "lastName"), tree_str(traits, "last_name"));
    /* Chinese names stand family first, without a blank. */
    bool han = (last.n && (u8)last.at[0] >= 0xe4) || (first.n && (u8)first.at[0] >= 0xe4);
    if (han) b->name = str_fmt(c->arena, STR_FMT STR_FMT, STR_ARG(last), STR_ARG(first));
    else b->name = str_trim(str_fmt(c->arena, STR_FMT " " STR_FMT, STR_ARG(first), STR_ARG(last)));
}

void people_read(struct ctx *c, const json_t *traits, struct behaviour *b)
{
    static const char *const names[] = { "name", "fullname", "realname", "firstname", "lastname" };
    const char *name;
    json_t *value;
    if (!json_is_object(traits)) return;
    bool sets = b->change == TRAIT_SET || b->change == TRAIT_SET_ONCE;
    if (sets) take_name(c, traits, b);
    if (b->name.n > 200) b->name = NO_STR;
    str openid = tree_str(traits, "openid");
    str app = str_or(tree_str(traits, "appid"), tree_str(traits, "app_id"));
    if (sets && openid.n && app.n) people_identity(c, b, ID_OPENID, app, openid);
    json_object_foreach((json_t *)(uintptr_t)traits, name, value)
    {
        str told = str_of(name), key = plain(c->arena, told);
        bool is_name = false;
        for (i64 i = 0; i < COUNT(names); i++) is_name |= str_eq(key, str_of(names[i]));
        if (is_name || told.n > 60 || told.n == 0) continue;
        if (json_is_object(value) && str_eq(key, S("address"))) {
            const json_t *city = json_object_get(value, "city");
            const json_t *state = json_object_get(value, "state");
            if (city) take_field(c, b, S("city"), city);
            if (state) take_field(c, b, S("province"), state);
        } else if (!sets || !take_identity(c, b, key, value)) {
            take_field(c, b, told, value);
        }
    }
}

/* -- what both protocols end with ------------------------------------------------------------- */

#define AHEAD_MS  (5 * MINUTE_MS)
#define YEAR_2000 ((instant)946684800000)

bool behaviour_plausible(const struct ctx *c, instant at)
{
    return at <= c->now && at >= YEAR_2000;
}

void behaviour_time(struct ctx *c, struct behaviour *b, struct props *p, instant at)
{
    if (at < INSTANT_FIRST) at = INSTANT_FIRST; /* two clocks apart can lead beyond what is read */
    if (at > INSTANT_LAST) at = INSTANT_LAST;
    b->at = b->seen_at = at;
    if (at > c->now + AHEAD_MS) props_text(p, "clock", S("ahead"));
    if (at < YEAR_2000) props_text(p, "clock", S("behind"));
    if (!behaviour_plausible(c, at)) b->seen_at = c->now;
}
