use std::sync::OnceLock;

use pg_query::protobuf as p;

use crate::classify::{Class, classify};
use crate::resolve::resolve;
use crate::rewrite::{Refusal, Rewritten, rewrite};
use crate::tree::{Walker, walk_statement};
use crate::{Facts, Model, SqlError, Statement, limits, position};

/// What to do with statements that never run under a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// Name them; they get no canonical text.
    Refuse,
    /// Give them a canonical text as well, unjudged: for tests of row-level security alone.
    Deparse,
}

/// The statements of a text, in order. A text without any, like `;;` or a comment, gives none.
///
/// ```
/// let script = septum_sql::parse_script("select  /* x */ 1; COMMIT").unwrap();
/// assert_eq!(script[0].canonical(), "SELECT 1");
/// assert!(matches!(script[1].kind(), septum_sql::Kind::Commit { chain: false }));
/// ```
///
/// # Errors
/// [`SqlError`] for the first statement that can't be judged; nothing of the text may run then.
pub fn parse_script(text: &str) -> Result<Vec<Statement>, SqlError> {
    parse_script_with(text, Others::Refuse, None)
}

/// [`parse_script`], with a choice for statements that never run: those of
/// [`Kind::Other`](crate::Kind::Other) and those with [`Facts::unknown`] syntax. With a model of
/// the database, names are [resolved](Facts::reach), and relations are rewritten where their mode
/// asks for it.
///
/// # Errors
/// As [`parse_script`].
pub fn parse_script_with(
    text: &str,
    others: Others,
    model: Option<&Model>,
) -> Result<Vec<Statement>, SqlError> {
    let trees = parse(text)?;
    if trees.len() > limits::STATEMENTS {
        return Err(SqlError::TooLarge);
    }
    // The only statement of a text that already is canonical needs no second parse.
    let original = if trees.len() == 1 { trimmed(text) } else { "" };
    trees.into_iter().map(|tree| statement(tree, original, others, model)).collect()
}

fn statement(
    mut tree: p::Node,
    original: &str,
    others: Others,
    model: Option<&Model>,
) -> Result<Statement, SqlError> {
    let Some(node) = &mut tree.node else { return Err(SqlError::NotCanonical) };
    let Class { kind, refusal, answered } = classify(node);
    let built = |canonical: String, facts| Statement {
        kind,
        refusal,
        refused: None,
        tenant_parameter: None,
        canonical: canonical.into_boxed_str(),
        facts,
        fingerprint: OnceLock::new(),
    };
    if let Some(canonical) = answered {
        return Ok(built(canonical.into_owned(), Facts::default()));
    }
    let unjudged = |tree| match others {
        Others::Refuse => String::new(),
        Others::Deparse => deparse(tree).map(|(text, _)| text).unwrap_or_default(),
    };
    if refusal.is_some() {
        return Ok(built(unjudged(tree), Facts::default()));
    }
    let mut walker = Walker::judge();
    walk_statement(node, &mut walker);
    if walker.gave_up() {
        return Err(SqlError::TooLarge);
    }
    let (mut facts, rewrote) = walker.finish();
    if facts.unknown.is_empty()
        && let Some(model) = model
    {
        resolve(node, &mut facts, model)?;
    }
    if !facts.unknown.is_empty() {
        // It is refused for that: no need to find its canonical text.
        return Ok(built(unjudged(tree), facts));
    }
    let rewritten = match model.map_or(Ok(Rewritten::default()), |model| rewrite(node, model)) {
        Ok(rewritten) => rewritten,
        Err(Refusal { reason, what }) => {
            let (refusal, refused) = (Some(reason), Some(what));
            return Ok(Statement { refusal, refused, ..built(String::new(), facts) });
        }
    };
    let (canonical, tree) = deparse(tree)?;
    if rewrote || rewritten.changed || canonical != original {
        check(&canonical, &tree)?;
    }
    let tenant_parameter = rewritten.parameter;
    Ok(Statement { tenant_parameter, ..built(canonical, facts) })
}

/// Holds invariant 2: the text parses to the tree that was judged.
fn check(canonical: &str, judged: &p::Node) -> Result<(), SqlError> {
    let mut trees = parse(canonical).map_err(|error| match error {
        SqlError::TooDeep => SqlError::TooDeep,
        SqlError::Syntax { .. } | SqlError::TooLarge | SqlError::NotCanonical => {
            SqlError::NotCanonical
        }
    })?;
    let [tree] = trees.as_mut_slice() else { return Err(SqlError::NotCanonical) };
    let Some(node) = &mut tree.node else { return Err(SqlError::NotCanonical) };
    walk_statement(node, &mut Walker::compare());
    if tree == judged { Ok(()) } else { Err(SqlError::NotCanonical) }
}

pub(crate) fn parse(text: &str) -> Result<Vec<p::Node>, SqlError> {
    if !limits::is_scannable(text) {
        return Err(SqlError::TooDeep);
    }
    let parsed = pg_query::parse(text, 0).map_err(|error| refused(text, error))?;
    let statements = parsed.protobuf.stmts.into_iter();
    statements.map(|raw| raw.stmt.map(|tree| *tree).ok_or(SqlError::NotCanonical)).collect()
}

fn refused(text: &str, error: pg_query::Error) -> SqlError {
    let message = match error {
        pg_query::Error::Parse(message) if too_deep(&message) => return SqlError::TooDeep,
        pg_query::Error::Parse(message) => message,
        pg_query::Error::Conversion(_) => "the text holds a zero byte; remove it".into(),
        // prost refuses trees that nest deeper than a hundred messages, and names that a
        // truncation to 63 bytes left without being UTF-8.
        pg_query::Error::Decode(error) if error.to_string().contains("recursion") => {
            return SqlError::TooDeep;
        }
        pg_query::Error::Decode(_)
        | pg_query::Error::InvalidJson(_)
        | pg_query::Error::InvalidPointer
        | pg_query::Error::Scan(_)
        | pg_query::Error::IsUtility(_)
        | pg_query::Error::Split(_) => return SqlError::NotCanonical,
    };
    let position = position::of(text, &message);
    SqlError::Syntax { message, position }
}

/// The stack checks of PostgreSQL and of libpg_query, and bison's.
fn too_deep(message: &str) -> bool {
    ["stack depth limit exceeded", "nested too deeply", "memory exhausted"]
        .iter()
        .any(|sign| message.contains(sign))
}

fn deparse(tree: p::Node) -> Result<(String, p::Node), SqlError> {
    let raw = p::RawStmt { stmt: Some(Box::new(tree)), stmt_location: 0, stmt_len: 0 };
    let script = p::ParseResult { version: 0, stmts: vec![raw] };
    let text = pg_query::deparse(&script, pg_query::DeparseOptions::default());
    let tree = script.stmts.into_iter().next().and_then(|raw| raw.stmt);
    match (text, tree) {
        (Ok(text), Some(tree)) if !text.is_empty() => Ok((text, *tree)),
        (Err(pg_query::Error::Parse(message)), _) if too_deep(&message) => Err(SqlError::TooDeep),
        _ => Err(SqlError::NotCanonical),
    }
}

/// The text without white space and the semicolon around its statement.
fn trimmed(text: &str) -> &str {
    let blank = [' ', '\t', '\n', '\r'];
    let text = text.trim_matches(blank);
    text.strip_suffix(';').unwrap_or(text).trim_end_matches(blank)
}
