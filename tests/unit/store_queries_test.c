/* store_queries_test.c -- every statement of the product prepares on the engine and fits its
 * struct. */
#include "test.h"

TEST(every_statement_fits_its_struct)
{
    struct ctx *c = test_ctx();
    struct store *s = test_store();
    struct ctx *r = test_ctx_new();
    CHECK_OK(c, store_reader(s, r));
    CHECK(queries_count() > 10);
    const char *wrong = queries_check(r->db, r->arena);
    if (wrong) print_message("%s", wrong);
    CHECK(wrong == NULL);
    test_ctx_free(r);
}
