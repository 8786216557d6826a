/* err.h -- one table of everything that can go wrong, and how to say so.
 *
 * `fail` is for the world's mistakes, `assert` for ours (and stays on). The table gives the HTTP
 * status and the general sentence; the detail says what, where, what was expected, what to do, in
 * Chinese and English.
 */
#pragma once

#include "base/types.h"

/* code, HTTP status, name at the door (problem type), Chinese title, English title */
#define ERRORS(X)                                                                                  \
    X(OK, 200, "ok", "成功", "ok")                                                                 \
    X(E_INVALID, 400, "invalid", "请求内容不正确", "the request is not valid")                     \
    X(E_UNAUTHENTICATED, 401, "unauthenticated", "请先登录", "please sign in")                     \
    X(E_FORBIDDEN, 403, "forbidden", "没有这项权限", "this right is missing")                      \
    X(E_NOT_FOUND, 404, "not-found", "没有找到", "there is no such thing")                         \
    X(E_METHOD, 405, "method-not-allowed", "不支持这种请求方法", "the method is not allowed here") \
    X(E_CONFLICT, 409, "conflict", "与已有内容冲突", "it conflicts with what exists")              \
    X(E_TOO_LARGE, 413, "too-large", "内容太大", "it is too large")                                \
    X(E_UNSUPPORTED, 415, "unsupported", "不支持这种格式", "the format is not supported")          \
    X(E_UNPROCESSABLE, 422, "unprocessable", "无法处理", "it cannot be processed")                 \
    X(E_TOO_MANY, 429, "too-many", "请求太频繁，请稍后再试", "too many requests, try again later") \
    X(E_INTERNAL, 500, "internal", "程序内部错误", "an internal fault")                            \
    X(E_BUSY, 503, "busy", "系统繁忙，请稍后再试", "busy, try again shortly")                      \
    X(E_STORE, 503, "store", "数据库没有完成这次操作", "the store could not finish the work")      \
    X(E_UNCERTAIN, 503, "uncertain", "结果未知，请用同一编号重试",                                 \
      "the outcome is unknown; retry with the same key")                                           \
    X(E_TIMEOUT, 504, "timeout", "处理超时", "it took too long")                                   \
    X(E_FULL, 507, "disk-full", "磁盘空间不足", "the disk is full")

enum MUST_CHECK err {
#define X(code, status, name, zh, en) code,
    ERRORS(X)
#undef X
};

struct err_row {
    int status;
    const char *name, *zh, *en;
};
const struct err_row *err_row(enum err e);

#define TRY(expr)                    \
    do {                             \
        enum err try_ = (expr);      \
        if (try_ != OK) return try_; \
    } while (0)
