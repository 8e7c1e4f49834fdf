//! The result tripwire: what comes back is held against the binding, whatever let it through.
//!
//! A `RowDescription` says of which table's which column each output column is. Where that is a
//! tenant column, its value in each row must be the bound tenant's key, or NULL as an outer join
//! makes it. Nothing is looked at where there is none.
//!
//! What it sees: columns that are named as such, through sub-selects, common table expressions,
//! `RETURNING`, cursors. What it can't see: expressions, casts, set operations, whole rows, COPY
//! (their origin is no column's), and results without the tenant column. It is as good as the
//! model that says which columns are tenant columns.
//!
//! INVARIANT: no row is relayed of a result that was not described. A description that the client
//! did not ask for is asked for before the execution and kept from it.

use std::sync::{Arc, OnceLock, Weak};

use septum_bind::Binding;
use septum_core::{Reason, TenantId};
use septum_guard::{Guard, Mode};
use septum_pgwire::backend::{self, OutputColumn, tag};
use septum_pgwire::frontend::ResultFormats;
use septum_pgwire::{Header, Malformed, Reader};
use septum_sql::catalog::Oid;
use septum_sql::{Class, Model};

use super::expect::{Expect, Rows};
use super::replies::out_of_order;
use super::{Fatal, Session};
use crate::refusal::Refusal;
use crate::server::Key;

/// The tenant columns of a result.
#[derive(Debug)]
pub(crate) struct Shape {
    /// By which model; another may see it otherwise.
    model: Weak<Model>,
    columns: Box<[TenantColumn]>,
}

#[derive(Clone, Debug)]
struct TenantColumn {
    index: usize,
    type_oid: u32,
    table: Oid,
}

/// The result of a portal, once it is known.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    /// What the portal is of, where its result can be known beforehand.
    pub(crate) key: Option<Arc<Key>>,
    result: OnceLock<Watch>,
}

/// What to look at in each row.
#[derive(Debug)]
struct Watch {
    shape: Arc<Shape>,
    /// For each of the shape's columns.
    binary: Box<[bool]>,
}

/// What a description is of.
#[derive(Clone, Debug)]
pub(crate) enum Described {
    Statement(Arc<Key>),
    Portal(Arc<Watched>),
}

/// Whether a message may go to the client.
pub(super) enum Look {
    Pass,
    /// More of it must have come.
    More,
}

impl Shape {
    fn new(columns: &[OutputColumn], model: Option<&Arc<Model>>) -> Self {
        let tenant_column = |(index, column): (usize, &OutputColumn)| {
            let table = Oid(column.table);
            let Class::Tenant { column: number, .. } = model?.class(table) else { return None };
            let found = number == column.number;
            found.then_some(TenantColumn { index, type_oid: column.type_oid, table })
        };
        let columns = columns.iter().enumerate().filter_map(tenant_column).collect();
        Self { model: model.map_or_else(Weak::new, Arc::downgrade), columns }
    }

    /// Whether a model says the same.
    fn is_of(&self, guard: &Guard) -> bool {
        guard.model().is_some_and(|model| std::ptr::eq(self.model.as_ptr(), Arc::as_ptr(&model)))
    }
}

impl Watched {
    /// A portal of a statement whose result was described before, or is still to be.
    pub(super) fn of(
        key: &Arc<Key>,
        known: Option<Arc<Shape>>,
        formats: &ResultFormats,
        guard: &Guard,
    ) -> Arc<Self> {
        // What a FETCH gives is up to the cursor that has the name by then.
        let key = Some(Arc::clone(key)).filter(|key| !key.text.starts_with("FETCH"));
        let watched = Self { key, result: OnceLock::new() };
        if let Some(shape) = known.filter(|shape| watched.key.is_some() && shape.is_of(guard)) {
            let binary = shape.columns.iter().map(|column| formats.is_binary(column.index));
            let binary = binary.collect();
            watched.set(Watch { shape, binary });
        }
        Arc::new(watched)
    }

    pub(super) fn is_known(&self) -> bool {
        self.result.get().is_some()
    }

    /// A second description of a portal says the same.
    fn set(&self, watch: Watch) {
        let _ = self.result.set(watch);
    }
}

impl Watch {
    /// The table with a row that is not the tenant's.
    fn foreign(&self, row: &[u8], tenant: Option<&TenantId>) -> Result<Option<Oid>, Malformed> {
        let mut reader = Reader::new(row);
        let count = usize::from(reader.u16()?);
        let mut wanted = self.shape.columns.iter().zip(&self.binary).peekable();
        for index in 0..count {
            let value = reader.value()?;
            let Some((column, binary)) = wanted.next_if(|(column, _)| column.index == index) else {
                continue;
            };
            let own = |value| {
                tenant.is_some_and(|tenant| tenant.is_sent_as(value, column.type_oid, *binary))
            };
            if value.is_some_and(|value| !own(value)) {
                return Ok(Some(column.table));
            }
            if wanted.peek().is_none() {
                return Ok(None);
            }
        }
        // A row that is shorter than its description.
        if wanted.peek().is_some() { Err(Malformed::Count) } else { Ok(None) }
    }
}

