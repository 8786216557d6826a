/* props.c -- finds one property in the JSON object of a timeline line, without building a tree.
 *
 * Lines hold valid JSON; whatever else comes in ends as "not there", never past the end of the
 * text.
 */
#include "audience/index/gather.h"

struct scan {
    str in;
    i64 i;
};

static char here(const struct scan *s) { return s->i < s->in.n ? s->in.at[s->i] : 0; }

static void skip_blanks(struct scan *s)
{
    while (here(s) == ' ' || here(s) == '\t' || here(s) == '\n' || here(s) == '\r') s->i++;
}

/* From the opening quote to past the closing one. */
static str take_string(struct scan *s)
{
    i64 from = s->i++;
    while (s->i < s->in.n && here(s) != '"') s->i += here(s) == '\\' ? 2 : 1;
    if (s->i >= s->in.n) {
        s->i = s->in.n;
        return NO_STR;
    }
    s->i++;
    return str_sub(s->in, from, s->i);
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
    return str_trim(str_sub(s->in, from, s->i));
}

str props_raw(str props, str name)
{
    struct scan s = { props, 0 };
    skip_blanks(&s);
    if (here(&s) != '{') return NO_STR;
    do {
        s.i++;
        skip_blanks(&s);
        if (here(&s) != '"') return NO_STR;
        str key = take_string(&s);
        skip_blanks(&s);
        if (!key.at || here(&s) != ':') return NO_STR;
        s.i++;
        skip_blanks(&s);
        str value = take_value(&s);
        if (str_eq(str_sub(key, 1, key.n - 1), name)) return value.n ? value : NO_STR;
    } while (here(&s) == ',');
    return NO_STR;
}
