/* cli_import.c -- koi import: a file of orders or behaviour into the shop, with a progress bar, a
 * dry run and the rejected rows in a file. */
#include "cli/cli.h"

#include "base/clock.h"
#include "import/import.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static const struct cli_option import_options_table[] = {
    { "as", "PROFILE",
      "按哪种后台的文件读：taobao、jd、pinduoduo、douyin、youzan、wechat_"
      "shop、shopify、woocommerce，events（行为），或保存过的方案；不写就看表头猜",
      "whose file it is: taobao, jd, pinduoduo, douyin, youzan, wechat_shop, shopify, woocommerce, "
      "events (behaviour), or a saved profile; guessed from "
      "the header when absent",
      false },
    { "map", "FIELD=COLUMN", "某一列是什么：--map order_id=订单编号",
      "what a column is: --map order_id=订单编号", true },
    { "event", "WORD=EVENT", "文件里的一个行为叫什么事件：--event pv=\"Product Viewed\"",
      "what a word of the file means: --event pv=\"Product Viewed\"", true },
    { "columns", "A,B,C", "文件没有表头时各列的名称",
      "names of the columns of a file without a header", false },
    { "order-id", "row", "文件里没有订单号，每行算一个订单",
      "the file has no order number: each row is an order", false },
    { "paid-status", "STATUS", "算作已付款的订单状态", "a status that counts as paid", true },
    { "net-of-refund", NULL, "实付金额已经减去退款", "the paid amount already excludes refunds",
      false },
    { "drop-duplicates", NULL, "同一订单里完全相同的行只算一次",
      "rows of an order alike in every cell count once", false },
    { "identity", "KIND", "买家标识那一列是什么，默认 shop_account（在本店内唯一）",
      "what the member column is; by default shop_account, unique in the shop", false },
    { "shop", "NAME", "店铺名称", "name of the shop", false },
    { "dry-run", NULL, "只看会怎样，不写入", "show what would happen, write nothing", false },
    { "rejects", "FILE", "被拒绝的行写到这个 csv", "write refused rows to this csv", false },
    { 0 },
};

/* -- the progress bar: only where somebody looks ----------------------------------------------- */

#define BAR 24

static void show_bar(void *arg, const struct import_progress *p)
{
    struct cli *cli = arg;
    bool zh = cli->c->locale == ZH;
    int full = (int)(p->fraction * BAR);
    char bar[BAR * 3 + 1], left[64] = "";
    int n = 0;
    for (int i = 0; i < BAR; i++)
        n += snprintf(bar + n, sizeof bar - (size_t)n, "%s", i < full ? "█" : "░");
    if (p->left_ms >= 0 && p->fraction < 1)
        snprintf(left, sizeof left, zh ? "，还要 %lld:%02lld" : ", %lld:%02lld left",
                 (long long)(p->left_ms / 60000), (long long)(p->left_ms / 1000 % 60));
    fprintf(stderr,
            zh ? "\r%s %3.0f%%  %lld 行，每秒 %.0f 行%s\x1b[K"
               : "\r%s %3.0f%%  %lld rows, %.0f a second%s\x1b[K",
            bar, p->fraction * 100, (long long)p->rows, p->rows_per_second, left);
    fflush(stderr);
}

/* -- options ----------------------------------------------------------------------------------- */

static enum err read_mapping(struct cli *cli, struct import_pair_list *out)
{
    strs given = cli_texts(cli, "map");
    for (i64 i = 0; i < given.n; i++) {
        str field, column = str_cut(given.at[i], '=', &field);
        if (!column.at || str_empty(str_trim(column)))
            return cli_usage(cli, "--map 要写成 字段=列名，例如 --map order_id=订单编号",
                             "--map takes FIELD=COLUMN, for example --map order_id=订单编号");
        *PUSH(cli->c->arena, out) = (struct import_pair){ str_trim(field), str_trim(column) };
    }
    return OK;
}

static enum err read_events(struct cli *cli, struct import_word_list *out)
{
    strs given = cli_texts(cli, "event");
    for (i64 i = 0; i < given.n; i++) {
        str word, event = str_cut(given.at[i], '=', &word);
        if (!event.at || str_empty(str_trim(event)))
            return cli_usage(cli,
                             "--event 要写成 文件里的词=事件名，例如 --event pv=\"Product Viewed\"",
                             "--event takes WORD=EVENT, for example --event pv=\"Product Viewed\"");
        *PUSH(cli->c->arena, out) = (struct import_word){ str_trim(word), str_trim(event) };
    }
    return OK;
}

