/* cli_doctor.c -- koi doctor: is everything well? A check is a row; each says what it found. */
#include "cli/cli.h"

#include "app/rooms.h"
#include "base/clock.h"
#include "ledger/ledger.h"
#include "loyalty/boards.h"
#include "loyalty/grab.h"
#include "loyalty/koc.h"
#include "loyalty/mall.h"
#include "loyalty/points.h"
#include "loyalty/tiers.h"
#include "store/setting.h"
#include "timeline/timeline.h"
#include "trade/trade.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#define FIELDS_OF_doctor_check(X, N)           \
    X(str, name, ANY, "What was looked at", N) \
    X(flag, ok, ANY, "All is well", N)         \
    X(str, detail, ANY, "What was found", N)
SHAPE(doctor_check);
SHAPE_DEFINE(doctor_check);

#define FIELDS_OF_doctor_view(X, N)            \
    X(flag, ok, ANY, "All checks are well", N) \
    X(list(doctor_check), checks, ANY, "Each check", N)
SHAPE(doctor_view);
SHAPE_DEFINE(doctor_view);

/* OK with a detail that says what was found, or an error that says what is wrong. */
typedef enum err check_fn(struct cli *cli, str *detail);

static enum err check_store(struct cli *cli, str *detail)
{
    TRY(store_check(cli->c));
    *detail = store_is_pg(cli->store) ? S("PostgreSQL") : S("SQLite");
    return OK;
}

static enum err check_zone(struct cli *cli, str *detail)
{
    str name;
    TRY(setting_text(cli->c, "timezone", &name));
    if (!zone_open(str_z(cli->c->arena, name)))
        return fail(cli->c, E_INVALID, "没有时区 " STR_FMT, "there is no time zone " STR_FMT,
                    STR_ARG(name));
    *detail = name;
    return OK;
}

static enum err check_settings(struct cli *cli, str *detail)
{
    struct setting_view_list views = { 0 };
    TRY(setting_views(cli->c, &views));
    *detail = str_fmt(cli->c->arena, say(cli->c, S("%lld 项"), S("%lld settings")).at,
                      (long long)views.n);
    return OK;
}

static enum err check_disk(struct cli *cli, str *detail)
{
    struct statvfs fs;
    const char *folder = str_z(cli->c->arena, cli->data);
    if (statvfs(folder, &fs) != 0) {
        *detail = say(cli->c, S("没有本地目录"), S("no local folder"));
        return OK;
    }
    i64 free_mib = (i64)((f64)fs.f_bavail * (f64)fs.f_frsize / 1048576.0);
    if (free_mib < 512)
        return fail(cli->c, E_FULL, "%s 只剩 %lld MiB，至少需要 512 MiB",
                    "%s has only %lld MiB left, at least 512 MiB are needed", folder,
                    (long long)free_mib);
    *detail = str_fmt(cli->c->arena, "%lld MiB", (long long)free_mib);
    return OK;
}

static enum err check_folder(struct cli *cli, str *detail)
{
    struct stat st;
    const char *folder = str_z(cli->c->arena, cli->data);
    if (stat(folder, &st) != 0) {
        *detail = say(cli->c, S("没有本地目录"), S("no local folder"));
        return OK;
    }
    if (st.st_mode & 0007)
        return fail(cli->c, E_FORBIDDEN, "%s 对所有人可读：请运行 chmod 700 %s",
                    "%s is open to everybody: run chmod 700 %s", folder, folder);
    *detail = str_fmt(cli->c->arena, "%03o", (unsigned)(st.st_mode & 0777));
    return OK;
}

static enum err check_followers(struct cli *cli, str *detail)
{
    i64 last, n = 0;
    TRY(timeline_last(cli->c, &last));
    for (const struct room *const *r = rooms; *r; r++) {
        for (const struct follower *f = (*r)->followers; f && f->name; f++, n++) {
            i64 cursor;
            TRY(follower_cursor(cli->c, f, &cursor));
            if (cursor > last)
                return fail(cli->c, E_INTERNAL, "跟随者 %s 超前于时间线（%lld > %lld）：请重建",
                            "the follower %s is ahead of the timeline (%lld > %lld): rebuild it",
                            f->name, (long long)cursor, (long long)last);
        }
    }
    *detail =
        str_fmt(cli->c->arena, say(cli->c, S("%lld 个，%lld 行"), S("%lld of them, %lld lines")).at,
                (long long)n, (long long)last);
    return OK;
}

static enum err check_trade(struct cli *cli, str *detail)
{
    i64 wrong;
    TRY(trade_check(cli->c, &wrong));
    if (wrong)
        return fail(cli->c, E_INTERNAL, "%lld 项订单数字与事实不符",
                    "%lld figures of orders differ from their facts", (long long)wrong);
    *detail = say(cli->c, S("与事实一致"), S("as the facts say"));
    return OK;
}

