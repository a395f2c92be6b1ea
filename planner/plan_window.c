/* SPDX-License-Identifier: Apache-2.0
 *
 * The WINDOW clause: sizes in milliseconds, defaults of grace and retention
 * (language 4.5, runtime 2.8 and 2.9).
 */
#include "planner/planner_int.h"

static const int64_t day_ms = 24 * 60 * 60 * 1000;

static Status read_duration(Select *q, const AstDuration *duration,
                            const char *what, int64_t min, int64_t *ms)
{
    if (!ast_duration_ms(duration, ms))
        return st_error_at(q->arena, duration->at, "%s is too long", what);
    if (*ms < min)
        return st_error_at(q->arena, duration->at, "%s must be %s", what,
                           min ? "above 0" : "0 or more");
    return st_ok();
}

static Status read_grace(Select *q, const AstWindow *ast, WindowSpec *window)
{
    if (ast->grace.present)
        return read_duration(q, &ast->grace, "GRACE PERIOD", 0,
                             &window->grace_ms);
    bool by_default = !window->emit_final && window->size_ms < day_ms;
    window->grace_ms = by_default ? day_ms - window->size_ms : 0;
    return st_ok();
}

static Status read_retention(Select *q, const AstWindow *ast,
                             WindowSpec *window)
{
    if (window->grace_ms > INT64_MAX - window->size_ms)
        return st_error_at(q->arena, ast->at,
                           "the window and its GRACE PERIOD are too long");
    int64_t least = window->size_ms + window->grace_ms;
    window->retention_ms = least;
    if (!ast->retention.present) return st_ok();
    Status st = read_duration(q, &ast->retention, "RETENTION", 1,
                              &window->retention_ms);
    if (st.kind) return st;
    if (window->retention_ms < least)
        return st_error_at(q->arena, ast->retention.at,
                           "RETENTION is %lld ms, it must be at least the "
                           "window and its grace period, %lld ms",
                           (long long)window->retention_ms, (long long)least);
    return st_ok();
}

STATUS plan_window_spec(Select *q)
{
    const AstWindow *ast = &q->ast->window;
    WindowSpec *window = &q->window;
    static const WindowKind kinds[] = {
        [AST_WINDOW_NONE] = WINDOW_NONE,
        [AST_TUMBLING] = WINDOW_TUMBLING,
        [AST_HOPPING] = WINDOW_HOPPING,
        [AST_SESSION] = WINDOW_SESSION,
    };
    window->kind = kinds[ast->kind];
    window->emit_final = q->ast->emit == AST_EMIT_FINAL;
    q->has_window = true;
    Status st = read_duration(
        q, &ast->size, ast->kind == AST_SESSION ? "the session gap" : "SIZE", 1,
        &window->size_ms);
    if (st.kind) return st;
    window->advance_ms = window->size_ms;
    if (ast->kind == AST_HOPPING) {
        st = read_duration(q, &ast->advance, "ADVANCE BY", 1,
                           &window->advance_ms);
        if (st.kind) return st;
        if (window->advance_ms > window->size_ms)
            return st_error_at(q->arena, ast->advance.at,
                               "ADVANCE BY must not be longer than SIZE");
    }
    st = read_grace(q, ast, window);
    if (st.kind) return st;
    return read_retention(q, ast, window);
}