impl Session {
    /// Keeps what a description says of a result; `None` says that it has none.
    pub(super) fn described(&mut self, of: &Described, body: Option<&[u8]>) -> Result<(), Fatal> {
        let columns = body.map(backend::row_description).transpose().map_err(out_of_order)?;
        let columns = columns.unwrap_or_default();
        let model = self.shared.services.guard.model();
        let shape = Arc::new(Shape::new(&columns, model.as_ref()));
        let key = match of {
            Described::Statement(key) => Some(key),
            Described::Portal(watched) => {
                let format =
                    |column: &TenantColumn| columns.get(column.index).map(|one| one.binary);
                let binary = shape.columns.iter().map(|one| format(one).unwrap_or(false)).collect();
                watched.set(Watch { shape: Arc::clone(&shape), binary });
                watched.key.as_ref()
            }
        };
        if let (Some(key), Some(lease)) = (key, &mut self.lease) {
            lease.server.statements.describe(key, shape);
        }
        Ok(())
    }

    /// Whether a description of this portal is among what the server will answer next.
    pub(super) fn is_being_described(&self, watched: &Arc<Watched>) -> bool {
        // One that is further off is asked for again.
        const NEAR: usize = 16;
        self.expect.iter().rev().take(NEAR).any(|expect| match expect {
            Expect::Portal { of: Described::Portal(other), .. } => Arc::ptr_eq(other, watched),
            _ => false,
        })
    }

    /// Looks at a message of rows before the client gets any of it.
    pub(super) fn look(&mut self, header: &Header) -> Result<Look, Fatal> {
        let Some(Expect::Execution { rows: Rows::Relay(watched), .. }) = self.expect.front() else {
            return Ok(Look::Pass);
        };
        if self.shared.services.guard.mode() == Mode::Off {
            // Row-level security is to be seen alone.
            return Ok(Look::Pass);
        }
        let watch = match (watched.result.get(), header.tag) {
            (None, tag::DATA_ROW) => return Err(out_of_order("a row that was not described")),
            (watch, tag::DATA_ROW) => watch.filter(|watch| !watch.binary.is_empty()),
            _ => None,
        };
        let canaries = !self.shared.config.canaries.is_empty()
            && matches!(header.tag, tag::DATA_ROW | tag::COPY_DATA);
        if watch.is_none() && !canaries {
            return Ok(Look::Pass);
        }
        let Some(lease) = &self.lease else { return Ok(Look::Pass) };
        let input = &lease.server.wire.input;
        let Some(message) = input.get(..header.total()) else {
            if header.total() > self.shared.config.limits.message_bytes {
                return Err(Refusal::new(Reason::MessageTooLarge)
                    .with_detail("a row that has to be looked at is over the limit")
                    .into());
            }
            return Ok(Look::More);
        };
        let body = message.get(Header::LEN..).unwrap_or_default();
        let binding = self.seen.binding();
        let tenant = binding.map(|binding| binding.tenant());
        let table = match watch {
            Some(watch) => watch.foreign(body, tenant).map_err(out_of_order)?,
            None => None,
        };
        if let Some(table) = table {
            return Err(self.leaked(&format!("a row of {}", self.name_of(table))));
        }
        if canaries && self.shared.config.canaries.is_foreign(body, tenant) {
            return Err(self.leaked("a canary in a row"));
        }
        Ok(Look::Pass)
    }

    /// Looks for canaries in an error or a notice.
    pub(super) fn look_at_text(&mut self, body: &[u8]) -> Result<(), Fatal> {
        let tenant = self.seen.binding().map(|binding| binding.tenant());
        if self.shared.config.canaries.is_foreign(body, tenant) {
            return Err(self.leaked("a canary in an error or a notice"));
        }
        Ok(())
    }

    /// Another tenant's row came back: nothing more is believed of this connection.
    fn leaked(&mut self, subject: &str) -> Fatal {
        self.tainted = true;
        let binding: Option<Arc<Binding>> = self.seen.binding().cloned();
        let refusal =
            Refusal::new(Reason::LeakedRow).with_subject(subject).under(binding.as_deref());
        Refusal { binding, ..refusal }.into()
    }

    fn name_of(&self, table: Oid) -> String {
        let model = self.shared.services.guard.model();
        let relation = model.as_ref().and_then(|model| model.catalog().relation(table));
        relation.map_or_else(
            || format!("table {table}"),
            |relation| format!("{}.{}", relation.schema, relation.name),
        )
    }
}
