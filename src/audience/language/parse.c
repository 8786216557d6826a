/* parse.c -- text to tree: a bounded recursive descent that says where, what was expected and what
 * was perhaps meant.
 *
 *   any   = all { "or" all }            all  = one { "and" one }
 *   one   = "not" one | "(" any ")" | test
 *   test  = subject [ operator operands ]
 *   subject = field | field("…") | call [ "(" name , window , prop = value … ")" ]
 */
#include "audience/language/parse.h"

enum err (*segment_saved_find)(struct ctx *c, str folded, str *text, bool *found);
enum err (*segment_saved_names)(struct ctx *c, str q, i64 limit, struct segment_value_list *out);

#define SAVED_DEPTH_MAX 8
#define SAVED_NODES_MAX 5000 /* with the segments that a segment names */

/* -- what stands there ------------------------------------------------------------------------ */

bool parse_is_word(const struct parser *p, const char *word)
{
    return p->token.kind == TOKEN_NAME && str_eq_nocase(p->token.text, str_of(word));
}

/* Short enough for a message, whole characters. */
str parse_clip(str s)
{
    i64 n = s.n < 60 ? s.n : 60;
    while (n < s.n && n > 0 && (s.at[n] & 0xC0) == 0x80) n--;
    return str_sub(s, 0, n);
}

static str found_text(struct parser *p)
{
    struct arena *a = parse_ctx(p)->arena;
    str s = str_sub(p->lexer.text, p->token.at, p->token.end);
    if (p->token.kind == TOKEN_END) return say(parse_ctx(p), S("已经结束"), S("the text ends"));
    str head = parse_clip(s);
    return str_fmt(a,
                   parse_ctx(p)->locale == ZH ? "是“" STR_FMT "%s”" : "there is \"" STR_FMT "%s\"",
                   STR_ARG(head), head.n < s.n ? "…" : "");
}

enum err parse_expected(struct parser *p, const char *zh, const char *en)
{
    str found = found_text(p);
    return segment_fail(&p->lexer, p->token.at, "应当是%s，这里%.*s", "expected %s, but here %.*s",
                        parse_ctx(p)->locale == ZH ? zh : en, STR_ARG(found));
}

enum err parse_take(struct parser *p, enum token_kind kind, const char *zh, const char *en)
{
    if (p->token.kind != kind) return parse_expected(p, zh, en);
    return parse_next(p);
}

enum err parse_take_word(struct parser *p, const char *word)
{
    if (!parse_is_word(p, word))
        return parse_expected(p, str_fmt(parse_ctx(p)->arena, " %s ", word).at, word);
    return parse_next(p);
}

/* -- nodes ------------------------------------------------------------------------------------ */

static enum err node_new(struct parser *p, enum segment_node_kind kind, i64 at,
                         struct segment_node **out)
{
    ++*p->all_nodes;
    if (++p->nodes > SEGMENT_NODES_MAX)
        return segment_fail(&p->lexer, at, "条件太多：至多 %d 个",
                            "too many conditions: at most %d", SEGMENT_NODES_MAX);
    if (*p->all_nodes > SAVED_NODES_MAX)
        return segment_fail(&p->lexer, at, "连同所引用的分层，条件太多：至多 %d 个",
                            "too many conditions with the segments it names: at most %d",
                            SAVED_NODES_MAX);
    *out = NEW(parse_ctx(p)->arena, struct segment_node);
    (*out)->kind = kind;
    segment_place(p->lexer.text, at, &(*out)->line, &(*out)->column);
    return OK;
}

static enum err deeper(struct parser *p)
{
    if (++p->depth <= SEGMENT_DEPTH_MAX) return OK;
    return segment_fail(&p->lexer, p->token.at, "括号和 not 嵌套太深：至多 %d 层",
                        "parentheses and not are nested too deeply: at most %d", SEGMENT_DEPTH_MAX);
}

/* -- tests and how they are joined ------------------------------------------------------------ */

static enum err test(struct parser *p, const struct segment_node **out)
{
    struct segment_node *n;
    TRY(node_new(p, NODE_TEST, p->token.at, &n));
    *out = n;
    return parse_test(p, &n->test);
}

static enum err any(struct parser *p, const struct segment_node **out);

static enum err one(struct parser *p, const struct segment_node **out)
{
    bool negated = parse_is_word(p, "not"), open = p->token.kind == TOKEN_OPEN;
    if (!negated && !open) return test(p, out);
    TRY(deeper(p));
    if (negated) {
        struct segment_node *n;
        TRY(node_new(p, NODE_NOT, p->token.at, &n));
        TRY(parse_next(p));
        TRY(one(p, PUSH(parse_ctx(p)->arena, &n->parts)));
        *out = n;
    } else {
        TRY(parse_next(p));
        TRY(any(p, out));
        TRY(parse_take(p, TOKEN_CLOSE, " and、or 或右括号", "and, or or a closing parenthesis"));
    }
    p->depth--;
    return OK;
}

