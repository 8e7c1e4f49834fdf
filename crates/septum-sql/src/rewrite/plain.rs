//! Conditions that may be evaluated on any row, since they can neither fail nor take a time
//! that depends on it: a column of a plain type, compared with a constant or a parameter. As
//! PostgreSQL does with leakproof operators under row-level security, they go behind the
//! barrier, so that an index finds the row.

use pg_query::protobuf as p;
use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::node::Node as NodeEnum;

use super::build;
use crate::catalog::{Oid, Relation};
use crate::constant;

/// What the columns of a relation go by.
pub(super) struct Columns<'a> {
    pub(super) relation: &'a Relation,
    pub(super) alias: &'a str,
    /// Whether a name that stands alone can only be one of them.
    pub(super) only: bool,
}

/// int2, int4, int8, oid, bool, uuid, text, varchar, date, timestamp, timestamptz: their
/// comparisons are leakproof.
const PLAIN: [u32; 11] = [21, 23, 20, 26, 16, 2950, 25, 1043, 1082, 1114, 1184];
const COMPARISONS: [&str; 5] = ["=", "<", ">", "<=", ">="];
/// An IN of more values is left outside.
const VALUES: usize = 32;

impl Columns<'_> {
    /// A condition that means the same and may be evaluated on any row, with this name before its
    /// column; `None` for any other.
    pub(super) fn plain(&self, condition: &p::Node, name: &str) -> Option<NodeEnum> {
        let Some(NodeEnum::AExpr(given)) = &condition.node else { return None };
        let operator = match constant::parts(&given.name)?.as_slice() {
            [operator] => COMPARISONS.into_iter().find(|known| known == operator)?,
            _ => return None,
        };
        let left = given.lexpr.as_deref()?;
        let right = given.rexpr.as_deref()?;
        #[expect(clippy::wildcard_enum_match_arm, reason = "what is not plain stays outside")]
        match given.kind() {
            p::AExprKind::AexprOp => {
                let (column, value) = match self.column(left) {
                    Some(column) => (column, right),
                    // Turned round, the operator would be another.
                    None if operator == "=" => (self.column(right)?, left),
                    None => return None,
                };
                let value = value_of(value)?;
                Some(compare(operator, build::column(name, column), value, given.kind()))
            }
            p::AExprKind::AexprOpAny if operator == "=" => {
                let column = build::column(name, self.column(left)?);
                Some(compare(operator, column, parameter_of(right)?, given.kind()))
            }
            p::AExprKind::AexprIn if operator == "=" => {
                let column = self.column(left)?;
                let Some(NodeEnum::List(list)) = &right.node else { return None };
                if list.items.len() > VALUES {
                    return None;
                }
                let each = |value: &p::Node| {
                    let column = build::column(name, column);
                    Some(build::node(build::equal(column, value_of(value)?)))
                };
                let mut each: Vec<_> = list.items.iter().map(each).collect::<Option<_>>()?;
                if each.len() == 1 { each.pop()?.node } else { Some(build::any(each)) }
            }
            _ => None,
        }
    }

    fn column<'c>(&self, node: &'c p::Node) -> Option<&'c str> {
        let Some(NodeEnum::ColumnRef(column)) = &node.node else { return None };
        let name = match constant::parts(&column.fields)?.as_slice() {
            [name] if self.only => *name,
            [alias, name] if *alias == self.alias => *name,
            _ => return None,
        };
        let of = self.relation.column(name)?.type_oid;
        PLAIN.map(Oid).contains(&of).then_some(name)
    }
}

fn compare(operator: &str, left: NodeEnum, right: NodeEnum, kind: p::AExprKind) -> NodeEnum {
    NodeEnum::AExpr(Box::new(p::AExpr {
        kind: kind.into(),
        name: vec![build::string("pg_catalog"), build::string(operator)],
        lexpr: build::boxed(left),
        rexpr: build::boxed(right),
        ..p::AExpr::default()
    }))
}

/// A constant or a parameter, or a cast of one to a type of PostgreSQL's own.
fn value_of(node: &p::Node) -> Option<NodeEnum> {
    match node.node.as_ref()? {
        NodeEnum::AConst(value) if matches!(value.val, Some(Val::Ival(_) | Val::Sval(_))) => {
            node.node.clone()
        }
        NodeEnum::TypeCast(cast) if is_own(cast) => {
            value_of(cast.arg.as_deref()?).and_then(|_| node.node.clone())
        }
        _ => parameter_of(node),
    }
}

fn parameter_of(node: &p::Node) -> Option<NodeEnum> {
    match node.node.as_ref()? {
        NodeEnum::ParamRef(_) => node.node.clone(),
        NodeEnum::TypeCast(cast) if is_own(cast) => {
            parameter_of(cast.arg.as_deref()?).and_then(|_| node.node.clone())
        }
        _ => None,
    }
}

fn is_own(cast: &p::TypeCast) -> bool {
    const OWN: [&str; 10] = [
        "int2",
        "int4",
        "int8",
        "uuid",
        "text",
        "varchar",
        "date",
        "bool",
        "timestamp",
        "timestamptz",
    ];
    cast.type_name.as_ref().is_some_and(|to| {
        to.typmods.is_empty()
            && match constant::parts(&to.names).as_deref() {
                Some([name] | ["pg_catalog", name]) => OWN.contains(name),
                _ => false,
            }
    })
}