static enum err read_choice(struct cli *cli, struct import_choice *out)
{
    struct import_options *o = &out->options;
    TRY(read_mapping(cli, &out->mapping));
    out->profile = cli_text(cli, "as");
    o->shop = cli_text(cli, "shop");
    o->identity = cli_text(cli, "identity");
    o->order_id = cli_text(cli, "order-id");
    o->paid_status = cli_texts(cli, "paid-status");
    TRY(read_events(cli, &o->events));
    o->drop_duplicates = cli_has(cli, "drop-duplicates");
    if (cli_has(cli, "net-of-refund")) o->net_of_refund = (opt_flag){ true, true };
    str columns = cli_text(cli, "columns");
    if (columns.n) o->columns = str_split(cli->c->arena, columns, ',');
    return OK;
}

/* -- what came of it --------------------------------------------------------------------------- */

static void print_mapping(struct cli *cli, const struct import_plan *p)
{
    struct ctx *c = cli->c;
    struct buf b = { .arena = c->arena };
    for (int f = 0; f < IMPORT_FIELDS; f++)
        for (int i = 0; i < COLUMNS_OF_FIELD && p->at[f][i] >= 0; i++)
            buf_fmt(&b, "%s%s" STR_FMT,
                    i     ? "/"
                    : b.n ? "  "
                          : "",
                    i ? "" : str_z(c->arena, str_fmt(c->arena, "%s=", import_fields[f].name)),
                    STR_ARG(p->columns.at[p->at[f][i]]));
    for (i64 i = 0; i < p->props.n; i++)
        buf_fmt(&b, "  prop:" STR_FMT "=" STR_FMT, STR_ARG(p->props.at[i].name),
                STR_ARG(p->columns.at[p->props.at[i].column]));
    str shop = p->shop;
    if (import_maps(p, F_SHOP) && !p->shop_given)
        shop = str_fmt(c->arena, say(c, S("见“%s”列"), S("by column \"%s\"")).at,
                       str_z(c->arena, p->columns.at[p->at[F_SHOP][0]]));
    if (p->profile)
        cli_note(cli, "按 %s（%s）读取，店铺" STR_FMT "：" STR_FMT,
                 "read as %s (%s), shop " STR_FMT ": " STR_FMT, p->profile->name,
                 c->locale == ZH ? p->profile->zh : p->profile->en, STR_ARG(shop),
                 STR_ARG(buf_str(&b)));
    else
        cli_note(cli, "店铺" STR_FMT "：" STR_FMT, "shop " STR_FMT ": " STR_FMT, STR_ARG(shop),
                 STR_ARG(buf_str(&b)));
}

static void print_events(struct cli *cli, const struct import_run *run)
{
    struct ctx *c = cli->c;
    cli_print(cli, c->locale == ZH ? "前 %lld 个行为：\n" : "the first %lld events:\n",
              (long long)run->events.n);
    for (i64 i = 0; i < run->events.n; i++) {
        const struct import_shown *e = &run->events.at[i];
        cli_print(cli, "  " STR_FMT "  " STR_FMT "  " STR_FMT "  " STR_FMT "\n",
                  STR_ARG(instant_text(c->arena, c->zone, e->at)), STR_ARG(e->member),
                  STR_ARG(e->event), STR_ARG(str_or(e->props, S(""))));
    }
}

static void print_preview(struct cli *cli, const struct import_run *run)
{
    struct arena *a = cli->c->arena;
    bool zh = cli->c->locale == ZH;
    if (run->plan.kind == IMPORT_EVENTS) {
        print_events(cli, run);
        return;
    }
    cli_print(cli, zh ? "前 %lld 个订单：\n" : "the first %lld orders:\n", (long long)run->facts.n);
    for (i64 i = 0; i < run->facts.n; i++) {
        const struct order_fact *f = &run->facts.at[i];
        const struct identity *id = &run->identities.at[i];
        cli_print(cli,
                  "  " STR_FMT "  " STR_FMT "  " STR_FMT "  " STR_FMT "  %s " STR_FMT "  %s %lld\n",
                  STR_ARG(f->number),
                  STR_ARG(f->created_at.has ? instant_text(a, cli->c->zone, f->created_at.value)
                                            : S("-")),
                  STR_ARG(choice_name(&order_state_choice, (int)f->state)),
                  STR_ARG(str_or(id->value, S("-"))), zh ? "实付" : "paid",
                  STR_ARG(f->paid.has ? money_text(a, f->paid.value) : S("-")),
                  zh ? "明细" : "lines", (long long)f->lines.n);
    }
}

static void print_problems(struct cli *cli, const struct import_run *run)
{
    for (i64 i = 0; i < run->problems.n; i++) {
        const struct import_problem *p = &run->problems.at[i];
        cli_note(cli, "第 %lld 行 " STR_FMT " “" STR_FMT "”：" STR_FMT,
                 "row %lld, " STR_FMT " \"" STR_FMT "\": " STR_FMT, (long long)p->row,
                 STR_ARG(p->column), STR_ARG(p->value), STR_ARG(p->reason));
    }
    if (run->summary.rejected > run->problems.n)
        cli_note(cli, "…共 %lld 行被拒绝，用 --rejects 文件名 得到全部",
                 "… %lld rows refused in all; --rejects FILE gives them all",
                 (long long)run->summary.rejected);
}

