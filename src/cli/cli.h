/* cli.h -- the command line: a verb is a row; options are parsed, explained and answered in one
 * way.
 *
 * Promises
 *   - exit_codes: 0 the request was done, 1 it failed, 2 the command line was wrong.
 *   - an_error_is_one_line: on standard error, saying what, where and what to do; with --json it is
 * a problem object.
 *   - results go to standard output, everything else to standard error.
 *   - every_verb_explains_itself: --help prints usage and options in the reader's language.
 *   - a verb works on a data folder while a server runs on it.
 *   - a_misspelt_folder_makes_nothing: only verbs that begin a shop make one.
 * Words: `koi members search 张三 --data shop` is the verb "members search", one argument and one
 * option.
 */
#pragma once

#include "base/ctx.h"
#include "base/json.h"
#include "base/num.h"
#include "store/store.h"

struct cli_option {
    const char *name;  /* "dry-run" for --dry-run; NULL ends a table */
    const char *value; /* what its value is called in help: "DIR"; NULL: a switch without a value */
    const char *zh, *en;
    bool many; /* may be given more than once */
};

/* Options that mean the same in every verb that has them. */
#define CLI_OPTION_AT                                                    \
    {                                                                    \
        "at", "DATE", "截至此日 0 点（或某一时刻）；默认现在",           \
            "as of 00:00 of this day (or a moment); default: now", false \
    }
#define CLI_OPTION_SEGMENT                                                                      \
    {                                                                                           \
        "segment", "EXPR", "只看符合此条件的会员", "only of members this expression holds for", \
            false                                                                               \
    }

#define CLI_OPTION_CSV                                 \
    {                                                  \
        "csv", NULL, "以 csv 输出", "print csv", false \
    }

struct cli;
/* How the store is opened. Only MAKES makes a shop where none is: with the others a folder that was
 * misspelt is an error, and stays as it was. */
enum cli_mode { CLI_READS, CLI_WRITES, CLI_MAKES };

struct verb {
    const char *name;  /* "import", "report rfm"; NULL ends a table */
    const char *usage; /* its arguments: "FILE" */
    const char *zh, *en;
    const struct cli_option *options; /* besides those every verb has; may be NULL */
    enum err (*run)(struct cli *cli);
    int args_min, args_max; /* args_max -1: any number */
};

/* One call of the program. `c` has arena, clock, zone, locale and all rights; c->db after cli_open.
 */
struct cli {
    struct ctx *c;
    const struct verb *verb;
    strs args; /* what is not an option */
    struct {
        str *name, *value;
        i64 n;
    } options;
    str data;            /* --data DIR, default "data" */
    str where;           /* --store URL, else data: what store_open takes */
    bool json;           /* --json */
    enum cli_mode mode;  /* as it was opened */
    bool usage_wrong;    /* set by cli_usage: exit code 2 */
    struct store *store; /* after cli_open; closed by the frame */
};

/* Every verb has these: --data --store --json --locale --log --help. */
int cli_main(int argc, char **argv);

/* Options by name, without the dashes. Asking for one that is not in the verb's table is our
 * mistake (assert). */
bool cli_has(const struct cli *cli, const char *name);
str cli_text(const struct cli *cli, const char *name); /* the last one given; absent when none */
strs cli_texts(struct cli *cli, const char *name);     /* all given, in order */
/* Typed: *out is left alone when the option is not given; a value that does not fit is bad usage.
 */
enum err cli_i64(struct cli *cli, const char *name, i64 min, i64 max, i64 *out);
/* A number as people type it: 0.006, .006, 0.6%. */
bool cli_f64(struct cli *cli, str text, f64 *out);
enum err cli_day(struct cli *cli, const char *name, day *out);
enum err cli_choice(struct cli *cli, const char *name, const struct choice *of, int *out);

/* Bad usage: exit code 2 and a hint at --help. */
enum err cli_usage(struct cli *cli, const char *zh, const char *en, ...) FORMAT(2, 4) FORMAT(3, 4);

/* Opens the store: c->store, c->db, c->zone from the settings. */
enum err cli_open(struct cli *cli, enum cli_mode mode);

/* Results. cli_answer prints one JSON object and a newline. */
void cli_answer(struct cli *cli, const struct shape *shape, const void *value);
bool cli_answered(struct cli *cli, const struct shape *shape, const void *value); /* if --json */
void cli_print(struct cli *cli, const char *fmt, ...) FORMAT(2, 3); /* to standard output */
void cli_note(struct cli *cli, const char *zh, const char *en, ...) FORMAT(2, 4)
    FORMAT(3, 4); /* a line to standard error; silent with --json */
/* Text in a column: padded to `width` columns, Chinese characters count two. */
str cli_pad(struct arena *a, str s, int width);
int text_columns(str s);

/* The verbs of each file, ended by a NULL name; cli.c lists them in the order of the manual. */
extern const struct verb serve_verbs[], import_verbs[], member_verbs[], report_verbs[],
    behaviour_verbs[], aipl_verbs[], cost_verbs[], lifetime_verbs[], basket_verbs[], path_verbs[],
    metric_verbs[], tree_verbs[], segment_verbs[], compare_verbs[], saved_verbs[], points_verbs[],
    mall_verbs[], task_verbs[], tier_verbs[], board_verbs[], koc_verbs[], budget_verbs[],
    user_verbs[], key_verbs[], backup_verbs[], demo_verbs[], doctor_verbs[], api_verbs[],
    setting_verbs[], channel_verbs[], product_verbs[], experiment_verbs[], goal_verbs[],
    alert_verbs[], rhythm_verbs[], ledger_verbs[];

/* -- between the files of the frame ----------------------------------------------------------- */

extern const struct cli_option common_options[];
enum err options_read(struct cli *cli, int n, char **words);
void help_write(struct cli *cli, struct buf *out); /* of cli->verb, or of all when it is NULL */
bool help_group(struct cli *cli, struct buf *out, str group); /* the verbs of "user"; false: none */
const struct verb *verb_find(int n, char **words, int *used); /* the longest name that fits */
const struct verb *verb_next(const struct verb *v);           /* all in order; NULL: the first */
