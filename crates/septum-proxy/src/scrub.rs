//! What a tenant hears of a server's errors and notices.
//!
//! Drivers map errors by SQLSTATE and by the fields that name a schema, table, column, type or
//! constraint: those always stay. What may quote a row's value goes where that row can be
//! another tenant's (catalogue S43, S54-S63, S162): a foreign key's action, a trigger, a rewritten
//! table or a policy that lets through too much reach rows that are not the client's.

use std::borrow::Cow;

/// When an error came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// While a statement was prepared or its parameters were read: only the client's own input
    /// can be quoted.
    Input,
    /// While it ran: rows were read.
    Rows,
}

/// What a tenant hears of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Say {
    /// All of it.
    All,
    /// Nothing of it.
    Nothing,
    /// What it says without what it quotes, once rows were read.
    NoValues,
    /// All of it where the unique key that was met begins inside the tenant; else nothing.
    OwnKey,
    /// One text for both ways in which a policy refuses a row.
    Policy,
    /// Only that it happened.
    Fixed(&'static str),
}

struct Rule {
    /// A SQLSTATE, or its beginning.
    code: &'static str,
    message: Say,
    detail: Say,
    hint: Say,
    /// Whether a notice of this code is a tenant's to see.
    notice: bool,
}

const fn rule(code: &'static str, message: Say, detail: Say, hint: Say) -> Rule {
    Rule { code, message, detail, hint, notice: true }
}

/// The first that fits counts. The last fits all.
const RULES: [Rule; 14] = [
    // RAISE NOTICE and its kin: what a trigger or function of the operators' says of any row.
    Rule { notice: false, ..rule("00", Say::All, Say::Nothing, Say::All) },
    Rule { notice: false, ..rule("01", Say::All, Say::Nothing, Say::All) },
    // RAISE EXCEPTION is written for the application, its detail and hint too; as a notice, not.
    Rule { notice: false, ..rule("P0", Say::All, Say::All, Say::All) },
    // The detail lists the key: whose it is decides whether it tells that another's exists (S57).
    rule("23505", Say::All, Say::OwnKey, Say::All),
    // `Key (id)=(7) is still referenced`, `Failing row contains (...)`, `conflicts with existing
    // key (...)`: of another's row, where a foreign key's action led there (S54-S56, S61, S63).
    rule("23", Say::All, Say::Nothing, Say::All),
    // `invalid input syntax for type integer: "..."` quotes what a cast met in a row, and the
    // detail a token of its JSON (S43). So do some hints.
    rule("22", Say::NoValues, Say::Nothing, Say::Nothing),
    // `(USING expression)` says that the row which was met is there (S59).
    rule("42501", Say::Policy, Say::Nothing, Say::All),
    // Names of the statement's own and of the catalog; no row was read.
    rule("42", Say::All, Say::All, Say::All),
    rule("0A", Say::All, Say::All, Say::All),
    // The failing row of a view's CHECK OPTION.
    rule("44", Say::All, Say::Nothing, Say::All),
    // Who waits for whom, by pid and transaction: other sessions' (S62).
    rule("40", Say::All, Say::Nothing, Say::All),
    // Made of a remote server's texts.
    rule("HV", Say::Fixed("the foreign server failed"), Say::Nothing, Say::Nothing),
    // What must not happen: nobody knows what it quotes.
    rule("XX", Say::Fixed("internal error of the server"), Say::Nothing, Say::Nothing),
    // Locks, resources, sessions, cursors, procedural languages: a text without a row's value.
    rule("", Say::All, Say::Nothing, Say::All),
];

fn rule_of(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| code.starts_with(rule.code))
}

/// Whether a notice of this code is a tenant's to see.
pub(crate) fn shows_notice(code: &str) -> bool {
    rule_of(code).is_some_and(|rule| rule.notice)
}

