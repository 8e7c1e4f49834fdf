//! COPY: between the client and one table or query only.
#![expect(clippy::wildcard_enum_match_arm, reason = "what is not named here is refused")]

use pg_query::protobuf as p;
use pg_query::protobuf::node::Node as NodeEnum;
use septum_core::Reason;

use crate::Kind;
use crate::classify::Class;

/// `COPY ... FROM STDIN`, in all that decides how its bytes are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyIn {
    /// The table, each part quoted.
    pub relation: String,
    /// The columns that were named, quoted; empty for all.
    pub columns: Vec<String>,
    /// The data's format.
    pub format: CopyFormat,
    /// Between columns.
    pub delimiter: u8,
    /// What stands for NULL.
    pub null: String,
    /// CSV: around values.
    pub quote: u8,
    /// CSV: before a quote inside a value.
    pub escape: u8,
    /// Whether a first line names the columns.
    pub header: CopyHeader,
    /// CSV: columns of which a quoted null string is NULL too.
    pub force_null: ForcedColumns,
    /// CSV: columns of which no value is NULL.
    pub force_not_null: ForcedColumns,
}

/// The format of COPY data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyFormat {
    /// Tabs and backslashes.
    Text,
    /// Comma-separated values.
    Csv,
    /// PostgreSQL's binary format.
    Binary,
}

/// What to do with a first line of column names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyHeader {
    /// There is none.
    None,
    /// Skip it.
    Skip,
    /// It must name the columns in their order.
    Match,
}

/// Columns that an option of COPY names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForcedColumns {
    /// These, quoted; none when empty.
    Listed(Vec<String>),
    /// All: `*`.
    All,
}

/// What a COPY is.
pub(crate) fn classify(statement: &p::CopyStmt) -> Class {
    let refused = Class::refused("COPY", Reason::CopyNotAllowed);
    if statement.is_program || !statement.filename.is_empty() {
        return Class::refused("COPY of a file or program", Reason::CopyNotAllowed);
    }
    let Some(options) = Options::read(&statement.options) else { return refused };
    if !statement.is_from {
        let narrowed = statement.where_clause.is_some();
        return if narrowed { refused } else { Class::runs(Kind::CopyOut) };
    }
    let to_table = statement.query.is_none() && statement.where_clause.is_none();
    let columns: Option<Vec<String>> = statement.attlist.iter().map(name).collect();
    match (&statement.relation, columns) {
        (Some(relation), Some(columns)) if to_table && !options.writes_only => {
            Class::runs(Kind::CopyIn(options.into_copy_in(quoted(relation), columns)))
        }
        _ => refused,
    }
}

/// The options of a COPY, as PostgreSQL's `ProcessCopyOptions` reads them. What is left out of
/// here (FREEZE, ON_ERROR, DEFAULT, ...) is refused.
#[derive(Default)]
struct Options {
    format: Option<CopyFormat>,
    delimiter: Option<u8>,
    null: Option<String>,
    quote: Option<u8>,
    escape: Option<u8>,
    header: Option<CopyHeader>,
    force_null: Option<ForcedColumns>,
    force_not_null: Option<ForcedColumns>,
    /// An option was given that COPY FROM doesn't take.
    writes_only: bool,
}

impl Options {
    fn read(list: &[p::Node]) -> Option<Self> {
        let mut options = Self::default();
        for node in list {
            let NodeEnum::DefElem(option) = node.node.as_ref()? else { return None };
            options.take(&option.defname, option.arg.as_deref())?;
        }
        options.is_consistent().then_some(options)
    }

    /// Reads one option; `None` when it isn't allowed, has no such value, or comes twice.
    fn take(&mut self, option: &str, arg: Option<&p::Node>) -> Option<()> {
        match option {
            "format" => once(&mut self.format, format(string(arg)?)?),
            "delimiter" => once(&mut self.delimiter, byte(string(arg)?)?),
            "null" => once(&mut self.null, string(arg)?.to_owned()),
            "quote" => once(&mut self.quote, byte(string(arg)?)?),
            "escape" => once(&mut self.escape, byte(string(arg)?)?),
            "header" => once(&mut self.header, header(arg)?),
            "force_null" => once(&mut self.force_null, forced(arg)?),
            "force_not_null" => once(&mut self.force_not_null, forced(arg)?),
            "force_quote" => {
                forced(arg)?;
                self.writes_only = true;
                Some(())
            }
            // Both sides speak UTF-8 (catalogue S137).
            "encoding" => {
                let encoding = string(arg)?;
                ["utf8", "utf-8", "unicode"]
                    .iter()
                    .any(|utf8| encoding.eq_ignore_ascii_case(utf8))
                    .then_some(())
            }
            _ => None,
        }
    }