static void print_event_summary(struct cli *cli, const struct import_run *run)
{
    const struct import_summary *s = &run->summary;
    bool zh = cli->c->locale == ZH;
    cli_print(cli,
              zh ? "%s%lld 行：%lld 行导入，%lld 行拒绝；%lld 个行为（已有 %lld），"
                   "%lld 位会员（新 %lld）；%.1f 秒\n"
                 : "%s%lld rows: %lld went in, %lld refused; %lld events (%lld were there), "
                   "%lld members (%lld new); %.1f s\n",
              !run->dry_run ? ""
              : zh          ? "试运行，没有写入。"
                            : "Dry run, nothing written. ",
              (long long)s->rows, (long long)s->accepted, (long long)s->rejected,
              (long long)s->events, (long long)s->known, (long long)s->members,
              (long long)s->created_members, (double)s->took_ms / 1000);
}

static void print_summary(struct cli *cli, const struct import_run *run)
{
    const struct import_summary *s = &run->summary;
    struct arena *a = cli->c->arena;
    bool events = run->plan.kind == IMPORT_EVENTS;
    if (events) print_event_summary(cli, run);
    else
        cli_print(cli,
                  cli->c->locale == ZH
                      ? "%s%lld 行：%lld 行导入，%lld 行拒绝；%lld 个订单（新 "
                        "%lld，更新 %lld，未变 %lld），%lld 位会员（新 %lld）；"
                        "实付 " STR_FMT "，退款 " STR_FMT "；%.1f 秒\n"
                      : "%s%lld rows: %lld went in, %lld refused; %lld orders (%lld "
                        "new, %lld changed, %lld the same), %lld "
                        "members (%lld new); paid " STR_FMT ", refunded " STR_FMT "; %.1f s\n",
                  !run->dry_run          ? ""
                  : cli->c->locale == ZH ? "试运行，没有写入。"
                                         : "Dry run, nothing written. ",
                  (long long)s->rows, (long long)s->accepted, (long long)s->rejected,
                  (long long)s->orders, (long long)s->created, (long long)s->changed,
                  (long long)s->same, (long long)s->members, (long long)s->created_members,
                  STR_ARG(money_text(a, s->paid)), STR_ARG(money_text(a, s->refund)),
                  (double)s->took_ms / 1000);
    for (i64 i = 0; i < s->notes.n; i++) cli_note(cli, STR_FMT, STR_FMT, STR_ARG(s->notes.at[i]));
}

static _Atomic bool interrupted;
static void on_interrupt(int sig)
{
    signal(sig, SIG_DFL); /* a second one ends the program */
    atomic_store(&interrupted, true);
}

static enum err run_import(struct cli *cli)
{
    struct import_run run = { .file = cli->args.at[0],
                              .dry_run = cli_has(cli, "dry-run"),
                              .rejects = cli_text(cli, "rejects"),
                              .problems_max = 10,
                              .cancel = &interrupted };
    bool bar = !cli->json && isatty(STDERR_FILENO);
    TRY(read_choice(cli, &run.choice));
    if (!run.dry_run) TRY(cli_open(cli, CLI_MAKES));
    else if (cli_open(cli, CLI_READS) != OK)
        cli->c->why = (struct problem){ 0 }; /* no shop yet: saved profiles alone are missing */
    if (run.dry_run && !cli->json) run.facts_max = 10;
    if (bar) {
        run.progress = show_bar;
        run.arg = cli;
    }
    signal(SIGINT,
           on_interrupt); /* the batch in work is finished, then the summary says how far it came */
    enum err e = import_run(cli->store, cli->c, &run);
    if (bar) fputc('\n', stderr);
    struct problem why = cli->c->why;
    if (e == OK || run.summary.rows) print_mapping(cli, &run.plan);
    if (!cli->json) print_problems(cli, &run);
    if (e == OK && run.cancelled)
        e = fail(cli->c, E_UNPROCESSABLE, "已中断：%lld 行已经导入，再次导入同一文件会接着完成",
                 "stopped: %lld rows are in; importing the file again completes it",
                 (long long)run.summary.accepted);
    else cli->c->why = why;
    if (e != OK && run.summary.accepted && !run.cancelled)
        cli_note(cli, "出错前 %lld 行已经导入", "%lld rows before the fault are in",
                 (long long)run.summary.accepted);
    TRY(e);
    if (cli_answered(cli, &import_summary_shape, &run.summary)) return OK;
    if (run.dry_run) print_preview(cli, &run);
    print_summary(cli, &run);
    return OK;
}

const struct verb import_verbs[] = {
    { "import", "FILE", "导入订单或行为的文件（csv、xlsx，可以是 .gz）",
      "import a file of orders or behaviour (csv or xlsx, also .gz)", import_options_table,
      run_import, 1, 1 },
    { 0 },
};
