/* SPDX-License-Identifier: Apache-2.0
 *
 * Signatures: the text in a function's row to a tree, and back for messages.
 *
 *     signature = [ param { "," param } ] "->" type
 *     param     = ( type | type "=>" type | "(" types ")" "=>" type ) [ "..." ]
 *     type      = NAME | LETTER | "ANY" | "ARRAY" "<" type ">"
 *               | "MAP" "<" type "," type ">"
 *               | "STRUCT" [ "<" NAME type { "," NAME type } ">" ]
 *
 * The texts are literals of this folder and of tests, so a malformed one is a
 * bug of its row: parsing gives NULL and the registry stops on it.
 */
#include "functions/function_int.h"

#include "base/vec.h"

typedef struct Reader {
    Arena *arena;
    const char *at;
    bool bad;
} Reader;

typedef VEC(const SigType *) SigTypes;

static void skip_blanks(Reader *r)
{
    while (*r->at == ' ')
        r->at++;
}

static bool accept(Reader *r, const char *token)
{
    skip_blanks(r);
    size_t len = strlen(token);
    if (strncmp(r->at, token, len) != 0) return false;
    r->at += len;
    return true;
}

static void expect(Reader *r, const char *token)
{
    if (!accept(r, token)) r->bad = true;
}

static Str read_name(Reader *r)
{
    skip_blanks(r);
    const char *start = r->at;
    while ((*r->at >= 'A' && *r->at <= 'Z') || *r->at == '_' ||
           (*r->at >= '0' && *r->at <= '9'))
        r->at++;
    if (r->at == start) r->bad = true;
    return (Str){start, (size_t)(r->at - start)};
}

static const SigType *read_type(Reader *r);

static void read_fields(Reader *r, SigType *type)
{
    VEC(Str) names = {0};
    SigTypes types = {0};
    do {
        *vec_push(r->arena, &names) = read_name(r);
        *vec_push(r->arena, &types) = read_type(r);
    } while (!r->bad && accept(r, ","));
    expect(r, ">");
    type->field_names = names.at;
    type->field_types = types.at;
    type->field_count = names.count;
}

static const SigType *read_type(Reader *r)
{
    SigType *type = ARENA_NEW(r->arena, SigType);
    Str name = read_name(r);
    const Type *scalar = type_by_name(name);
    if (name.len == 1) {
        type->kind = SIG_VARIABLE;
        type->variable = name.ptr[0];
    } else if (str_eq(name, STR("ANY"))) {
        type->kind = SIG_ANY;
    } else if (str_eq(name, STR("UNIT"))) {
        type->kind = TYPE_UNIT;
    } else if (str_eq(name, STR("DECIMAL"))) {
        type->kind = TYPE_DECIMAL;
    } else if (str_eq(name, STR("ARRAY"))) {
        type->kind = TYPE_ARRAY;
        expect(r, "<");
        type->element = read_type(r);
        expect(r, ">");
    } else if (str_eq(name, STR("MAP"))) {
        type->kind = TYPE_MAP;
        expect(r, "<");
        type->key = read_type(r);
        expect(r, ",");
        type->element = read_type(r);
        expect(r, ">");
    } else if (str_eq(name, STR("STRUCT"))) {
        type->kind = TYPE_STRUCT;
        if (accept(r, "<")) read_fields(r, type);
    } else if (scalar) {
        type->kind = (int)scalar->kind;
    } else {
        r->bad = true;
    }
    return type;
}

static const SigType *read_lambda(Reader *r, SigType *lambda)
{
    lambda->kind = TYPE_LAMBDA;
    lambda->element = read_type(r);
    return lambda;
}

static const SigType *read_param(Reader *r)
{
    if (accept(r, "(")) {
        SigType *lambda = ARENA_NEW(r->arena, SigType);
        do {
            if (lambda->param_count == SIG_LAMBDA_PARAMS_MAX) {
                r->bad = true;
                break;
            }
            lambda->params[lambda->param_count++] = read_type(r);
        } while (!r->bad && accept(r, ","));
        expect(r, ")");
        expect(r, "=>");
        return read_lambda(r, lambda);
    }
    const SigType *type = read_type(r);
    if (!accept(r, "=>")) return type;
    SigType *lambda = ARENA_NEW(r->arena, SigType);
    lambda->params[lambda->param_count++] = type;
    return read_lambda(r, lambda);
}

