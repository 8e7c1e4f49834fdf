//! The name of a column that was given none (`FigureColname`).

use std::borrow::Cow;

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;

use super::scope::string;

/// The name that PostgreSQL gives; `None` where that is not known.
pub(super) fn of(node: &p::Node) -> Option<Cow<'_, str>> {
    match figure(node) {
        Figure::Name(name) | Figure::Weak(name) => Some(Cow::Borrowed(name)),
        Figure::None => Some(Cow::Borrowed("?column?")),
        Figure::Unknown => None,
    }
}

enum Figure<'a> {
    Name(&'a str),
    /// Of a type or a CASE, which a better name replaces.
    Weak(&'a str),
    None,
    Unknown,
}

#[expect(clippy::wildcard_enum_match_arm, reason = "of all else the name is not known")]
fn figure(node: &p::Node) -> Figure<'_> {
    let Some(node) = &node.node else { return Figure::Unknown };
    match node {
        NodeEnum::ColumnRef(column) => last(&column.fields),
        NodeEnum::FuncCall(call) => last(&call.funcname),
        NodeEnum::AIndirection(part) => match part.indirection.iter().rev().find_map(string) {
            Some(name) => Figure::Name(name),
            None => part.arg.as_deref().map_or(Figure::Unknown, figure),
        },
        NodeEnum::TypeCast(cast) => match cast.arg.as_deref().map(figure) {
            Some(Figure::Name(name)) => Figure::Name(name),
            Some(Figure::Weak(_) | Figure::None) => {
                match cast.type_name.as_ref().map(|name| last(&name.names)) {
                    Some(Figure::Name(name)) => Figure::Weak(name),
                    _ => Figure::Unknown,
                }
            }
            Some(Figure::Unknown) | None => Figure::Unknown,
        },
        NodeEnum::CollateClause(collate) => collate.arg.as_deref().map_or(Figure::Unknown, figure),
        NodeEnum::CaseExpr(case) => match case.defresult.as_deref().map(figure) {
            Some(Figure::Name(name)) => Figure::Name(name),
            Some(Figure::Weak(_) | Figure::None) | None => Figure::Weak("case"),
            Some(Figure::Unknown) => Figure::Unknown,
        },
        NodeEnum::CoalesceExpr(_) => Figure::Name("coalesce"),
        NodeEnum::AArrayExpr(_) => Figure::Name("array"),
        NodeEnum::RowExpr(_) => Figure::Name("row"),
        // Before version 15 it is `bool`.
        NodeEnum::AConst(p::AConst { val: Some(p::a_const::Val::Boolval(_)), .. }) => {
            Figure::Unknown
        }
        NodeEnum::AConst(_)
        | NodeEnum::ParamRef(_)
        | NodeEnum::BoolExpr(_)
        | NodeEnum::NullTest(_)
        | NodeEnum::BooleanTest(_) => Figure::None,
        NodeEnum::AExpr(operator) if operator.kind() == p::AExprKind::AexprNullif => {
            Figure::Name("nullif")
        }
        NodeEnum::AExpr(_) => Figure::None,
        NodeEnum::SubLink(link) => match link.sub_link_type() {
            p::SubLinkType::ExistsSublink => Figure::Name("exists"),
            p::SubLinkType::ArraySublink => Figure::Name("array"),
            p::SubLinkType::AnySublink | p::SubLinkType::AllSublink => Figure::None,
            p::SubLinkType::ExprSublink
            | p::SubLinkType::RowcompareSublink
            | p::SubLinkType::MultiexprSublink
            | p::SubLinkType::CteSublink
            | p::SubLinkType::Undefined => Figure::Unknown,
        },
        _ => Figure::Unknown,
    }
}

fn last(names: &[p::Node]) -> Figure<'_> {
    names.last().and_then(string).map_or(Figure::Unknown, Figure::Name)
}