static enum err check_ledger(struct cli *cli, str *detail)
{
    struct ledger_faults f;
    TRY(ledger_check(cli->c, &f));
    if (f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers + f.turnover)
        return fail(cli->c, E_INTERNAL,
                    "账目不平：合计不为零 %lld，余额与分录不符 %lld，批次不符 %lld，低于下限 %lld，"
                    "冻结不符 %lld，转账不符 %lld，分时合计不符 %lld",
                    "the books do not balance: sums %lld, entries %lld, lots %lld, floors %lld, "
                    "holds %lld, transfers %lld, turnover %lld",
                    (long long)f.sums, (long long)f.entries, (long long)f.lots, (long long)f.floors,
                    (long long)f.holds, (long long)f.transfers, (long long)f.turnover);
    *detail = say(cli->c, S("账目平衡"), S("the books balance"));
    return OK;
}

static enum err check_boards(struct cli *cli, str *detail)
{
    i64 wrong;
    TRY(boards_check(cli->c, &wrong));
    if (wrong)
        return fail(cli->c, E_INTERNAL, "排行榜有 %lld 个分数与事实不符",
                    "%lld scores of leaderboards differ from their facts", (long long)wrong);
    *detail = say(cli->c, S("分数与事实一致"), S("scores are as the facts say"));
    return OK;
}

static enum err check_tiers(struct cli *cli, str *detail)
{
    i64 wrong;
    TRY(tiers_check(cli->c, &wrong));
    if (wrong)
        return fail(cli->c, E_INTERNAL, "%lld 位会员的等级与规则不符：请运行 koi tiers evaluate",
                    "the tiers of %lld members are not what the rules say: run koi tiers evaluate",
                    (long long)wrong);
    *detail = say(cli->c, S("与规则一致"), S("as the rules say"));
    return OK;
}

static enum err check_points(struct cli *cli, str *detail)
{
    i64 wrong;
    TRY(points_check(cli->c, &wrong));
    if (wrong)
        return fail(cli->c, E_INTERNAL, "%lld 笔订单的积分与规则或账目不符",
                    "the points of %lld orders differ from their lines or the ledger",
                    (long long)wrong);
    *detail = say(cli->c, S("应得与已给一致"), S("what is due is given"));
    return OK;
}

static enum err check_mall(struct cli *cli, str *detail)
{
    i64 mall, grabs;
    TRY(mall_check(cli->c, &mall));
    TRY(grab_check(cli->c, &grabs));
    if (mall + grabs)
        return fail(cli->c, E_INTERNAL, "积分商城有 %lld 处、限量抢有 %lld 处与账目不符",
                    "%lld rows of the points mall and %lld grabs differ from the ledger",
                    (long long)mall, (long long)grabs);
    *detail = say(cli->c, S("库存、卡券码、兑换与账目一致"),
                  S("stock, codes and exchanges are as the ledger says"));
    return OK;
}

static enum err check_koc(struct cli *cli, str *detail)
{
    i64 wrong;
    TRY(koc_check(cli->c, &wrong));
    if (wrong)
        return fail(cli->c, E_INTERNAL, "达人佣金有 %lld 处与订单、对账单或账目不符",
                    "%lld figures of KOC commission differ from orders, statements or the ledger",
                    (long long)wrong);
    *detail =
        say(cli->c, S("佣金账户等于对账单加待结算"), S("accounts are statements and pending"));
    return OK;
}

static const struct {
    const char *name;
    check_fn *run;
} checks[] = {
    { "store", check_store }, { "settings", check_settings }, { "timezone", check_zone },
    { "disk", check_disk },   { "folder", check_folder },     { "followers", check_followers },
    { "trade", check_trade }, { "ledger", check_ledger },     { "points", check_points },
    { "tiers", check_tiers }, { "boards", check_boards },     { "koc", check_koc },
    { "mall", check_mall },
};

static enum err run_doctor(struct cli *cli)
{
    struct ctx *c = cli->c;
    TRY(cli_open(cli, CLI_READS));
    struct doctor_view out = { .ok = true };
    for (i64 i = 0; i < COUNT(checks); i++) {
        str detail = NO_STR;
        bool ok = checks[i].run(cli, &detail) == OK;
        if (!ok) detail = str_copy(c->arena, fail_text(c));
        out.ok = out.ok && ok;
        *PUSH(c->arena, &out.checks) = (struct doctor_check){ str_of(checks[i].name), ok, detail };
    }
    if (cli->json) cli_answer(cli, &doctor_view_shape, &out);
    for (i64 i = 0; !cli->json && i < out.checks.n; i++) {
        const struct doctor_check *check = &out.checks.at[i];
        str mark = check->ok ? say(c, S("正常"), S("ok")) : say(c, S("有问题"), S("WRONG"));
        cli_print(cli, STR_FMT STR_FMT STR_FMT "\n", STR_ARG(cli_pad(c->arena, check->name, 14)),
                  STR_ARG(cli_pad(c->arena, mark, 8)), STR_ARG(check->detail));
    }
    if (out.ok) return OK;
    return fail(c, E_UNPROCESSABLE, "检查发现问题，见上",
                "the checks found something wrong, see above");
}

const struct verb doctor_verbs[] = {
    { "doctor", NULL, "检查数据与环境是否正常", "check that data and surroundings are well", NULL,
      run_doctor, 0, 0 },
    { 0 },
};
