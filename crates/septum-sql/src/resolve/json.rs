//! SQL/JSON. What becomes JSON may go through a user's cast to `json`: see
//! [`implied_casts`](Resolver::implied_casts).

use std::borrow::Cow;

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;

use super::Resolver;
use super::scope::{Column, Columns};
use super::types::{BOOL, Ty};

impl<'a> Resolver<'a> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the catch-all arm refuses")]
    pub(super) fn json(&mut self, node: &'a NodeEnum) -> Ty {
        match node {
            NodeEnum::JsonObjectConstructor(json) => {
                self.expressions(&json.exprs);
                self.json_output(json.output.as_ref())
            }
            NodeEnum::JsonArrayConstructor(json) => {
                self.expressions(&json.exprs);
                self.json_output(json.output.as_ref())
            }
            NodeEnum::JsonArrayQueryConstructor(json) => {
                if let Some(query) = json.query.as_deref() {
                    self.subquery(query);
                }
                self.json_output(json.output.as_ref())
            }
            NodeEnum::JsonObjectAgg(json) => {
                if let Some(pair) = json.arg.as_deref() {
                    self.json_pair(pair);
                }
                self.json_aggregate(json.constructor.as_deref())
            }
            NodeEnum::JsonArrayAgg(json) => {
                self.json_value(json.arg.as_deref());
                self.json_aggregate(json.constructor.as_deref())
            }
            NodeEnum::JsonFuncExpr(json) => {
                self.json_value(json.context_item.as_deref());
                self.optional(json.pathspec.as_deref());
                self.json_arguments(&json.passing);
                self.json_behavior(json.on_empty.as_deref());
                self.json_behavior(json.on_error.as_deref());
                self.json_output(json.output.as_ref())
            }
            NodeEnum::JsonParseExpr(json) => {
                self.json_value(json.expr.as_deref());
                self.json_output(json.output.as_ref())
            }
            NodeEnum::JsonScalarExpr(json) => {
                self.optional(json.expr.as_deref());
                self.json_output(json.output.as_ref())
            }
            NodeEnum::JsonSerializeExpr(json) => {
                self.json_value(json.expr.as_deref());
                self.json_output(json.output.as_ref())
            }
            NodeEnum::JsonValueExpr(json) => {
                self.json_value(Some(json));
                Ty::Unknown
            }
            NodeEnum::JsonKeyValue(json) => {
                self.json_pair(json);
                Ty::Unknown
            }
            NodeEnum::JsonIsPredicate(json) => {
                self.optional(json.expr.as_deref());
                BOOL
            }
            _ => {
                self.refuse("JSON");
                Ty::Unknown
            }
        }
    }

    fn json_value(&mut self, value: Option<&'a p::JsonValueExpr>) {
        let Some(value) = value else { return };
        self.optional(value.raw_expr.as_deref());
        self.optional(value.formatted_expr.as_deref());
    }

    fn json_pair(&mut self, pair: &'a p::JsonKeyValue) {
        self.optional(pair.key.as_deref());
        self.json_value(pair.value.as_deref());
    }

    fn json_arguments(&mut self, arguments: &'a [p::Node]) {
        for argument in arguments {
            match &argument.node {
                Some(NodeEnum::JsonArgument(argument)) => self.json_value(argument.val.as_deref()),
                _ => self.refuse("PASSING"),
            }
        }
    }

    fn json_behavior(&mut self, behavior: Option<&'a p::JsonBehavior>) {
        if let Some(behavior) = behavior {
            self.optional(behavior.expr.as_deref());
        }
    }

    fn json_output(&mut self, output: Option<&'a p::JsonOutput>) -> Ty {
        if let Some(output) = output {
            self.cast_to(Ty::Unknown, output.type_name.as_ref());
        }
        Ty::Unknown
    }

    fn json_aggregate(&mut self, aggregate: Option<&'a p::JsonAggConstructor>) -> Ty {
        let Some(aggregate) = aggregate else { return Ty::Unknown };
        self.optional(aggregate.agg_filter.as_deref());
        self.sort(&aggregate.agg_order);
        if let Some(over) = &aggregate.over {
            self.window(over);
        }
        self.json_output(aggregate.output.as_ref())
    }

    pub(super) fn json_table(&mut self, table: &'a p::JsonTable) {
        self.json_value(table.context_item.as_deref());
        self.json_path(table.pathspec.as_deref());
        self.json_arguments(&table.passing);
        let mut columns = Vec::new();
        self.json_columns(&table.columns, &mut columns);
        self.json_behavior(table.on_error.as_deref());
        self.aliased(table.alias.as_ref(), None, Columns::new(columns, false));
    }

    fn json_path(&mut self, path: Option<&'a p::JsonTablePathSpec>) {
        if let Some(path) = path {
            self.optional(path.string.as_deref());
        }
    }

    fn json_columns(&mut self, list: &'a [p::Node], columns: &mut Vec<Column<'a>>) {
        for item in list {
            let Some(NodeEnum::JsonTableColumn(column)) = &item.node else {
                self.refuse("JSON_TABLE");
                continue;
            };
            self.json_path(column.pathspec.as_deref());
            self.json_behavior(column.on_empty.as_deref());
            self.json_behavior(column.on_error.as_deref());
            let ty = self.cast_to(Ty::Unknown, column.type_name.as_ref());
            if column.coltype() == p::JsonTableColumnType::JtcNested {
                self.json_columns(&column.columns, columns);
            } else {
                columns.push(Column { name: Cow::Borrowed(&column.name), typed: ty.into() });
            }
        }
    }
}
