use std::sync::{Arc, OnceLock};

use pg_query::protobuf as p;

use crate::classify::{Class, classify};
use crate::resolve::resolve;
use crate::rewrite::{Refusal, Rewritten, rewrite};
use crate::template::{Judged, Pair};
use crate::tree::{Constant, Walker, walk_statement};
use crate::{Facts, Model, Shape, SqlError, Statement, Template, limits, position, raw};

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
    Ok(judge(text, others, model)?.into_iter().map(|one| one.statement).collect())
}

/// [`parse_script_with`], and what serves texts that differ from this one in values only, by the
/// same model.
///
/// # Errors
/// As [`parse_script`].
pub fn parse_script_and_template(
    text: &str,
    shape: &Shape<'_>,
    model: Option<&Model>,
) -> Result<(Vec<Statement>, Option<Template>), SqlError> {
    let judged = judge(text, Others::Refuse, model)?;
    let template = Template::new(shape, &judged);
    Ok((judged.into_iter().map(|one| one.statement).collect(), template))
}

fn judge(text: &str, others: Others, model: Option<&Model>) -> Result<Vec<Judged>, SqlError> {
    let trees = parse(text)?;
    if trees.len() > limits::STATEMENTS {
        return Err(SqlError::TooLarge);
    }
    // The only statement of a text that already is canonical needs no second parse.
    let original = if trees.len() == 1 { trimmed(text) } else { (0, "") };
    trees.into_iter().map(|tree| statement(tree, original, others, model)).collect()
}

fn statement(
    mut tree: p::Node,
    (begins, original): (i32, &str),
    others: Others,
    model: Option<&Model>,
) -> Result<Judged, SqlError> {
    let Some(node) = &mut tree.node else { return Err(SqlError::NotCanonical) };
    let Class { kind, refusal, answered } = classify(node);
    let built = |canonical: String, facts| Statement {
        kind,
        refusal,
        refused: None,
        tenant_parameter: None,
        canonical: canonical.into_boxed_str(),
        facts: Arc::new(facts),
        fingerprint: OnceLock::new(),
    };
    if let Some(canonical) = answered {
        return Ok(Judged::fixed(built(canonical.into_owned(), Facts::default())));
    }
    let unjudged = |tree| match others {
        Others::Refuse => String::new(),
        Others::Deparse => deparse(tree).map(|(text, _)| text).unwrap_or_default(),
    };
    if refusal.is_some() {
        return Ok(Judged::fixed(built(unjudged(tree), Facts::default())));
    }
    let mut walker = Walker::judge();
    walk_statement(node, &mut walker);
    if walker.gave_up() {
        return Err(SqlError::TooLarge);
    }
    let (mut facts, rewrote, constants) = walker.finish();
    if facts.unknown.is_empty()
        && let Some(model) = model
    {
        resolve(node, &mut facts, model)?;
    }
    if !facts.unknown.is_empty() {
        // It is refused for that: no need to find its canonical text.
        return Ok(Judged::fixed(built(unjudged(tree), facts)));
    }
    let rewritten = match model.map_or(Ok(Rewritten::default()), |model| rewrite(node, model)) {
        Ok(rewritten) => rewritten,
        Err(Refusal { reason, what }) => {
            let (refusal, refused) = (Some(reason), Some(what));
            let built = built(String::new(), facts);
            return Ok(Judged::fixed(Statement { refusal, refused, ..built }));
        }
    };
    let (canonical, tree) = deparse(tree)?;
    let canonical_constants = if rewrote || rewritten.changed || canonical != original {
        check(&canonical, &tree)?
    } else {
        constants.iter().map(|constant| constant.moved(-begins)).collect()
    };
    // What was rewritten has constants of Septum's own, and the client's in other places.
    let constants = if rewritten.changed { None } else { pairs(constants, canonical_constants) };
    let tenant_parameter = rewritten.parameter;
    let statement = Statement { tenant_parameter, ..built(canonical, facts) };
    Ok(Judged { statement, constants })
}

/// The trees of both texts are equal, so are the orders in which their constants were met.
fn pairs(text: Vec<Constant>, canonical: Vec<Constant>) -> Option<Vec<Pair>> {
    let each = |(text, canonical)| Pair { text, canonical };
    (text.len() == canonical.len()).then(|| text.into_iter().zip(canonical).map(each).collect())
}

/// Holds invariant 2: the text parses to the tree that was judged. Gives the constants in it.
fn check(canonical: &str, judged: &p::Node) -> Result<Vec<Constant>, SqlError> {
    let mut trees = parse(canonical).map_err(|error| match error {
        SqlError::TooDeep => SqlError::TooDeep,
        SqlError::Syntax { .. } | SqlError::TooLarge | SqlError::NotCanonical => {
            SqlError::NotCanonical
        }
    })?;
    let [tree] = trees.as_mut_slice() else { return Err(SqlError::NotCanonical) };
    let Some(node) = &mut tree.node else { return Err(SqlError::NotCanonical) };
    let mut walker = Walker::compare();
    walk_statement(node, &mut walker);
    let (_, _, constants) = walker.finish();
    if tree == judged { Ok(constants) } else { Err(SqlError::NotCanonical) }
}

pub(crate) fn parse(text: &str) -> Result<Vec<p::Node>, SqlError> {
    if !limits::is_scannable(text) {
        return Err(SqlError::TooDeep);
    }
    if let Some(trees) = raw::parse(text) {
        return Ok(trees);
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

/// The text without white space and the semicolon around its statement, and where it begins.
fn trimmed(text: &str) -> (i32, &str) {
    let blank = [' ', '\t', '\n', '\r'];
    let inner = text.trim_start_matches(blank);
    let begins = i32::try_from(text.len() - inner.len()).unwrap_or(i32::MAX);
    let inner = inner.trim_end_matches(blank);
    (begins, inner.strip_suffix(';').unwrap_or(inner).trim_end_matches(blank))
}