static enum err joined(struct parser *p, enum segment_node_kind kind, const char *word,
                       enum err (*part)(struct parser *p, const struct segment_node **out),
                       const struct segment_node **out)
{
    i64 at = p->token.at;
    TRY(part(p, out));
    if (!parse_is_word(p, word)) return OK;
    struct segment_node *n;
    TRY(node_new(p, kind, at, &n));
    *PUSH(parse_ctx(p)->arena, &n->parts) = *out;
    while (parse_is_word(p, word)) {
        TRY(parse_next(p));
        TRY(part(p, PUSH(parse_ctx(p)->arena, &n->parts)));
    }
    *out = n;
    return OK;
}

static enum err all(struct parser *p, const struct segment_node **out)
{
    return joined(p, NODE_ALL, "and", one, out);
}

static enum err any(struct parser *p, const struct segment_node **out)
{
    return joined(p, NODE_ANY, "or", all, out);
}

/* -- whole texts ------------------------------------------------------------------------------ */

static enum err whole(struct parser *p, const struct segment_node **out)
{
    struct ctx *c = parse_ctx(p);
    str text = p->lexer.text;
    if (text.n > SEGMENT_BYTES_MAX)
        return fail_at(c, E_INVALID, S("1:1"), "条件太长：至多 %lld 字节",
                       "the text is too long: at most %lld bytes", (long long)SEGMENT_BYTES_MAX);
    if (!str_is_utf8(text))
        return fail_at(c, E_INVALID, S("1:1"), "条件不是 UTF-8 文字", "the text is not UTF-8");
    TRY(parse_next(p));
    TRY(any(p, out));
    if (p->token.kind != TOKEN_END)
        return parse_expected(p, " and、or 或结束", "and, or or the end");
    if (segment_format(c->arena, *out).n > SEGMENT_BYTES_MAX)
        return fail_at(c, E_INVALID, S("1:1"), "条件太长：至多 %lld 字节",
                       "the text is too long: at most %lld bytes", (long long)SEGMENT_BYTES_MAX);
    return OK;
}

enum err parse_saved(struct parser *p, struct segment_test *t, i64 at)
{
    struct ctx *c = parse_ctx(p);
    str text = NO_STR;
    bool found = false;
    if (!c->db) return OK; /* nobody to ask: the name stands for itself */
    struct chain here = { t->folded, p->chain, p->chain ? p->chain->depth + 1 : 1 };
    for (const struct chain *outer = p->chain; outer; outer = outer->outer)
        if (str_eq(outer->folded, t->folded))
            return segment_fail(&p->lexer, at, "这个分层引用了它自己", "this segment names itself");
    if (here.depth > SAVED_DEPTH_MAX)
        return segment_fail(&p->lexer, at, "分层相互引用太深：至多 %d 层",
                            "segments name segments too deeply: at most %d", SAVED_DEPTH_MAX);
    if (segment_saved_find) TRY(segment_saved_find(c, t->folded, &text, &found));
    if (!found)
        return segment_fail(&p->lexer, at, "没有名为“%.*s”的分层",
                            "there is no saved segment named \"%.*s\"",
                            STR_ARG(parse_clip(t->name)));
    struct parser inner = {
        .lexer = { c, text, 0 }, .fields = p->fields, .all_nodes = p->all_nodes, .chain = &here
    };
    enum err e = whole(&inner, &t->saved);
    if (e != E_INVALID) return e;
    str why = str_copy(c->arena, str_of(c->why.detail));
    return segment_fail(&p->lexer, at, "分层“%.*s”本身有误：%.*s",
                        "the segment \"%.*s\" itself is wrong: %.*s", STR_ARG(parse_clip(t->name)),
                        STR_ARG(why));
}

enum err segment_parse_named(struct ctx *c, str text, str own_name, const struct segment_node **out)
{
    i64 all_nodes = 0;
    struct chain own = { str_fold(c->arena, str_trim(own_name)), NULL, 0 };
    struct parser p = { .lexer = { c, text, 0 },
                        .all_nodes = &all_nodes,
                        .chain = own_name.n ? &own : NULL };
    TRY(fields_published(c, &p.fields));
    return whole(&p, out);
}

enum err segment_parse(struct ctx *c, str text, const struct segment_node **out)
{
    return segment_parse_named(c, text, NO_STR, out);
}
