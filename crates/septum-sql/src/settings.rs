//! SET and RESET in all their spellings.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here is refused")]

use pg_query::protobuf as p;
use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::node::Node as NodeEnum;
use septum_core::{Reason, Secret};

use crate::classify::Class;
use crate::{Assignment, Kind, constant};

/// The one setting of Septum's that a client may write.
const TOKEN: &str = "septum.token";

/// What a SET or RESET is.
pub(crate) fn classify(statement: &p::VariableSetStmt) -> Class {
    use p::VariableSetKind as K;
    // Names of settings are compared without regard to ASCII case (catalogue S8).
    let name = statement.name.to_ascii_lowercase();
    match statement.kind() {
        K::VarSetValue => set(name, statement),
        K::VarSetDefault => set_default(name, statement.is_local),
        K::VarSetMulti => set_many(&statement.name, statement),
        K::VarReset => reset(name),
        K::VarResetAll => Class::answered(Kind::Reset { name: None }, "RESET ALL"),
        K::VarSetCurrent | K::Undefined => {
            Class::refused("SET ... FROM CURRENT", Reason::SettingNotAllowed)
        }
    }
}

/// A SET that no server gets as such: its canonical text is written here, in one form for all
/// spellings.
pub(crate) fn assigned(assignment: Assignment) -> Class {
    let Assignment { name, value, local, column: _ } = &assignment;
    let local = if *local { "LOCAL " } else { "" };
    let value = value.as_deref().map_or_else(|| "DEFAULT".to_owned(), literal);
    let canonical = format!("SET {local}{} TO {value}", quoted(name));
    Class::answered(Kind::Set(assignment), canonical)
}

fn quoted(name: &str) -> String {
    let part = |part: &str| format!("\"{}\"", part.replace('"', "\"\""));
    name.split('.').map(part).collect::<Vec<_>>().join(".")
}

fn literal(value: &str) -> String {
    let escape = if value.contains('\\') { "E" } else { "" };
    format!("{escape}'{}'", value.replace('\\', "\\\\").replace('\'', "''"))
}

fn set(name: String, statement: &p::VariableSetStmt) -> Class {
    let local = statement.is_local;
    let value = flatten(&statement.args);
    match (name.as_str(), value) {
        (TOKEN, Some(token)) if statement.args.len() == 1 => {
            handover(Some(Secret::new(token)), local)
        }
        ("role", Some(none)) if none == "none" => Class::residue("SET", "SET ROLE NONE"),
        (_, Some(value)) => assigned(Assignment { name, value: Some(value), local, column: None }),
        (_, None) => Class::refused("SET", Reason::SettingNotAllowed),
    }
}

fn set_default(name: String, local: bool) -> Class {
    match name.as_str() {
        TOKEN => handover(None, local),
        "session_authorization" => Class::residue("SET", "SET SESSION AUTHORIZATION DEFAULT"),
        "role" => Class::residue("SET", "SET ROLE NONE"),
        _ => assigned(Assignment { name, value: None, local, column: None }),
    }
}

fn reset(name: String) -> Class {
    match name.as_str() {
        TOKEN => handover(None, false),
        "session_authorization" => Class::residue("RESET", "RESET SESSION AUTHORIZATION"),
        "role" => Class::residue("RESET", "RESET ROLE"),
        _ => {
            let canonical = format!("RESET {}", quoted(&name));
            Class::answered(Kind::Reset { name: Some(name) }, canonical)
        }
    }
}

fn handover(token: Option<Secret<String>>, local: bool) -> Class {
    Class::answered(Kind::Handover { token, local }, "SET septum.token TO DEFAULT")
}

fn set_many(name: &str, statement: &p::VariableSetStmt) -> Class {
    match name {
        "TRANSACTION" => Class::runs(Kind::SetTransaction),
        "SESSION CHARACTERISTICS" => characteristic(statement).map_or(
            Class::refused("SET SESSION CHARACTERISTICS of many", Reason::SettingNotAllowed),
            assigned,
        ),
        _ => Class::refused("SET TRANSACTION SNAPSHOT", Reason::StatementNotAllowed),
    }
}

/// `SET SESSION CHARACTERISTICS AS TRANSACTION` of one mode is the SET of its default.
fn characteristic(statement: &p::VariableSetStmt) -> Option<Assignment> {
    let [p::Node { node: Some(NodeEnum::DefElem(mode)) }] = statement.args.as_slice() else {
        return None;
    };
    let value = flat(mode.arg.as_deref()?)?;
    let value = match (mode.defname.as_str(), value.as_str()) {
        ("transaction_isolation", _) => value,
        ("transaction_read_only" | "transaction_deferrable", "1") => "on".into(),
        ("transaction_read_only" | "transaction_deferrable", "0") => "off".into(),
        _ => return None,
    };
    Some(Assignment {
        name: format!("default_{}", mode.defname),
        value: Some(value),
        local: false,
        column: None,
    })
}

/// One text of a list of values, as PostgreSQL's `flatten_set_variable_args` makes it.
///
/// It quotes the items of a few settings, `search_path` among them; none of these may be set.
fn flatten(args: &[p::Node]) -> Option<String> {
    let values: Option<Vec<String>> = args.iter().map(flat).collect();
    values.filter(|values| !values.is_empty()).map(|values| values.join(", "))
}

fn flat(node: &p::Node) -> Option<String> {
    match node.node.as_ref()? {
        NodeEnum::AConst(value) if value.isnull => None,
        NodeEnum::AConst(value) => match value.val.as_ref()? {
            Val::Ival(value) => Some(value.ival.to_string()),
            Val::Fval(value) => Some(value.fval.clone()),
            Val::Boolval(value) => Some(value.boolval.to_string()),
            Val::Sval(value) => Some(value.sval.clone()),
            Val::Bsval(_) => None,
        },
        NodeEnum::TypeCast(cast) => interval(cast),
        _ => None,
    }
}

/// `SET TIME ZONE INTERVAL '-08:00'`, in the form that the setting itself takes; with
/// `HOUR TO MINUTE` behind it, as Sequelize and the standard have it, hours and minutes read alike.
fn interval(cast: &p::TypeCast) -> Option<String> {
    let to = cast.type_name.as_ref()?;
    let is_interval = constant::parts(&to.names)?.as_slice() == ["pg_catalog", "interval"];
    let text = constant::text(cast.arg.as_deref()?)?;
    let plain = match to.typmods.as_slice() {
        [] => !text.contains(['\'', '\\']),
        [fields] => constant::integer(fields) == Some(HOUR_TO_MINUTE) && is_offset(text),
        _ => false,
    };
    (is_interval && plain).then(|| format!("INTERVAL '{text}'"))
}

/// The fields of an interval as PostgreSQL numbers them: bit 10 is the hour, bit 11 the minute.
const HOUR_TO_MINUTE: i32 = (1 << 10) | (1 << 11);

/// Whether the text is like `+02:00`.
fn is_offset(text: &str) -> bool {
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    unsigned.split_once(':').is_some_and(|(hours, minutes)| digits(hours) && digits(minutes))
}
