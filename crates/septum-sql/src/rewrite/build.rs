//! Nodes of the tree, as the parser makes them.

use pg_query::protobuf as p;
use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::node::Node as NodeEnum;
use septum_core::TenantType;

use crate::catalog::{Column, Relation};

pub(super) fn node(node: NodeEnum) -> p::Node {
    p::Node { node: Some(node) }
}

pub(super) fn boxed(inner: NodeEnum) -> Option<Box<p::Node>> {
    Some(Box::new(node(inner)))
}

pub(super) fn string(text: &str) -> p::Node {
    node(NodeEnum::String(p::String { sval: text.into() }))
}

pub(super) fn no() -> NodeEnum {
    constant(Val::Boolval(p::Boolean { boolval: false }))
}

fn constant(val: Val) -> NodeEnum {
    NodeEnum::AConst(p::AConst { isnull: false, location: 0, val: Some(val) })
}

/// `of.column`
pub(super) fn column(of: &str, column: &str) -> NodeEnum {
    NodeEnum::ColumnRef(p::ColumnRef { fields: vec![string(of), string(column)], location: 0 })
}

/// `value::pg_catalog.type`
pub(super) fn cast(value: NodeEnum, to: TenantType) -> NodeEnum {
    let name = match to {
        TenantType::Uuid => "uuid",
        TenantType::BigInt => "int8",
        TenantType::Int => "int4",
        TenantType::Text => "text",
    };
    let names = vec![string("pg_catalog"), string(name)];
    let to = p::TypeName { names, typemod: -1, ..p::TypeName::default() };
    let cast = p::TypeCast { arg: boxed(value), type_name: Some(to), location: 0 };
    NodeEnum::TypeCast(Box::new(cast))
}

pub(super) fn parameter(number: u16) -> NodeEnum {
    NodeEnum::ParamRef(p::ParamRef { number: number.into(), location: 0 })
}

/// `(SELECT septum.tenant())`
pub(super) fn sealed_tenant() -> NodeEnum {
    let call = call("septum", "tenant", Vec::new());
    let select = p::SelectStmt { target_list: vec![output(call)], ..select() };
    NodeEnum::SubLink(Box::new(p::SubLink {
        sub_link_type: p::SubLinkType::ExprSublink.into(),
        subselect: boxed(NodeEnum::SelectStmt(Box::new(select))),
        ..p::SubLink::default()
    }))
}

/// `left OPERATOR(pg_catalog.=) right`
pub(super) fn equal(left: NodeEnum, right: NodeEnum) -> NodeEnum {
    NodeEnum::AExpr(Box::new(p::AExpr {
        kind: p::AExprKind::AexprOp.into(),
        name: vec![string("pg_catalog"), string("=")],
        lexpr: boxed(left),
        rexpr: boxed(right),
        ..p::AExpr::default()
    }))
}

pub(super) fn all(conditions: Vec<p::Node>) -> NodeEnum {
    junction(p::BoolExprType::AndExpr, conditions)
}

pub(super) fn any(conditions: Vec<p::Node>) -> NodeEnum {
    junction(p::BoolExprType::OrExpr, conditions)
}

fn junction(boolop: p::BoolExprType, conditions: Vec<p::Node>) -> NodeEnum {
    let boolop = boolop.into();
    NodeEnum::BoolExpr(Box::new(p::BoolExpr { xpr: None, boolop, args: conditions, location: 0 }))
}

/// `CASE WHEN first THEN then ELSE false END`: PostgreSQL evaluates `then` only where `first`
/// is true, whatever it makes of the rest.
pub(super) fn only_then(first: NodeEnum, then: p::Node) -> NodeEnum {
    let when =
        p::CaseWhen { expr: boxed(first), result: Some(Box::new(then)), ..p::CaseWhen::default() };
    NodeEnum::CaseExpr(Box::new(p::CaseExpr {
        args: vec![node(NodeEnum::CaseWhen(Box::new(when)))],
        defresult: boxed(no()),
        ..p::CaseExpr::default()
    }))
}

pub(super) fn call(schema: &str, name: &str, args: Vec<p::Node>) -> NodeEnum {
    NodeEnum::FuncCall(Box::new(p::FuncCall {
        funcname: vec![string(schema), string(name)],
        args,
        funcformat: p::CoercionForm::CoerceExplicitCall.into(),
        ..p::FuncCall::default()
    }))
}

/// A column of a SELECT, under its own name.
pub(super) fn output(val: NodeEnum) -> p::Node {
    named_output("", val)
}

/// A column of a SELECT, or one that is assigned to.
pub(super) fn named_output(name: &str, val: NodeEnum) -> p::Node {
    node(NodeEnum::ResTarget(Box::new(p::ResTarget {
        name: name.into(),
        val: boxed(val),
        ..p::ResTarget::default()
    })))
}

/// int2, int4, int8, oid, bool, uuid, date, timestamp, timestamptz: no operator on them that the
/// planner calls for an estimate tells of a value.
const QUIET: [u32; 9] = [21, 23, 20, 26, 16, 2950, 1082, 1114, 1184];

/// A column as a sub-select with a [`bar`] shows it: `COALESCE(of.column, of.column) column`.
///
/// To estimate `column LIKE '...'` the planner tries it on the commonest values of all tenants,
/// and looks through sub-selects to find them: but through no expression. This one keeps the type,
/// its modifier and the collation.
pub(super) fn shown(of: &str, shown: &Column) -> p::Node {
    let inner = column(of, &shown.name);
    if QUIET.contains(&shown.type_oid.0) {
        return output(inner);
    }
    let args = vec![node(inner.clone()), node(inner)];
    let coalesce = p::CoalesceExpr { args, ..p::CoalesceExpr::default() };
    named_output(&shown.name, NodeEnum::CoalesceExpr(Box::new(coalesce)))
}

/// A column in the list of an INSERT.
pub(super) fn inserted(name: &str) -> p::Node {
    node(NodeEnum::ResTarget(Box::new(p::ResTarget { name: name.into(), ..Default::default() })))
}

pub(super) fn select() -> p::SelectStmt {
    p::SelectStmt {
        limit_option: p::LimitOption::Default.into(),
        op: p::SetOperation::SetopNone.into(),
        ..p::SelectStmt::default()
    }
}

/// A reference to a relation by its schema and name, without an alias.
pub(super) fn reference(relation: &Relation, inherited: bool) -> p::RangeVar {
    p::RangeVar {
        schemaname: relation.schema.as_ref().into(),
        relname: relation.name.as_ref().into(),
        inh: inherited,
        relpersistence: "p".into(),
        ..p::RangeVar::default()
    }
}

/// Keeps the planner from evaluating conditions of around a sub-select inside it.
pub(super) fn bar(select: &mut p::SelectStmt) {
    select.limit_offset = boxed(constant(Val::Ival(p::Integer { ival: 0 })));
    select.limit_option = p::LimitOption::Count.into();
}

/// `(SELECT ...) alias`
pub(super) fn sub_select(select: p::SelectStmt, alias: p::Alias) -> NodeEnum {
    NodeEnum::RangeSubselect(Box::new(p::RangeSubselect {
        lateral: false,
        subquery: boxed(NodeEnum::SelectStmt(Box::new(select))),
        alias: Some(alias),
    }))
}
