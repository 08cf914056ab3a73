"""What SQL of callers may hold: nodes of PostgreSQL's syntax tree, types, functions. What is not here is refused."""

from __future__ import annotations

NODES = frozenset({
    "RawStmt", "SelectStmt", "ResTarget", "ColumnRef", "A_Star", "A_Const", "Integer", "Float", "Boolean", "String",
    "A_Expr", "BoolExpr", "NullTest", "BooleanTest", "CaseExpr", "CaseWhen", "CoalesceExpr", "MinMaxExpr", "FuncCall",
    "TypeCast", "TypeName", "SubLink", "RangeVar", "RangeSubselect", "JoinExpr", "Alias", "SortBy", "WindowDef",
    "WithClause", "CommonTableExpr", "GroupingSet", "A_ArrayExpr", "A_Indirection", "A_Indices", "RowExpr",
    "SQLValueFunction", "List",
})  # fmt: skip

TYPES = frozenset({
    "text", "varchar", "bpchar", "char", "int2", "int4", "int8", "smallint", "integer", "int", "bigint", "numeric",
    "decimal", "float4", "float8", "real", "bool", "boolean", "date", "time", "timestamp", "timestamptz", "interval",
    "json", "jsonb", "uuid",
})  # fmt: skip

FUNCTIONS = frozenset({
    # aggregates and windows
    "count", "sum", "avg", "min", "max", "array_agg", "string_agg", "json_agg", "jsonb_agg", "json_object_agg",
    "jsonb_object_agg", "bool_and", "bool_or", "every", "bit_and", "bit_or", "stddev", "stddev_pop", "stddev_samp",
    "variance", "var_pop", "var_samp", "corr", "covar_pop", "covar_samp", "regr_slope", "regr_intercept", "regr_r2",
    "regr_count", "regr_avgx", "regr_avgy", "regr_sxx", "regr_sxy", "regr_syy", "percentile_cont", "percentile_disc",
    "mode", "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value",
    "last_value", "nth_value",
    # numbers
    "abs", "ceil", "ceiling", "floor", "round", "trunc", "sign", "sqrt", "cbrt", "exp", "ln", "log", "power", "pow",
    "mod", "div", "degrees", "radians", "pi", "sin", "cos", "tan", "cot", "asin", "acos", "atan", "atan2",
    "width_bucket", "random", "scale",
    # texts
    "lower", "upper", "initcap", "length", "char_length", "character_length", "octet_length", "btrim", "ltrim",
    "rtrim", "trim", "left", "right", "substr", "substring", "strpos", "position", "replace", "translate", "reverse",
    "split_part", "concat", "concat_ws", "ascii", "chr", "md5", "starts_with", "to_hex", "to_char", "to_number",
    "regexp_match", "regexp_matches", "regexp_replace", "regexp_split_to_array", "regexp_split_to_table",
    "string_to_array", "overlay",
    # times
    "now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "date_trunc", "date_part", "extract",
    "age", "to_date", "to_timestamp", "make_date", "make_time", "make_timestamp", "make_timestamptz", "make_interval",
    "justify_days", "justify_hours", "justify_interval", "isfinite", "timezone",
    # lists and JSON
    "array_length", "array_lower", "array_upper", "array_position", "array_positions", "array_to_string",
    "array_append", "array_prepend", "array_cat", "array_remove", "array_replace", "cardinality", "unnest",
    "json_array_length", "jsonb_array_length", "json_array_elements", "jsonb_array_elements",
    "json_array_elements_text", "jsonb_array_elements_text", "json_build_array", "jsonb_build_array",
    "json_build_object", "jsonb_build_object", "json_extract_path", "jsonb_extract_path", "json_extract_path_text",
    "jsonb_extract_path_text", "json_object_keys", "jsonb_object_keys", "json_typeof", "jsonb_typeof", "to_json",
    "to_jsonb", "row_to_json", "array_to_json", "jsonb_pretty",
    # words
    "to_tsvector", "to_tsquery", "plainto_tsquery", "phraseto_tsquery", "websearch_to_tsquery", "ts_rank", "numnode",
    # the rest
    "coalesce", "nullif", "greatest", "least", "num_nulls", "num_nonnulls", "generate_series",
})  # fmt: skip

#: Values of the clock that have no brackets; the others would tell who the reader is (CURRENT_USER …).
CLOCK = frozenset({
    "SVFOP_CURRENT_DATE", "SVFOP_CURRENT_TIME", "SVFOP_CURRENT_TIME_N", "SVFOP_CURRENT_TIMESTAMP",
    "SVFOP_CURRENT_TIMESTAMP_N", "SVFOP_LOCALTIME", "SVFOP_LOCALTIME_N", "SVFOP_LOCALTIMESTAMP",
    "SVFOP_LOCALTIMESTAMP_N",
})  # fmt: skip
