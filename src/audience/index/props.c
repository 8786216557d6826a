/* props.c -- which properties of lines are kept; and one of them found in a line's JSON object,
 * without building a tree.
 *
 * Lines hold valid JSON; whatever else comes in ends as "not there", never past the end of the
 * text.
 */
#include "audience/index/gather.h"

static enum err check_props(struct ctx *c, str value)
{
    strs names = str_split(c->arena, value, ',');
    if (names.n > PROPS_KEPT_MAX)
        return fail(c, E_INVALID, "至多 %d 个属性，这里有 %lld 个",
                    "at most %d properties; here are %lld", PROPS_KEPT_MAX, (long long)names.n);
    for (i64 i = 0; i < names.n; i++) {
        bool again = str_eq(names.at[i], S("touchpoint")) || str_eq(names.at[i], S("community"));
        for (i64 k = 0; k < i; k++) again |= str_eq(names.at[i], names.at[k]);
        if (again)
            return fail(c, E_INVALID, "“" STR_FMT "”已经在了", "\"" STR_FMT "\" is there already",
                        STR_ARG(names.at[i]));
        if (names.at[i].n > 100 || !str_is_line(names.at[i]) || str_has(names.at[i], '"') ||
            str_has(names.at[i], '\\'))
            return fail(c, E_INVALID, "“" STR_FMT "”不是属性名",
                        "\"" STR_FMT "\" names no property", STR_ARG(names.at[i]));
    }
    return OK;
}

const struct setting index_settings[] = {
    { .name = "audience.props",
      .kind = SETTING_TEXT,
      .fallback = "category,product_id,brand,rating",
      .zh = "索引为行为保留的属性，用逗号隔开，至多六个；其余属性也能问，但要读时间线，较慢。"
            "改动后索引在后台重建",
      .en = "Properties of behaviour that the index keeps, parted by commas, at most six; others "
            "can be"
            " asked for too, but are read from the timeline, which is slower. A change builds the "
            "index"
            " anew in the background",
      .check = check_props },
    { 0 },
};

enum err props_kept(struct ctx *c, strs *out)
{
    str value;
    TRY(setting_text(c, "audience.props", &value));
    *out = str_split(c->arena, value, ',');
    return OK;
}

i64 props_place(const struct view *v, str name)
{
    const strs *props = &view_schema(v)->sources[SOURCE_TIMELINE].props;
    for (i64 i = PROP_JSON; i < props->n; i++)
        if (str_eq(props->at[i], name)) return i;
    return -1;
}

struct scan {
    str in;
    i64 i;
};

static char here(const struct scan *s) { return s->i < s->in.n ? s->in.at[s->i] : 0; }

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static void skip_blanks(struct scan *s)
{
    while (is_blank(here(s))) s->i++;
}

/* From the opening quote to past the closing one: one that an even number of backslashes, or none,
 * stands before. */
static str take_string(struct scan *s)
{
    i64 from = s->i++;
    while (s->i < s->in.n) {
        const char *quote = memchr(s->in.at + s->i, '"', (size_t)(s->in.n - s->i));
        if (!quote) break;
        i64 at = quote - s->in.at, slashes = 0;
        while (at - slashes - 1 > from && s->in.at[at - slashes - 1] == '\\') slashes++;
        s->i = at + 1;
        if (slashes % 2 == 0) return (str){ s->in.at + from, s->i - from };
    }
    s->i = s->in.n;
    return NO_STR;
}

/* A value of any form: up to the comma or brace that ends it. */
static str take_value(struct scan *s)
{
    i64 from = s->i, depth = 0;
    while (s->i < s->in.n) {
        char c = here(s);
        if (depth == 0 && (c == ',' || c == '}')) break;
        if (c == '"') {
            if (!take_string(s).at) return NO_STR;
            continue;
        }
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        s->i++;
    }
    i64 to = s->i;
    while (to > from && is_blank(s->in.at[to - 1])) to--;
    return (str){ s->in.at + from, to - from };
}

void props_raw_all(str props, const strs *names, str *out)
{
    struct scan s = { props, 0 };
    i64 left = names->n;
    for (i64 i = 0; i < names->n; i++) out[i] = NO_STR;
    skip_blanks(&s);
    if (!left || here(&s) != '{') return;
    do {
        s.i++;
        skip_blanks(&s);
        if (here(&s) != '"') return;
        str key = take_string(&s);
        skip_blanks(&s);
        if (!key.at || here(&s) != ':') return;
        s.i++;
        skip_blanks(&s);
        str value = take_value(&s);
        if (!value.n) return;
        for (i64 i = 0; i < names->n; i++) {
            str name = names->at[i];
            if (out[i].at || key.n - 2 != name.n) continue; /* the first of a name counts */
            if (memcmp(key.at + 1, name.at, (size_t)name.n) != 0) continue;
            out[i] = value;
            if (--left == 0) return;
        }
    } while (here(&s) == ',');
}

str props_raw(str props, str name)
{
    str out;
    props_raw_all(props, &(strs){ &name, 1 }, &out);
    return out;
}
