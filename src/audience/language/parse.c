/* parse.c -- text to tree: a bounded recursive descent that says where, what was expected and what
 * was perhaps meant.
 *
 *   any   = all { "or" all }            all  = one { "and" one }
 *   one   = "not" one | "(" any ")" | test
 *   test  = subject [ operator operands ]
 *   subject = field | field("…") | call [ "(" name , window , prop = value … ")" ]
 */
#include "audience/language/language.h"

enum err (*segment_saved_find)(struct ctx *c, str folded, str *text, bool *found);

#define SAVED_DEPTH_MAX 8
#define SAVED_NODES_MAX 5000 /* with the segments that a segment names */

/* Segments being read: who names himself, however indirectly, is refused. */
struct chain {
    str folded;
    const struct chain *outer;
    int depth;
};

struct parser {
    struct lexer lexer;
    struct token token; /* the one not yet used */
    struct fields fields;
    str *zh; /* their Chinese names folded; NULL: nobody asked yet */
    int depth;
    i64 nodes;
    i64 *all_nodes; /* of this text and the segments it names */
    const struct chain *chain;
};

static struct ctx *ctx_of(struct parser *p) { return p->lexer.c; }
static enum err next(struct parser *p) { return token_next(&p->lexer, &p->token); }

/* -- what stands there ------------------------------------------------------------------------ */

static bool is_word(const struct parser *p, const char *word)
{
    return p->token.kind == TOKEN_NAME && str_eq_nocase(p->token.text, str_of(word));
}

/* Short enough for a message, whole characters. */
static str clip(str s)
{
    i64 n = s.n < 60 ? s.n : 60;
    while (n < s.n && n > 0 && (s.at[n] & 0xC0) == 0x80) n--;
    return str_sub(s, 0, n);
}

static str found_text(struct parser *p)
{
    struct arena *a = ctx_of(p)->arena;
    str s = str_sub(p->lexer.text, p->token.at, p->token.end);
    if (p->token.kind == TOKEN_END) return say(ctx_of(p), S("已经结束"), S("the text ends"));
    str head = clip(s);
    return str_fmt(a, ctx_of(p)->locale == ZH ? "是“" STR_FMT "%s”" : "there is \"" STR_FMT "%s\"",
                   STR_ARG(head), head.n < s.n ? "…" : "");
}

static enum err expected(struct parser *p, const char *zh, const char *en)
{
    str found = found_text(p);
    return segment_fail(&p->lexer, p->token.at, "应当是%s，这里%.*s", "expected %s, but here %.*s",
                        ctx_of(p)->locale == ZH ? zh : en, STR_ARG(found));
}

static enum err take(struct parser *p, enum token_kind kind, const char *zh, const char *en)
{
    if (p->token.kind != kind) return expected(p, zh, en);
    return next(p);
}

