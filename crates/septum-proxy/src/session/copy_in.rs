//! `COPY table FROM STDIN`, carried as inserts.
//!
//! PostgreSQL refuses `COPY FROM` where row-level security is on. So each row becomes one
//! execution of a judged `INSERT INTO table (columns) VALUES ($1, ...)`, pipelined, in the same
//! implicit transaction: the policies check every row, and an error undoes them all. Values go
//! as parameters in the format in which they came, so the same input functions read them.

use septum_core::Reason;
use septum_guard::{Judgement, Parameter};
use septum_pgwire::backend::Write as _;
use septum_pgwire::copy::{Csv, Decoder, Format, Header, Options, Text};
use septum_pgwire::frontend::{Message, Write as _};
use septum_sql::{CopyFormat, CopyHeader, CopyIn as Statement, ForcedColumns};

use super::evidence::Bound;
use super::expect::{Done, Expect, Rows, Undo};
use super::query::allowed;
use super::{Fatal, Session, Stop, Work, postgres_error};
use crate::refusal::Refusal;
use crate::server::Own;

/// A copy under way.
pub(super) enum CopyIn {
    /// The server is asked for the columns.
    Columns { statement: Box<Statement>, bound: Bound },
    /// The insert is being prepared.
    Preparing {
        decoder: Box<Decoder>,
        insert: Judgement,
        scoped: Scoped,
        binary: bool,
        columns: usize,
    },
    /// The client sends rows; `fed` while there may be whole ones that were not sent on.
    Streaming {
        decoder: Box<Decoder>,
        insert: Judgement,
        scoped: Scoped,
        binary: bool,
        fed: bool,
        ended: bool,
        crossed: bool,
    },
}

/// Whether the insert has the tenant's parameter behind its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scoped {
    Yes,
    No,
}

impl CopyIn {
    /// Whether the server must speak before the client's data is of use.
    pub(super) fn is_waiting(&self) -> bool {
        !matches!(self, Self::Streaming { .. })
    }
}

impl Session {
    pub(super) fn begin_copy(
        &mut self,
        statement: &Statement,
        bound: &Bound,
        again: impl FnOnce() -> Work,
    ) -> Result<(), Stop> {
        self.ready_for(bound, again)?;
        // The copy uses the portal that has no name.
        if self.portals.get("").is_some_and(|portal| portal.prepared.is_remote()) {
            self.portals.remove("");
        }
        self.copied = 0;
        if !statement.columns.is_empty() {
            return self.prepare_copy(statement, &statement.columns.clone(), bound);
        }
        let Some(lease) = &mut self.lease else { return Ok(()) };
        let server = &mut lease.server;
        server.parse_own("", Own::CopyColumns);
        let relation = [Some(statement.relation.as_bytes())];
        server.wire.output.bind_values("", "", false, relation.into_iter());
        server.wire.output.execute("", 0);
        server.wire.output.flush();
        self.expect.push_back(Expect::Parse { relay: false, undo: Undo::Nothing });
        self.expect.push_back(Expect::Bind { relay: false, undo: Undo::Nothing });
        self.expect.push_back(Expect::Execution { rows: Rows::Keep, done: Done::CopyColumns });
        self.sent = true;
        self.copy =
            Some(CopyIn::Columns { statement: Box::new(statement.clone()), bound: bound.clone() });
        Ok(())
    }

    /// The server has said which columns there are.
    pub(super) fn copy_columns(&mut self, columns: &[String]) -> Result<(), Stop> {
        let Some(CopyIn::Columns { statement, bound }) = self.copy.take() else { return Ok(()) };
        if columns.is_empty() {
            let message = format!("relation {} does not exist", statement.relation);
            return Err(postgres_error("42P01", message).into());
        }
        self.prepare_copy(&statement, columns, &bound)
    }

    /// Prepares the insert. It is judged like any statement of the client's.
    fn prepare_copy(
        &mut self,
        statement: &Statement,
        columns: &[String],
        bound: &Bound,
    ) -> Result<(), Stop> {
        let decoder =
            Decoder::new(options(statement, columns, self.shared.config.limits.message_bytes))
                .map_err(|error| postgres_error(error.sqlstate(), error.to_string()))?;
        let values: Vec<String> = (1..=columns.len()).map(|n| format!("${n}")).collect();
        let text = format!(
            "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})",
            statement.relation,
            columns.join(", "),
            values.join(", ")
        );
        let judgement = self.shared.services.guard.judgement(&text);
        let statements = allowed(&judgement, bound)?;
        let [insert] = statements.as_ref() else {
            return Err(Refusal::new(Reason::CopyNotAllowed).into());
        };
        let scoped = match insert.tenant_parameter() {
            None => Scoped::No,
            Some(number) if usize::from(number) == columns.len() + 1 => Scoped::Yes,
            Some(_) => return Err(Refusal::new(Reason::NoTenantParameter).into()),
        };
        let Some(lease) = &mut self.lease else { return Ok(()) };
        lease.server.parse("", insert, &[]);
        lease.server.wire.output.flush();
        self.expect.push_back(Expect::CopyPrepared);
        self.sent = true;
        let binary = statement.format == CopyFormat::Binary;
        self.copy = Some(CopyIn::Preparing {
            decoder: Box::new(decoder),
            insert: judgement,
            scoped,
            binary,
            columns: columns.len(),
        });
        Ok(())
    }

