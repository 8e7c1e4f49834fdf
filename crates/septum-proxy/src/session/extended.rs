//! The extended protocol: prepared statements and portals.

use std::sync::Arc;

use bytes::BytesMut;
use septum_guard::Parameter;
use septum_pgwire::backend::Write as _;
use septum_pgwire::frontend::{Bind, Execute, Parse, Target, Write as _};
use septum_sql::Statement;

use super::evidence::Bound;
use super::expect::{Done, Expect, Rows, Undo};
use super::prepared::{Portal, Prepared};
use super::query::{Judged, allowed};
use super::tenant;
use super::tripwire::{Described, Watched};
use super::{Session, Stop, Work, aborted, perform, postgres_error};
use crate::pool::Lease;

impl Session {
    pub(super) fn begin_parse(&mut self, parse: &Parse) -> Result<(), Stop> {
        if parse.name.is_empty() {
            // Whatever becomes of the new one, the old one is gone.
            self.statements.remove("");
        }
        let judged = self.judge(&parse.text)?;
        let statement = match judged.statements.as_ref() {
            [] => None,
            [statement] => Some(statement),
            _ => {
                return Err(postgres_error(
                    "42601",
                    "cannot insert multiple commands into a prepared statement",
                )
                .into());
            }
        };
        if let Some(statement) = statement {
            self.may_run(Some(statement))?;
        }
        if !parse.name.is_empty() && self.statements.contains_key(&parse.name) {
            let message = format!("prepared statement \"{}\" already exists", parse.name);
            return Err(postgres_error("42P05", message).into());
        }
        if !self.has_room_for(parse) {
            let message = "too many prepared statements; close some";
            return Err(postgres_error("53400", message).into());
        }
        let bound = judged.bound.clone();
        let prepared = Arc::new(Prepared::new(judged, parse.types.as_slice().into()));
        tenant::has_room(&prepared)?;
        if !prepared.is_remote() {
            self.notice(&prepared.judgement, std::iter::empty(), &bound);
        }
        self.push(Work::Prepare { name: parse.name.clone(), prepared })
    }

    /// In a failed transaction only what ends it, or a part of it, is prepared or bound, known
    /// or not (trap P12).
    fn may_run(&self, statement: Option<&Statement>) -> Result<(), Stop> {
        let goes_on = |statement: &Statement| perform::goes_on_after_failure(statement.kind());
        if self.is_aborted() && !statement.is_some_and(goes_on) { Err(aborted()) } else { Ok(()) }
    }

    /// Bounds what one client's statements take: in number, and where their texts are long also
    /// in size.
    fn has_room_for(&self, parse: &Parse) -> bool {
        const LONG: usize = 4 << 10;
        let limits = &self.shared.config.limits;
        let held = || self.statements.values().map(|prepared| prepared.size()).sum::<usize>();
        let size = parse.text.len();
        is_name(&parse.name)
            && self.statements.len() < limits.statements
            && (size <= LONG || held().saturating_add(size) <= limits.message_bytes)
    }

    /// Prepares a judged statement, on the server where it is one of the server's.
    pub(super) fn prepare(&mut self, name: String, prepared: Arc<Prepared>) -> Result<(), Stop> {
        if !prepared.is_remote() {
            let before = self.statements.insert(name.clone(), prepared);
            self.answer(Undo::Statement(name, before), BytesMut::parse_complete);
            return Ok(());
        }
        let bound = self.resolve(&prepared.evidence)?;
        let prepared = self.renewed(&prepared, &bound)?;
        self.ready_for(&bound, || Work::Prepare {
            name: name.clone(),
            prepared: Arc::clone(&prepared),
        })?;
        let before = self.statements.insert(name.clone(), Arc::clone(&prepared));
        let Some(Lease { server, .. }) = &mut self.lease else { return Ok(()) };
        if server.statements.name(&prepared.key).is_some() {
            self.answer(Undo::Statement(name, before), BytesMut::parse_complete);
            return Ok(());
        }
        self.send_parse(&prepared, Some((name, before)));
        Ok(())
    }

    /// Writes the `Parse`; the client sees its completion when it asked for it by this name.
    fn send_parse(&mut self, prepared: &Prepared, client: Option<(String, Option<Arc<Prepared>>)>) {
        let (Some(lease), Some(statement)) = (&mut self.lease, prepared.statement()) else {
            return;
        };
        let server = &mut lease.server;
        let key = Arc::clone(&prepared.key);
        let (name, closed) = server.statements.insert(Arc::clone(&key));
        for closed in closed {
            server.wire.output.close_statement(&closed);
            self.expect.push_back(Expect::Close { relay: false, undo: Undo::Closed(closed) });
        }
        server.parse(&name, statement, &key.types);
        let relay = client.is_some();
        let undo = match client {
            Some((name, before)) => Undo::Both(key, name, before),
            None => Undo::Prepared(key),
        };
        self.expect.push_back(Expect::Parse { relay, undo });
        self.sent = true;
    }