    /// What PostgreSQL itself would refuse.
    fn is_consistent(&self) -> bool {
        let csv = self.format == Some(CopyFormat::Csv);
        let binary = self.format == Some(CopyFormat::Binary);
        let csv_only = self.quote.is_some()
            || self.escape.is_some()
            || self.force_null.is_some()
            || self.force_not_null.is_some()
            || self.writes_only;
        let textual = self.delimiter.is_some() || self.null.is_some() || self.header.is_some();
        let null = self.null.as_deref().unwrap_or_default();
        let delimiter = self.delimiter.unwrap_or(if csv { b',' } else { b'\t' });
        let quote = self.quote.unwrap_or(b'"');
        let refused = [
            csv_only && !csv,
            binary && textual,
            matches!(delimiter, b'\r' | b'\n'),
            !csv && b"\\.abcdefghijklmnopqrstuvwxyz0123456789".contains(&delimiter),
            null.contains(['\r', '\n']),
            null.as_bytes().contains(&delimiter),
            csv && (delimiter == quote || null.as_bytes().contains(&quote)),
        ];
        !refused.contains(&true)
    }

    fn into_copy_in(self, relation: String, columns: Vec<String>) -> CopyIn {
        let format = self.format.unwrap_or(CopyFormat::Text);
        let csv = format == CopyFormat::Csv;
        let quote = self.quote.unwrap_or(b'"');
        CopyIn {
            relation,
            columns,
            format,
            delimiter: self.delimiter.unwrap_or(if csv { b',' } else { b'\t' }),
            null: self.null.unwrap_or_else(|| if csv { "".into() } else { "\\N".into() }),
            quote,
            escape: self.escape.unwrap_or(quote),
            header: self.header.unwrap_or(CopyHeader::None),
            force_null: self.force_null.unwrap_or(ForcedColumns::Listed(Vec::new())),
            force_not_null: self.force_not_null.unwrap_or(ForcedColumns::Listed(Vec::new())),
        }
    }
}

fn once<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    slot.replace(value).is_none().then_some(())
}

fn string(arg: Option<&p::Node>) -> Option<&str> {
    match arg?.node.as_ref()? {
        NodeEnum::String(value) => Some(&value.sval),
        _ => None,
    }
}

fn byte(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [byte] => Some(*byte),
        _ => None,
    }
}

fn format(name: &str) -> Option<CopyFormat> {
    match name {
        "text" => Some(CopyFormat::Text),
        "csv" => Some(CopyFormat::Csv),
        "binary" => Some(CopyFormat::Binary),
        _ => None,
    }
}

fn header(arg: Option<&p::Node>) -> Option<CopyHeader> {
    let Some(arg) = arg else { return Some(CopyHeader::Skip) };
    let yes = match arg.node.as_ref()? {
        NodeEnum::Integer(number) => match number.ival {
            0 => false,
            1 => true,
            _ => return None,
        },
        NodeEnum::Boolean(value) => value.boolval,
        NodeEnum::String(word) => match word.sval.to_ascii_lowercase().as_str() {
            "true" | "on" => true,
            "false" | "off" => false,
            "match" => return Some(CopyHeader::Match),
            _ => return None,
        },
        _ => return None,
    };
    Some(if yes { CopyHeader::Skip } else { CopyHeader::None })
}

fn forced(arg: Option<&p::Node>) -> Option<ForcedColumns> {
    match arg?.node.as_ref()? {
        NodeEnum::AStar(_) => Some(ForcedColumns::All),
        NodeEnum::List(list) => {
            list.items.iter().map(name).collect::<Option<_>>().map(ForcedColumns::Listed)
        }
        _ => None,
    }
}

fn name(node: &p::Node) -> Option<String> {
    string(Some(node)).map(quote)
}

fn quoted(relation: &p::RangeVar) -> String {
    [&relation.catalogname, &relation.schemaname, &relation.relname]
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(|part| quote(part))
        .collect::<Vec<_>>()
        .join(".")
}

fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}
