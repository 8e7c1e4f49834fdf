//! Constants and names in the tree.

use pg_query::protobuf as p;
use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::node::Node as NodeEnum;

use crate::QualifiedName;

/// The strings of a list of name parts; anything else in it makes it no name.
pub(crate) fn parts(names: &[p::Node]) -> Option<Vec<&str>> {
    names
        .iter()
        .map(|node| match &node.node {
            Some(NodeEnum::String(part)) => Some(part.sval.as_str()),
            _ => None,
        })
        .collect()
}

/// The last two parts of a dotted name. A database before them is the server's to check.
pub(crate) fn qualified(names: &[p::Node]) -> Option<QualifiedName> {
    match parts(names)?.as_slice() {
        [.., schema, name] => {
            Some(QualifiedName { schema: Some((*schema).into()), name: (*name).into() })
        }
        [name] => Some(QualifiedName { schema: None, name: (*name).into() }),
        [] => None,
    }
}

/// A string that stands in the text as such, or with a cast to `text` or `varchar`.
pub(crate) fn text(node: &p::Node) -> Option<&str> {
    match &node.node {
        Some(NodeEnum::AConst(p::AConst {
            val: Some(Val::Sval(value)), isnull: false, ..
        })) => Some(&value.sval),
        Some(NodeEnum::TypeCast(cast)) if is_textual(cast) => text(cast.arg.as_deref()?),
        _ => None,
    }
}

/// Whether a cast is to `text` or `varchar`.
pub(crate) fn is_textual(cast: &p::TypeCast) -> bool {
    let Some(to) = &cast.type_name else { return false };
    let plain = to.typmods.is_empty() && to.array_bounds.is_empty() && !to.setof;
    let textual = parts(&to.names).is_some_and(|parts| {
        matches!(parts.as_slice(), ["text" | "varchar"] | ["pg_catalog", "text" | "varchar"])
    });
    plain && textual
}

/// `true` or `false` as a constant.
pub(crate) fn boolean(node: &p::Node) -> Option<bool> {
    match &node.node {
        Some(NodeEnum::AConst(p::AConst { val: Some(Val::Boolval(value)), .. })) => {
            Some(value.boolval)
        }
        _ => None,
    }
}

/// An integer as a constant.
pub(crate) fn integer(node: &p::Node) -> Option<i32> {
    match &node.node {
        Some(NodeEnum::AConst(p::AConst {
            val: Some(Val::Ival(value)), isnull: false, ..
        })) => Some(value.ival),
        _ => None,
    }
}

/// Whether the node is the constant NULL.
pub(crate) fn is_null(node: &p::Node) -> bool {
    matches!(&node.node, Some(NodeEnum::AConst(constant)) if constant.isnull)
}

/// The constant `true`.
pub(crate) fn truth() -> p::Node {
    let val = Some(Val::Boolval(p::Boolean { boolval: true }));
    p::Node { node: Some(NodeEnum::AConst(p::AConst { val, isnull: false, location: 0 })) }
}
