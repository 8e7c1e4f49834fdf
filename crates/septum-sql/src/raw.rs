//! Trees of the statements that most texts are made of, read from libpg_query's JSON.
//!
//! Its other output costs ten times the parse: for each node of a tree, the protobuf encoder asks
//! every kind of node whether it is this one. JSON is written by the same generated code, field
//! by field; what it leaves out is at its default, as in protobuf.
//!
//! INVARIANT: a tree that comes from here is the one that [`pg_query::parse`] gives. What isn't
//! named in [`kinds`], field by field, gives none, and neither does any doubt.

mod ffi;
mod json;
mod kinds;

use pg_query::protobuf as p;

use json::{Json, Reader};

/// A longer text's JSON would be larger than it is worth.
const LONGEST: usize = 16 * 1024;

/// The statements of a text; `None` where [`pg_query::parse`] has to say what they are.
pub(crate) fn parse(text: &str) -> Option<Vec<p::Node>> {
    if text.len() > LONGEST {
        return None;
    }
    ffi::with_json_tree(text, |tree| {
        let mut reader = Reader::new(tree);
        let script = Script::read(&mut reader)?;
        reader.is_at_end().then_some(script.0)
    })?
}

/// `{"version":...,"stmts":[{"stmt":{...},"stmt_location":...,"stmt_len":...},...]}`
struct Script(Vec<p::Node>);

impl Json for Script {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let mut statements = Vec::new();
        reader.object(|reader, key| match key {
            "version" => reader.number::<i32>().map(drop),
            "stmts" => reader.array(|reader| {
                statements.push(Raw::read(reader)?.0);
                Some(())
            }),
            _ => None,
        })?;
        Some(Self(statements))
    }
}

struct Raw(p::Node);

impl Json for Raw {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let mut statement = None;
        reader.object(|reader, key| match key {
            "stmt" => {
                statement = Some(p::Node::read(reader)?);
                Some(())
            }
            "stmt_location" | "stmt_len" => reader.number::<i32>().map(drop),
            _ => None,
        })?;
        statement.map(Self)
    }
}

#[cfg(test)]
mod tests;
