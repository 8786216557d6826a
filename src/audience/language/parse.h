/* parse.h -- the parser's state and hands, for the files that read trees (parse.c) and tests
 * (parse_test.c). */
#pragma once

#include "audience/language/language.h"

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

static inline struct ctx *parse_ctx(struct parser *p) { return p->lexer.c; }
static inline enum err parse_next(struct parser *p) { return token_next(&p->lexer, &p->token); }
bool parse_is_word(const struct parser *p, const char *word);
str parse_clip(str s); /* short enough for a message, whole characters */
/* "expected …, but here there is …" */
enum err parse_expected(struct parser *p, const char *zh, const char *en);
enum err parse_take(struct parser *p, enum token_kind kind, const char *zh, const char *en);
enum err parse_take_word(struct parser *p, const char *word);

/* Subject, comparison and operands of one test. */
enum err parse_test(struct parser *p, struct segment_test *t);
/* The tree of the saved segment that t names; at: where. */
enum err parse_saved(struct parser *p, struct segment_test *t, i64 at);