    /// The name under which the server has the statement, preparing it there if need be.
    fn server_name(&mut self, prepared: &Prepared) -> Option<Arc<str>> {
        let known = self.lease.as_mut()?.server.statements.name(&prepared.key);
        if known.is_some() {
            return known;
        }
        self.send_parse(prepared, None);
        self.lease.as_mut()?.server.statements.name(&prepared.key)
    }

    /// The same, judged by what the database is now. A server gets a text anew where it changed.
    fn renewed(&self, prepared: &Arc<Prepared>, bound: &Bound) -> Result<Arc<Prepared>, Stop> {
        let guard = &self.shared.services.guard;
        if guard.is_current(&prepared.judgement) {
            return Ok(Arc::clone(prepared));
        }
        let judgement = guard.renewed(&prepared.judgement);
        let statements = allowed(&judgement, bound)?;
        let (evidence, bound) = (prepared.evidence.clone(), bound.clone());
        let judged = Judged { statements, judgement, evidence, bound };
        let prepared = Arc::new(Prepared::new(judged, prepared.key.types.clone()));
        tenant::has_room(&prepared)?;
        Ok(prepared)
    }

    /// The same, and kept for the next time.
    fn renewed_in_place(
        &mut self,
        name: &str,
        prepared: &Arc<Prepared>,
        bound: &Bound,
    ) -> Result<Arc<Prepared>, Stop> {
        let renewed = self.renewed(prepared, bound)?;
        if !Arc::ptr_eq(&renewed, prepared)
            && let Some(kept) = self.statements.get_mut(name)
        {
            *kept = Arc::clone(&renewed);
        }
        Ok(renewed)
    }

    fn find(&self, name: &str) -> Result<Arc<Prepared>, Stop> {
        self.statements.get(name).cloned().ok_or_else(|| {
            let message = match name {
                "" => "unnamed prepared statement does not exist".to_owned(),
                name => format!("prepared statement \"{name}\" does not exist"),
            };
            postgres_error("26000", message).into()
        })
    }

    pub(super) fn bind(&mut self, bind: Bind) -> Result<(), Stop> {
        let mut prepared = self.find(&bind.statement)?;
        if !is_name(&bind.portal) || self.portals.len() >= self.shared.config.limits.statements {
            return Err(postgres_error("53400", "too many portals; close some").into());
        }
        self.may_run(prepared.statement().map(|one| &**one))?;
        if !prepared.is_remote() {
            if !bind.portal.is_empty() && self.portals.contains_key(&bind.portal) {
                let message = format!("cursor \"{}\" already exists", bind.portal);
                return Err(postgres_error("42P03", message).into());
            }
            let portal = Portal { prepared, ran: false, watched: Arc::default() };
            let before = self.portals.insert(bind.portal.clone(), portal);
            self.answer(Undo::Portal(bind.portal, before), BytesMut::bind_complete);
            return Ok(());
        }
        let bound = self.resolve(&prepared.evidence)?;
        prepared = self.renewed_in_place(&bind.statement, &prepared, &bound)?;
        allowed(&prepared.judgement, &bound)?;
        let values = tenant::values(&bind, &prepared, &bound)?;
        self.ready_for(&bound, || Work::Bind(bind.clone()))?;
        if let Some(statement) = prepared.statement() {
            self.look_for_strangers(statement);
        }
        let mut types = prepared.key.types.iter();
        let parameters = bind.parameters().map(move |(value, binary)| Parameter {
            value,
            binary,
            type_oid: types.next().copied().unwrap_or(0),
        });
        self.notice(&prepared.judgement, parameters, &bound);
        let Some(name) = self.server_name(&prepared) else { return Ok(()) };
        let Some(lease) = &mut self.lease else { return Ok(()) };
        lease.server.wire.output.bind(&bind.portal, &name, &values);
        let known = lease.server.statements.shape(&prepared.key);
        let formats = bind.result_formats();
        let guard = &self.shared.services.guard;
        let watched = Watched::of(&prepared.key, known, &formats, guard);
        let portal = Portal { prepared, ran: false, watched };
        let before = self.portals.insert(bind.portal.clone(), portal);
        self.expect
            .push_back(Expect::Bind { relay: true, undo: Undo::Portal(bind.portal, before) });
        self.sent = true;
        Ok(())
    }