static bool is_generic(const SigType *type)
{
    if (!type) return false;
    if (type->kind == SIG_VARIABLE || type->kind == SIG_ANY) return true;
    for (int i = 0; i < type->param_count; i++)
        if (is_generic(type->params[i])) return true;
    for (int i = 0; i < type->field_count; i++)
        if (is_generic(type->field_types[i])) return true;
    return is_generic(type->key) || is_generic(type->element);
}

const Signature *signature_parse(Arena *arena, const char *text)
{
    Reader r = {arena, text, false};
    Signature *signature = ARENA_NEW(arena, Signature);
    signature->variadic = -1;
    SigTypes params = {0};
    if (!accept(&r, "->")) {
        do {
            const SigType *param = read_param(&r);
            if (accept(&r, "...")) {
                if (signature->variadic >= 0) r.bad = true;
                signature->variadic = params.count;
            }
            if (is_generic(param)) signature->generic_count++;
            if (param->kind == SIG_ANY) signature->has_any = true;
            *vec_push(arena, &params) = param;
        } while (!r.bad && accept(&r, ","));
        expect(&r, "->");
    }
    signature->params = params.at;
    signature->count = params.count;
    signature->result = read_type(&r);
    skip_blanks(&r);
    return r.bad || *r.at ? NULL : signature;
}

static void print_type(Buf *out, const SigType *type)
{
    static const char *const names[] = {
        [TYPE_NULL] = "NULL",     [TYPE_BOOLEAN] = "BOOLEAN",
        [TYPE_INT] = "INTEGER",   [TYPE_BIGINT] = "BIGINT",
        [TYPE_DOUBLE] = "DOUBLE", [TYPE_DECIMAL] = "DECIMAL",
        [TYPE_STRING] = "STRING", [TYPE_BYTES] = "BYTES",
        [TYPE_DATE] = "DATE",     [TYPE_TIME] = "TIME",
        [TYPE_UNIT] = "UNIT",     [TYPE_TIMESTAMP] = "TIMESTAMP",
        [TYPE_ARRAY] = "ARRAY",   [TYPE_MAP] = "MAP",
        [TYPE_STRUCT] = "STRUCT", [TYPE_LAMBDA] = "LAMBDA",
    };
    if (type->kind == SIG_VARIABLE) {
        buf_push(out, type->variable);
        return;
    }
    if (type->kind == SIG_ANY) {
        buf_append_str(out, STR("ANY"));
        return;
    }
    if (type->kind == TYPE_LAMBDA) {
        buf_push(out, '(');
        for (int i = 0; i < type->param_count; i++) {
            if (i) buf_append_str(out, STR(", "));
            print_type(out, type->params[i]);
        }
        buf_append_str(out, STR(") => "));
        print_type(out, type->element);
        return;
    }
    buf_append_str(out, str_from(names[type->kind]));
    if (type->kind == TYPE_ARRAY || type->kind == TYPE_MAP) {
        buf_push(out, '<');
        if (type->key) {
            print_type(out, type->key);
            buf_append_str(out, STR(", "));
        }
        print_type(out, type->element);
        buf_push(out, '>');
    } else if (type->field_count) {
        for (int i = 0; i < type->field_count; i++) {
            buf_append_str(out, i ? STR(", ") : STR("<"));
            buf_append_str(out, type->field_names[i]);
            buf_push(out, ' ');
            print_type(out, type->field_types[i]);
        }
        buf_push(out, '>');
    }
}

void signature_print(Buf *out, const Signature *signature)
{
    buf_push(out, '(');
    for (int i = 0; i < signature->count; i++) {
        if (i) buf_append_str(out, STR(", "));
        print_type(out, signature->params[i]);
        if (i == signature->variadic) buf_append_str(out, STR("..."));
    }
    buf_push(out, ')');
}

/* Cut from the text itself, so that types are spelled as they are there. */
int function_params(Arena *arena, const Function *function, const Str **types,
                    int *variadic)
{
    Str text = str_from(function->signature);
    Str *params = ARENA_ARRAY(arena, Str, text.len + 1);
    size_t from = 0;
    int count = 0, depth = 0;
    bool end = false;
    *variadic = -1;
    for (size_t i = 0; i < text.len && !end; i++) {
        char c = text.ptr[i];
        end = !depth && c == '-';
        if (c == '=') i++; /* Of =>. */
        depth += (c == '<' || c == '(') - (c == '>' || c == ')');
        if (!end && (depth || c != ',')) continue;
        Str param = str_trim((Str){text.ptr + from, i - from});
        from = i + 1;
        if (!param.len) continue; /* There are none. */
        if (str_ends_with(param, STR("..."))) {
            *variadic = count;
            param.len -= 3;
        }
        params[count++] = param;
    }
    *types = params;
    return count;
}