    /// The insert is prepared: the client may send.
    pub(super) fn copy_prepared(&mut self) {
        if let Some(CopyIn::Preparing { decoder, insert, scoped, binary, columns }) =
            self.copy.take()
        {
            self.client.output.copy_in(binary, columns);
            self.copy = Some(CopyIn::Streaming {
                decoder,
                insert,
                scoped,
                binary,
                fed: false,
                ended: false,
                crossed: false,
            });
        }
    }

    /// A message of the client's while it copies.
    pub(super) fn copy_message(&mut self, message: Message) -> Result<Result<(), Stop>, Fatal> {
        let Some(CopyIn::Streaming { decoder, fed, ended, .. }) = &mut self.copy else {
            return Ok(Ok(()));
        };
        match message {
            Message::CopyData(data) => {
                decoder.feed(&data);
                *fed = true;
                Ok(Ok(()))
            }
            Message::CopyDone => {
                decoder.end();
                (*fed, *ended) = (true, true);
                Ok(Ok(()))
            }
            Message::CopyFail(reason) => {
                let message = format!("COPY from stdin failed: {reason}");
                Ok(Err(postgres_error("57014", message).into()))
            }
            // The server would ignore them here (catalogue S95).
            Message::Flush | Message::Sync => Ok(Ok(())),
            Message::Terminate => Err(Fatal::goodbye()),
            _ => Err(Refusal::new(Reason::ProtocolViolation)
                .with_detail("unexpected message type during COPY from stdin")
                .into()),
        }
    }

    /// Sends on the whole rows that have come, as many as the server can take for now; `None`
    /// when there is nothing to do. One message may hold millions of rows.
    pub(super) fn copy_rows(&mut self) -> Option<Result<(), Stop>> {
        loop {
            if self.is_full() {
                return None;
            }
            let Some(CopyIn::Streaming {
                decoder,
                insert,
                scoped,
                binary,
                fed: fed @ true,
                ended,
                crossed,
            }) = &mut self.copy
            else {
                return None;
            };
            let out = &mut self.lease.as_mut()?.server.wire.output;
            match decoder.next_row() {
                Ok(Some(row)) => {
                    let crossing = match self.ahead.binding() {
                        // One attempt a copy, however many rows.
                        Some(binding) if !*crossed => self.shared.services.guard.crossing(
                            insert,
                            row.iter().map(|value| Parameter {
                                value,
                                binary: *binary,
                                type_oid: 0,
                            }),
                            binding,
                        ),
                        Some(_) | None => None,
                    };
                    let tenant = match (scoped, self.ahead.binding()) {
                        (Scoped::No, _) => None,
                        (Scoped::Yes, Some(binding)) => Some(binding.tenant().to_string()),
                        (Scoped::Yes, None) => {
                            return Some(Err(Refusal::new(Reason::NoBinding).into()));
                        }
                    };
                    let tenant = tenant.as_deref().map(str::as_bytes);
                    out.bind_values_and("", "", *binary, row.iter(), tenant);
                    out.execute("", 0);
                    self.expect.push_back(Expect::Bind { relay: false, undo: Undo::Nothing });
                    self.expect
                        .push_back(Expect::Execution { rows: Rows::Discard, done: Done::CopyRow });
                    if let Some(denial) = crossing {
                        *crossed = true;
                        self.attempted(&denial.into());
                    }
                }
                Ok(None) if *ended => {
                    out.flush();
                    self.copy = None;
                    self.expect.push_back(Expect::CopyEnd);
                }
                Ok(None) => *fed = false,
                Err(error) => {
                    return Some(Err(postgres_error(error.sqlstate(), error.to_string()).into()));
                }
            }
        }
    }
}

fn options(statement: &Statement, columns: &[String], max_row: usize) -> Options {
    let header = match statement.header {
        CopyHeader::None => Header::None,
        CopyHeader::Skip => Header::Skip,
        CopyHeader::Match => Header::Match(columns.iter().map(|name| unquoted(name)).collect()),
    };
    let forced = |columns_of: &ForcedColumns| match columns_of {
        ForcedColumns::All => (0..columns.len()).collect(),
        ForcedColumns::Listed(names) => names
            .iter()
            // A name that is none of the columns becomes an index that the decoder refuses.
            .map(|name| columns.iter().position(|column| unquoted(column) == unquoted(name)))
            .map(|position| position.unwrap_or(usize::MAX))
            .collect(),
    };
    let format = match statement.format {
        CopyFormat::Text => Format::Text(Text {
            delimiter: statement.delimiter,
            null: statement.null.clone(),
            header,
        }),
        CopyFormat::Csv => Format::Csv(Csv {
            delimiter: statement.delimiter,
            quote: statement.quote,
            escape: statement.escape,
            null: statement.null.clone(),
            header,
            force_null: forced(&statement.force_null),
            force_not_null: forced(&statement.force_not_null),
        }),
        CopyFormat::Binary => Format::Binary,
    };
    Options { format, columns: columns.len(), max_row }
}

/// The name that a quoted identifier stands for.
fn unquoted(name: &str) -> String {
    match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => name.to_owned(),
    }
}