/// What is passed on of a field of an error or a notice.
pub(crate) fn field<'a>(
    code: &str,
    field: u8,
    value: &'a str,
    stage: Stage,
    is_own_key: impl FnOnce() -> bool,
) -> Option<Cow<'a, str>> {
    let rule = rule_of(code)?;
    let say = match field {
        // Severity, SQLSTATE; schema, table, column, type, constraint; where in PostgreSQL.
        b'S' | b'V' | b'C' | b's' | b't' | b'c' | b'd' | b'n' | b'F' | b'L' | b'R' => Say::All,
        b'M' => rule.message,
        b'D' => rule.detail,
        b'H' => rule.hint,
        // The position counts in a text that the client did not write (`P`); the context and the
        // internal query quote what functions and foreign keys ran (`W`, `q`, `p`).
        _ => Say::Nothing,
    };
    match say {
        Say::All => Some(value.into()),
        Say::Nothing => None,
        Say::NoValues if stage == Stage::Input => Some(value.into()),
        Say::NoValues => Some(without_values(value)),
        Say::OwnKey => is_own_key().then(|| value.into()),
        Say::Policy => Some(value.replacen(" (USING expression)", "", 1).into()),
        Say::Fixed(text) => Some(text.into()),
    }
}

/// A message without what it quotes: `invalid input syntax for type integer: "..."`.
fn without_values(message: &str) -> Cow<'_, str> {
    // Another language's quotes: no telling where a value begins.
    if message.contains(['«', '»', '„', '“', '”', '‚', '‘', '’', '「']) {
        return "a value is not valid here".into();
    }
    let message = message.split_once(" 0x").map_or(message, |(before, _)| before);
    match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) => {
            let before = message.get(..first).unwrap_or_default();
            let after = message.get(last..).and_then(|rest| rest.get(1..)).unwrap_or_default();
            let after = if after.starts_with(':') { "" } else { after };
            format!("{before}\"...\"{after}").into()
        }
        _ => message.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: &str, name: u8, value: &str, stage: Stage) -> Option<String> {
        field(code, name, value, stage, || false).map(Cow::into_owned)
    }

    #[test]
    fn s43_a_message_tells_no_value_once_rows_were_read() {
        for (message, heard) in [
            (
                r#"invalid input syntax for type integer: "u5@t2.com""#,
                r#"invalid input syntax for type integer: "...""#,
            ),
            (
                r#"invalid input syntax for type integer: "a" b"c""#,
                r#"invalid input syntax for type integer: "...""#,
            ),
            (
                r#"value "99" is out of range for type integer"#,
                r#"value "..." is out of range for type integer"#,
            ),
            (
                r#"invalid byte sequence for encoding "UTF8": 0xff 0x00"#,
                r#"invalid byte sequence for encoding "...""#,
            ),
            ("division by zero", "division by zero"),
            ("ungültiger Wert: „x“", "a value is not valid here"),
        ] {
            assert_eq!(said("22P02", b'M', message, Stage::Rows).as_deref(), Some(heard));
            assert_eq!(said("22P02", b'M', message, Stage::Input).as_deref(), Some(message));
        }
        assert_eq!(said("22P02", b'D', "Token \"u5\" is invalid.", Stage::Input), None);
    }

    #[test]
    fn s57_s61_s63_a_detail_with_a_key_or_a_row_is_told_of_the_tenants_own_key_only() {
        let key = "Key (email)=(u5@t2.com) already exists.";
        assert_eq!(said("23505", b'D', key, Stage::Rows), None);
        assert_eq!(field("23505", b'D', key, Stage::Rows, || true).as_deref(), Some(key));
        for code in ["23503", "23502", "23514", "23P01", "44000", "40P01", "55000", "XX000"] {
            assert_eq!(field(code, b'D', "Failing row", Stage::Rows, || true), None, "{code}");
        }
    }

    #[test]
    fn s59_both_ways_in_which_a_policy_refuses_sound_the_same() {
        let using = "new row violates row-level security policy (USING expression) for table \"a\"";
        let check = "new row violates row-level security policy for table \"a\"";
        assert_eq!(said("42501", b'M', using, Stage::Rows).as_deref(), Some(check));
    }

    #[test]
    fn what_drivers_map_errors_by_is_kept_for_every_code() {
        for code in ["23505", "22P02", "42501", "XX000", "P0001", "00000", "HV000", "57014"] {
            for name in b"SVCstcdnFLR" {
                assert_eq!(said(code, *name, "kept", Stage::Rows).as_deref(), Some("kept"));
            }
            for name in b"PpqWz" {
                assert_eq!(said(code, *name, "gone", Stage::Input), None);
            }
        }
    }

    #[test]
    fn s40_what_functions_raise_as_a_notice_is_not_a_tenants_to_see() {
        assert!(!shows_notice("00000") && !shows_notice("01000") && !shows_notice("P0001"));
        assert!(shows_notice("25P01") && shows_notice("42622"));
    }
}
