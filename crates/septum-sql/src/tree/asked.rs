//! `current_setting($1)`: which setting is asked for is known only when the statement runs, and
//! SQLAlchemy asks that way for one that anybody may know.
//!
//! Septum's own settings are taken out of reach in the text itself (catalogue S8):
//!
//! ```sql
//! current_setting(pg_catalog.regexp_replace($1, '^septum', 'not septum', 'i'))
//! ```
//!
//! All others are the server's to show, as `pg_settings` does, or this session's own. A parameter
//! is one value however often it is read; any other expression stays refused.

use pg_query::protobuf as p;
use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::node::Node as NodeEnum;

use crate::constant;

/// Names are compared without regard to ASCII case, and none begins with white space.
const ARGUMENTS: [&str; 3] = ["^septum", "not septum", "i"];

/// What becomes of the name that is asked for.
pub(super) enum Asked {
    /// Its parameter is shielded now.
    Shielded,
    /// It was before: the text is a canonical one.
    AlreadyShielded,
    /// It is no parameter.
    Other,
}

pub(super) fn shield(name: &mut p::Node) -> Asked {
    if is_parameter(name) {
        let parameter = std::mem::take(name);
        *name = replaced(parameter);
        return Asked::Shielded;
    }
    if is_shielded(name) { Asked::AlreadyShielded } else { Asked::Other }
}

/// `$1`, or `$1::varchar` and the like.
fn is_parameter(node: &p::Node) -> bool {
    match &node.node {
        Some(NodeEnum::ParamRef(_)) => true,
        Some(NodeEnum::TypeCast(cast)) => {
            constant::is_textual(cast) && cast.arg.as_deref().is_some_and(is_parameter)
        }
        _ => false,
    }
}

fn is_shielded(node: &p::Node) -> bool {
    let Some(NodeEnum::FuncCall(call)) = &node.node else { return false };
    let [name, rest @ ..] = call.args.as_slice() else { return false };
    let name_is = constant::parts(&call.funcname).as_deref() == Some(&FUNCTION);
    let texts: Vec<_> = rest.iter().map(plain).collect();
    name_is && texts == ARGUMENTS.map(Some) && is_parameter(name)
}

fn plain(node: &p::Node) -> Option<&str> {
    match &node.node {
        Some(NodeEnum::AConst(p::AConst {
            val: Some(Val::Sval(value)), isnull: false, ..
        })) => Some(&value.sval),
        _ => None,
    }
}

const FUNCTION: [&str; 2] = ["pg_catalog", "regexp_replace"];

fn replaced(name: p::Node) -> p::Node {
    let string = |text: &str| p::String { sval: text.into() };
    let part = |text| p::Node { node: Some(NodeEnum::String(string(text))) };
    let constant = |text| {
        let val = Some(Val::Sval(string(text)));
        p::Node { node: Some(NodeEnum::AConst(p::AConst { val, isnull: false, location: 0 })) }
    };
    let call = p::FuncCall {
        funcname: FUNCTION.map(part).into(),
        args: std::iter::once(name).chain(ARGUMENTS.map(constant)).collect(),
        funcformat: p::CoercionForm::CoerceExplicitCall.into(),
        ..p::FuncCall::default()
    };
    p::Node { node: Some(NodeEnum::FuncCall(Box::new(call))) }
}