static enum err take_word(struct parser *p, const char *word)
{
    if (!is_word(p, word)) return expected(p, str_fmt(ctx_of(p)->arena, " %s ", word).at, word);
    return next(p);
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
    *out = NEW(ctx_of(p)->arena, struct segment_node);
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

/* -- operands --------------------------------------------------------------------------------- */

/* Which operands a kind of subject takes: bits 1 << segment_operand_kind. */
static const struct {
    unsigned operands;
    const char *zh, *en;
} takes[FIELD_KINDS] = {
    [FIELD_IS_COUNT] = { 1u << OPERAND_NUMBER, "一个数", "a number" },
    [FIELD_IS_NUMBER] = { 1u << OPERAND_NUMBER, "一个数", "a number" },
    [FIELD_IS_MONEY] = { 1u << OPERAND_NUMBER, "一个金额，如 999 或 99.9",
                         "an amount such as 999 or 99.9" },
    [FIELD_IS_AGE] = { 1u << OPERAND_DURATION | 1u << OPERAND_DATE,
                       "一个时长（如 30d）或日期（如 2024-05-01）",
                       "a duration such as 30d, or a date such as 2024-05-01" },
    [FIELD_IS_DATE] = { 1u << OPERAND_DATE, "一个日期，如 2024-05-01",
                        "a date such as 2024-05-01" },
    [FIELD_IS_FLAG] = { 1u << OPERAND_FLAG, " true 或 false ", "true or false" },
    [FIELD_IS_TEXT] = { 1u << OPERAND_TEXT, "引号里的文字", "a text in quotes" },
    [FIELD_IS_CHOICE] = { 1u << OPERAND_TEXT, "引号里的文字", "a text in quotes" },
    [FIELD_IS_SET] = { 1u << OPERAND_TEXT, "引号里的文字", "a text in quotes" },
};

static bool operand_of_token(struct parser *p, struct segment_operand *out)
{
    const struct token *t = &p->token;
    *out = (struct segment_operand){ .number = t->number, .unit = t->unit };
    switch (t->kind) {
    case TOKEN_NUMBER: out->kind = OPERAND_NUMBER; return true;
    case TOKEN_DURATION: out->kind = OPERAND_DURATION; return true;
    case TOKEN_DATE: out->kind = OPERAND_DATE; return true;
    case TOKEN_TEXT:
        out->kind = OPERAND_TEXT;
        out->text = t->text;
        out->folded = str_fold(ctx_of(p)->arena, t->text);
        return true;
    case TOKEN_NAME:
        out->kind = OPERAND_FLAG;
        out->number = is_word(p, "true");
        return out->number || is_word(p, "false");
    default: return false;
    }
}

static enum err operand(struct parser *p, unsigned kinds, const char *zh, const char *en,
                        struct segment_operands *out)
{
    struct segment_operand o;
    if (!operand_of_token(p, &o) || !(kinds >> o.kind & 1)) return expected(p, zh, en);
    if (o.kind == OPERAND_TEXT && str_trim(o.text).n == 0)
        return segment_fail(
            &p->lexer, p->token.at, "引号里没有文字；要问有没有值，写 is unknown",
            "there is no text in the quotes; to ask whether there is a value, write is unknown");
    *PUSH(ctx_of(p)->arena, out) = o;
    return next(p);
}

/* Which of two of one kind is the larger: durations by their length. */
static bool larger(const struct segment_operand *a, const struct segment_operand *b)
{
    if (a->kind != OPERAND_DURATION) return a->number > b->number;
    return a->number * segment_unit_ms(a->unit) > b->number * segment_unit_ms(b->unit);
}

static enum err two_operands(struct parser *p, unsigned kinds, const char *zh, const char *en,
                             struct segment_operands *out)
{
    TRY(operand(p, kinds, zh, en, out));
    TRY(take_word(p, "and"));
    i64 at = p->token.at;
    TRY(operand(p, 1u << out->at[0].kind, zh, en, out));
    if (larger(&out->at[0], &out->at[1]))
        return segment_fail(&p->lexer, at, "between 的第二个值应当不小于第一个",
                            "the second value of between must not be below the first");
    return OK;
}

static enum err some_operands(struct parser *p, unsigned kinds, const char *zh, const char *en,
                              struct segment_operands *out)
{
    TRY(take(p, TOKEN_OPEN, "左括号：in (…, …)", "a parenthesis: in (…, …)"));
    TRY(operand(p, kinds, zh, en, out));
    while (p->token.kind == TOKEN_COMMA) {
        TRY(next(p));
        TRY(operand(p, kinds, zh, en, out));
    }
    return take(p, TOKEN_CLOSE, "逗号或右括号", "a comma or a closing parenthesis");
}

static enum err operands_of(struct parser *p, enum field_kind kind,
                            const struct segment_operator *op, struct segment_operands *out)
{
    if (op->id == OP_KNOWN || op->id == OP_UNKNOWN) return OK;
    if (op->id == OP_WITHIN_NEXT) {
        i64 at = p->token.at;
        TRY(operand(p, 1u << OPERAND_DURATION, "一个时长，如 7d", "a duration such as 7d", out));
        i64 ms = out->at[0].number * segment_unit_ms(out->at[0].unit);
        if (ms % DAY_MS == 0 && ms <= 366 * DAY_MS) return OK;
        return segment_fail(&p->lexer, at, "这里应当是 1 到 366 天", "this is 1 to 366 days");
    }
    const char *zh = takes[kind].zh, *en = takes[kind].en;
    if (op->id == OP_BETWEEN) return two_operands(p, takes[kind].operands, zh, en, out);
    if (op->id == OP_IN) return some_operands(p, takes[kind].operands, zh, en, out);
    return operand(p, takes[kind].operands, zh, en, out);
}

/* -- operators -------------------------------------------------------------------------------- */

/* "in", "within next", "is known": the words are taken one by one. NULL: no operator stands here.
 */
static enum err operator_words(struct parser *p, const struct segment_operator **out)
{
    *out = NULL;
    if (p->token.kind >= TOKEN_IS && p->token.kind <= TOKEN_AT_LEAST) {
        *out = &segment_operators[OP_IS + (p->token.kind - TOKEN_IS)];
        return next(p);
    }
    if (is_word(p, "is")) {
        TRY(next(p));
        if (!is_word(p, "known") && !is_word(p, "unknown"))
            return expected(p, " known 或 unknown ", "known or unknown");
        *out = &segment_operators[is_word(p, "known") ? OP_KNOWN : OP_UNKNOWN];
        return next(p);
    }
    for (i64 i = OP_BETWEEN; i <= OP_WITHIN_NEXT; i++) {
        str first, rest = str_cut(str_of(segment_operators[i].name), ' ', &first);
        if (p->token.kind != TOKEN_NAME || !str_eq_nocase(p->token.text, first)) continue;
        *out = &segment_operators[i];
        TRY(next(p));
        return rest.at ? take_word(p, rest.at) : OK;
    }
    return OK;
}

static str operators_of(struct ctx *c, enum field_kind kind)
{
    struct buf out = { .arena = c->arena };
    for (i64 i = 0; i < OP_HOLDS; i++) {
        if (!operator_accepts(&segment_operators[i], kind)) continue;
        buf_fmt(&out, "%s%s", out.n ? ", " : "", segment_operators[i].name);
    }
    return buf_str(&out);
}

static enum err operator_of(struct parser *p, enum field_kind kind,
                            const struct segment_operator **out)
{
    struct token before = p->token;
    TRY(operator_words(p, out));
    if (*out && operator_accepts(*out, kind)) return OK;
    struct ctx *c = ctx_of(p);
    str allowed = operators_of(c, kind);
    if (!*out)
        return expected(p, str_fmt(c->arena, "比较（%.*s）", STR_ARG(allowed)).at,
                        str_fmt(c->arena, "a comparison (%.*s)", STR_ARG(allowed)).at);
    if ((*out)->id == OP_IS_NOT && kind == FIELD_IS_SET)
        return segment_fail(&p->lexer, before.at, "有多个值的字段请写 not (… = …)",
                            "of a field with several values write not (… = …)");
    return segment_fail(&p->lexer, before.at, "这个字段不能用 %s；可以用：%.*s",
                        "%s cannot be asked of this; what can: %.*s", (*out)->name,
                        STR_ARG(allowed));
}

/* -- subjects --------------------------------------------------------------------------------- */

static const struct field *field_named(struct parser *p, str name)
{
    str low = str_fold(ctx_of(p)->arena, name);
    for (i64 i = 0; i < p->fields.n; i++) {
        const struct field *f = &p->fields.at[i];
        if (str_eq(low, str_of(f->name))) return f;
    }
    if ((u8)name.at[0] < 0x80) return NULL;
    if (!p->zh) { /* as Chinese readers call it */
        p->zh = NEWS(ctx_of(p)->arena, str, p->fields.n);
        for (i64 i = 0; i < p->fields.n; i++)
            p->zh[i] = str_fold(ctx_of(p)->arena, str_of(p->fields.at[i].zh));
    }
    for (i64 i = 0; i < p->fields.n; i++)
        if (str_eq(low, p->zh[i])) return &p->fields.at[i];
    return NULL;
}

static enum err unknown_name(struct parser *p, str name, i64 at, bool call)
{
    struct ctx *c = ctx_of(p);
    strs names = { NEWS(c->arena, str, p->fields.n + CALLS), 0 };
    for (i64 i = 0; i < p->fields.n && !call; i++)
        names.at[names.n++] = str_of(p->fields.at[i].name);
    for (i64 i = 0; i < CALLS; i++) names.at[names.n++] = str_of(segment_calls[i].name);
    str near = name_nearest(c->arena, name, names);
    name = clip(name);
    if (!near.at)
        return segment_fail(&p->lexer, at, "没有“%.*s”这个字段或函数",
                            "there is no field or call \"%.*s\"", STR_ARG(name));
    return segment_fail(&p->lexer, at, "没有“%.*s”这个字段或函数；是不是 %.*s？",
                        "there is no field or call \"%.*s\"; did you mean %.*s?", STR_ARG(name),
                        STR_ARG(near));
}

static enum err field_in_quotes(struct parser *p, struct segment_test *t)
{
    TRY(next(p));
    TRY(take(p, TOKEN_OPEN, "左括号：field(\"…\")", "a parenthesis: field(\"…\")"));
    struct token name = p->token;
    TRY(take(p, TOKEN_TEXT, "引号里的字段名", "a field's name in quotes"));
    t->field = field_named(p, name.text);
    if (!t->field) return unknown_name(p, name.text, name.at, false);
    return take(p, TOKEN_CLOSE, "右括号", "a closing parenthesis");
}

static const struct segment_call *call_named(str name)
{
    for (i64 i = 0; i < CALLS; i++)
        if (str_eq_nocase(name, str_of(segment_calls[i].name))) return &segment_calls[i];
    return NULL;
}

/* -- arguments of calls ----------------------------------------------------------------------- */

static enum err prop_name(struct parser *p, str *out)
{
    if (p->token.kind != TOKEN_NAME && p->token.kind != TOKEN_TEXT)
        return expected(p, "时长（如 7d）或属性名（如 category = \"面膜\"）",
                        "a duration such as 7d, or a property such as category = \"mask\"");
    *out = p->token.text;
    if (out->n == 0 || out->n > 100 || str_has(*out, '"') || str_has(*out, '\\'))
        return segment_fail(&p->lexer, p->token.at,
                            "属性名应当有 1 到 100 个字节，不含引号和反斜线",
                            "a property's name has 1 to 100 bytes without quotes and backslashes");
    return next(p);
}

static enum err prop(struct parser *p, struct segment_test *t)
{
    static const enum field_kind kind_of[] = { [OPERAND_NUMBER] = FIELD_IS_NUMBER,
                                               [OPERAND_TEXT] = FIELD_IS_TEXT,
                                               [OPERAND_FLAG] = FIELD_IS_FLAG };
    struct segment_prop one = { 0 };
    struct segment_operand o;
    TRY(prop_name(p, &one.name));
    i64 at = p->token.at;
    TRY(operator_words(p, &one.op));
    if (!one.op || one.op->id == OP_KNOWN || one.op->id == OP_UNKNOWN ||
        one.op->id == OP_WITHIN_NEXT)
        return segment_fail(&p->lexer, at,
                            "属性名后面应当是比较：= != < <= > >= between in contains starts with",
                            "after a property's name comes a comparison: = != < <= > >= between in "
                            "contains starts with");
    struct token value = p->token;
    struct lexer saved = p->lexer;
    if (one.op->id == OP_IN && value.kind == TOKEN_OPEN)
        TRY(next(p)); /* the kind of the first decides */
    bool known = operand_of_token(p, &o) && o.kind <= OPERAND_FLAG && o.kind != OPERAND_DURATION &&
                 o.kind != OPERAND_DATE;
    if (!known)
        return expected(p, "文字（加引号）、数、true 或 false",
                        "a text in quotes, a number, true or false");
    p->lexer = saved;
    p->token = value;
    enum field_kind kind = kind_of[o.kind];
    if (!operator_accepts(one.op, kind))
        return segment_fail(&p->lexer, at, "%s 不能与这样的值比较",
                            "%s does not go with such a value", one.op->name);
    TRY(operands_of(p, kind, one.op, &one.operands));
    *PUSH(ctx_of(p)->arena, &t->props) = one;
    return OK;
}

static enum err call_window(struct parser *p, struct segment_test *t)
{
    struct segment_operands o = { 0 };
    TRY(operand(p, 1u << OPERAND_DURATION, "一个时长，如 30d", "a duration such as 30d", &o));
    t->window = o.at[0];
    return OK;
}

static enum err saved_segment(struct parser *p, struct segment_test *t, i64 at);

static enum err call_name(struct parser *p, struct segment_test *t)
{
    i64 at = p->token.at;
    t->name = p->token.text;
    TRY(take(p, TOKEN_TEXT, "引号里的名称", "a name in quotes"));
    t->folded = str_fold(ctx_of(p)->arena, str_trim(t->name));
    if (t->folded.n == 0)
        return segment_fail(&p->lexer, at, "引号里没有名称", "there is no name in the quotes");
    return t->call->id == CALL_IN_SEGMENT ? saved_segment(p, t, at) : OK;
}

static enum err call_arguments(struct parser *p, struct segment_test *t)
{
    const struct segment_call *call = t->call;
    TRY(take(p, TOKEN_OPEN, "左括号", "a parenthesis"));
    if (call->named) TRY(call_name(p, t));
    if (call->window && !call->named) TRY(call_window(p, t));
    while (p->token.kind == TOKEN_COMMA && call->props) {
        TRY(next(p));
        if (p->token.kind == TOKEN_DURATION && !t->window.number && !t->props.n)
            TRY(call_window(p, t));
        else TRY(prop(p, t));
    }
    if (call->props)
        return take(p, TOKEN_CLOSE, "逗号或右括号", "a comma or a closing parenthesis");
    return take(p, TOKEN_CLOSE, "右括号", "a closing parenthesis");
}

static enum err subject(struct parser *p, struct segment_test *t)
{
    struct token name = p->token;
    if (name.kind != TOKEN_NAME)
        return expected(p, "条件，如 orders(30d) >= 2 或 city = \"上海\"",
                        "a condition such as orders(30d) >= 2 or city = \"Shanghai\"");
    if (is_word(p, "field")) return field_in_quotes(p, t);
    const struct segment_call *call = call_named(name.text);
    bool word = segment_word(name.text) && !call;
    if (word)
        return expected(p, "条件，这是语言自己的词", "a condition; this is a word of the language");
    TRY(next(p));
    bool open = p->token.kind == TOKEN_OPEN;
    t->field = call && (call->alone || open) ? NULL : field_named(p, name.text);
    if (t->field && open)
        return segment_fail(&p->lexer, p->token.at, "%s 后面不带括号", "%s takes no parentheses",
                            t->field->name);
    if (t->field) return OK;
    if (!call) return unknown_name(p, name.text, name.at, open);
    t->call = call;
    if (call->alone && open)
        return segment_fail(&p->lexer, p->token.at, "%s 后面不带括号", "%s takes no parentheses",
                            call->name);
    return call->alone ? OK : call_arguments(p, t);
}

/* -- tests and how they are joined ------------------------------------------------------------ */

static enum err class_check(struct parser *p, const struct segment_test *t, i64 at)
{
    for (i64 i = 0; i < t->operands.n; i++) {
        str s = t->operands.at[i].folded;
        if (s.n == 1 && s.at[0] >= 'a' && s.at[0] <= 'c') continue;
        if (t->op->id == OP_IS || t->op->id == OP_IS_NOT || t->op->id == OP_IN)
            return segment_fail(&p->lexer, at, "class 只有 \"A\"、\"B\"、\"C\"",
                                "class is \"A\", \"B\" or \"C\"");
    }
    return OK;
}

static enum err test(struct parser *p, const struct segment_node **out)
{
    struct segment_node *n;
    TRY(node_new(p, NODE_TEST, p->token.at, &n));
    struct segment_test *t = &n->test;
    *out = n;
    TRY(subject(p, t));
    enum field_kind kind = segment_test_kind(t);
    bool compared =
        p->token.kind >= TOKEN_IS || is_word(p, "between") || is_word(p, "in") || is_word(p, "is");
    t->op = &segment_operators[OP_HOLDS];
    if (kind == FIELD_KINDS) return OK;
    if (t->call && t->call->named && !compared) { /* did("…") alone: at least once */
        t->op = &segment_operators[OP_AT_LEAST];
        *PUSH(ctx_of(p)->arena, &t->operands) =
            (struct segment_operand){ .kind = OPERAND_NUMBER, .number = MONEY_UNIT };
        return OK;
    }
    TRY(operator_of(p, kind, &t->op));
    i64 at = p->token.at;
    TRY(operands_of(p, kind, t->op, &t->operands));
    for (i64 i = 0; i < t->operands.n; i++) t->operands.at[i].place = t->field && t->field->place;
    return t->call && t->call->id == CALL_CLASS ? class_check(p, t, at) : OK;
}

static enum err any(struct parser *p, const struct segment_node **out);

static enum err one(struct parser *p, const struct segment_node **out)
{
    bool negated = is_word(p, "not"), open = p->token.kind == TOKEN_OPEN;
    if (!negated && !open) return test(p, out);
    TRY(deeper(p));
    if (negated) {
        struct segment_node *n;
        TRY(node_new(p, NODE_NOT, p->token.at, &n));
        TRY(next(p));
        TRY(one(p, PUSH(ctx_of(p)->arena, &n->parts)));
        *out = n;
    } else {
        TRY(next(p));
        TRY(any(p, out));
        TRY(take(p, TOKEN_CLOSE, " and、or 或右括号", "and, or or a closing parenthesis"));
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
    if (!is_word(p, word)) return OK;
    struct segment_node *n;
    TRY(node_new(p, kind, at, &n));
    *PUSH(ctx_of(p)->arena, &n->parts) = *out;
    while (is_word(p, word)) {
        TRY(next(p));
        TRY(part(p, PUSH(ctx_of(p)->arena, &n->parts)));
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
    struct ctx *c = ctx_of(p);
    str text = p->lexer.text;
    if (text.n > SEGMENT_BYTES_MAX)
        return fail_at(c, E_INVALID, S("1:1"), "条件太长：至多 %lld 字节",
                       "the text is too long: at most %lld bytes", (long long)SEGMENT_BYTES_MAX);
    if (!str_is_utf8(text))
        return fail_at(c, E_INVALID, S("1:1"), "条件不是 UTF-8 文字", "the text is not UTF-8");
    TRY(next(p));
    TRY(any(p, out));
    if (p->token.kind != TOKEN_END) return expected(p, " and、or 或结束", "and, or or the end");
    if (segment_format(c->arena, *out).n > SEGMENT_BYTES_MAX)
        return fail_at(c, E_INVALID, S("1:1"), "条件太长：至多 %lld 字节",
                       "the text is too long: at most %lld bytes", (long long)SEGMENT_BYTES_MAX);
    return OK;
}

static enum err saved_segment(struct parser *p, struct segment_test *t, i64 at)
{
    struct ctx *c = ctx_of(p);
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
                            "there is no saved segment named \"%.*s\"", STR_ARG(clip(t->name)));
    struct parser inner = {
        .lexer = { c, text, 0 }, .fields = p->fields, .all_nodes = p->all_nodes, .chain = &here
    };
    enum err e = whole(&inner, &t->saved);
    if (e != E_INVALID) return e;
    str why = str_copy(c->arena, str_of(c->why.detail));
    return segment_fail(&p->lexer, at, "分层“%.*s”本身有误：%.*s",
                        "the segment \"%.*s\" itself is wrong: %.*s", STR_ARG(clip(t->name)),
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