    pub(super) fn describe(&mut self, target: &Target) -> Result<(), Stop> {
        match target {
            Target::Statement(name) => {
                let prepared = self.find(name)?;
                if !prepared.is_remote() {
                    self.answer(Undo::Nothing, |out| {
                        out.no_parameters();
                        describe_local(&prepared, out);
                    });
                    return Ok(());
                }
                let bound = self.resolve(&prepared.evidence)?;
                let prepared = self.renewed_in_place(name, &prepared, &bound)?;
                allowed(&prepared.judgement, &bound)?;
                self.ready_for(&bound, || Work::Describe(target.clone()))?;
                let Some(name) = self.server_name(&prepared) else { return Ok(()) };
                let Some(lease) = &mut self.lease else { return Ok(()) };
                lease.server.wire.output.describe_statement(&name);
                let tenant = prepared.statement().and_then(|one| one.tenant_parameter());
                let key = Arc::clone(&prepared.key);
                self.expect.push_back(Expect::Statement { key, tenant });
            }
            Target::Portal(name) => {
                if let Some(portal) = self.portals.get(name)
                    && !portal.prepared.is_remote()
                {
                    let prepared = Arc::clone(&portal.prepared);
                    self.answer(Undo::Nothing, |out| describe_local(&prepared, out));
                    return Ok(());
                }
                // What is not in our list may be a cursor that SQL declared in this
                // transaction; the server knows.
                self.ready_for_portal(name, || Work::Describe(target.clone()))?;
                let of = Described::Portal(self.watched(name));
                let Some(lease) = &mut self.lease else { return Ok(()) };
                lease.server.wire.output.describe_portal(name);
                self.expect.push_back(Expect::Portal { rows: true, no_data: true, of });
            }
        }
        self.sent = true;
        Ok(())
    }

    pub(super) fn execute(&mut self, execute: &Execute) -> Result<(), Stop> {
        if let Some(portal) = self.portals.get(&execute.portal)
            && !portal.prepared.is_remote()
        {
            let (prepared, ran) = (Arc::clone(&portal.prepared), portal.ran);
            let Some(statement) = prepared.statement() else {
                self.answer(Undo::Nothing, BytesMut::empty_query);
                return Ok(());
            };
            self.may_run(Some(statement))?;
            if ran {
                let message = format!("portal \"{}\" cannot be run", execute.portal);
                return Err(postgres_error("55000", message).into());
            }
            let bound = self.resolve(&prepared.evidence)?;
            let prepared = self.renewed(&prepared, &bound)?;
            allowed(&prepared.judgement, &bound)?;
            let Some(statement) = prepared.statement() else { return Ok(()) };
            self.perform(statement, &bound, || Work::Execute(execute.clone()))?;
            if let Some(portal) = self.portals.get_mut(&execute.portal) {
                portal.ran = true;
            }
            return Ok(());
        }
        self.ready_for_portal(&execute.portal, || Work::Execute(execute.clone()))?;
        let watched = self.watched(&execute.portal);
        let describe = !watched.is_known() && !self.is_being_described(&watched);
        let Some(lease) = &mut self.lease else { return Ok(()) };
        if describe {
            lease.server.wire.output.describe_portal(&execute.portal);
            let of = Described::Portal(Arc::clone(&watched));
            self.expect.push_back(Expect::Portal { rows: false, no_data: false, of });
        }
        lease.server.wire.output.execute(&execute.portal, execute.rows);
        self.expect.push_back(Expect::Execution { rows: Rows::Relay(watched), done: Done::Relay });
        self.sent = true;
        Ok(())
    }

    /// What is known of a portal's rows; of a cursor that SQL declared, nothing.
    fn watched(&self, name: &str) -> Arc<Watched> {
        self.portals.get(name).map(|portal| Arc::clone(&portal.watched)).unwrap_or_default()
    }

    /// A portal is of the transaction under way, or of none; the bind it was made under may have
    /// to be made again.
    fn ready_for_portal(&mut self, name: &str, work: impl FnOnce() -> Work) -> Result<(), Stop> {
        let portal = self.portals.get(name);
        // No cursor is unnamed: a portal of the server's that is would be one of Septum's own.
        if self.lease.is_none() || (name.is_empty() && portal.is_none()) {
            return Err(no_portal(name));
        }
        let evidence = portal.map(|portal| portal.prepared.evidence.clone()).unwrap_or_default();
        let bound = self.resolve(&evidence)?;
        self.ready_for(&bound, work)
    }

    pub(super) fn close(&mut self, target: &Target) {
        match target {
            Target::Statement(name) => {
                let before = self.statements.remove(name);
                self.answer(Undo::Statement(name.clone(), before), BytesMut::close_complete);
            }
            Target::Portal(name) => {
                let before = self.portals.remove(name);
                let local =
                    before.as_ref().map_or(name.is_empty(), |portal| !portal.prepared.is_remote());
                match &mut self.lease {
                    Some(lease) if !local => {
                        lease.server.wire.output.close_portal(name);
                        let undo = Undo::Portal(name.clone(), before);
                        self.expect.push_back(Expect::Close { relay: true, undo });
                        self.sent = true;
                    }
                    _ => self.answer(Undo::Portal(name.clone(), before), BytesMut::close_complete),
                }
            }
        }
    }
}

/// PostgreSQL itself looks at 63 bytes of a name. Longer ones are only a way to take memory.
fn is_name(name: &str) -> bool {
    name.len() <= 255
}

/// Describes a statement that Septum itself answers.
fn describe_local(prepared: &Prepared, out: &mut BytesMut) {
    match prepared.statement().and_then(|statement| perform::column(statement.kind())) {
        Some((name, oid)) => out.one_column(name, oid),
        None => out.no_data(),
    }
}

fn no_portal(name: &str) -> Stop {
    postgres_error("34000", format!("portal \"{name}\" does not exist")).into()
}
