//! What becomes of a server's errors and notices on their way to the client.

use septum_core::Reason;
use septum_pgwire::{Frame, backend};
use septum_sql::Class;

use super::expect::Expect;
use super::replies::out_of_order;
use super::{Fatal, Session};
use crate::refusal::Refusal;
use crate::scrub::{self, Stage};

impl Session {
    /// Passes on what a tenant may hear of a notice, if anything.
    pub(super) fn notice_of_server(&mut self, frame: &Frame) -> Result<(), Fatal> {
        let code = field(&frame.body, b'C').unwrap_or_default().to_owned();
        if scrub::shows_notice(&code) { self.write_scrubbed(frame, &code) } else { Ok(()) }
    }

    /// Passes on what a tenant may hear of an error or a notice.
    pub(super) fn write_scrubbed(&mut self, frame: &Frame, code: &str) -> Result<(), Fatal> {
        let stage = self.stage();
        let own = code == "23505" && self.key(&frame.body) == Some(Met::Own);
        let mut out = std::mem::take(&mut self.client.output);
        let written =
            backend::write_error_fields(frame.tag, &frame.body, &mut out, |name, value| {
                scrub::field(code, name, value, stage, || own)
            });
        self.client.output = out;
        written.map_err(out_of_order)
    }

    /// Until a statement runs no row can have been read.
    fn stage(&self) -> Stage {
        match self.expect.front() {
            Some(Expect::Parse { .. } | Expect::Bind { .. } | Expect::Statement { .. }) => {
                Stage::Input
            }
            _ => Stage::Rows,
        }
    }

    /// An error that may tell of another tenant's row is an attempt to find out: a policy that
    /// refused a row (catalogue S59), a unique key that is not the tenant's own (S57, S60, S61).
    /// There is one for each unit at most, since an error ends it.
    pub(super) fn note_probing(&mut self, body: &[u8], code: &str) {
        let probing = match code {
            // Missing privileges have the same code, and are nobody's row.
            "42501" => field(body, b'R') == Some("ExecWithCheckOptions"),
            "23505" | "23P01" => self.key(body) == Some(Met::Foreign),
            _ => false,
        };
        let Some(binding) = self.seen.binding().filter(|_| probing).cloned() else { return };
        let constraint = field(body, b'n').unwrap_or("a policy");
        let refusal = Refusal::new(Reason::Probing)
            .with_subject(format!("{code}: {constraint}"))
            .under(Some(&binding));
        self.attempted(&Refusal { binding: Some(binding), ..refusal });
    }

    /// Whose the unique key is that an error met. An exclusion constraint is no key.
    fn key(&self, body: &[u8]) -> Option<Met> {
        let model = self.shared.services.guard.model()?;
        let (schema, table) = (field(body, b's')?, field(body, b't')?);
        let relation = model.catalog().relation_named(Some(schema), table)?;
        let Class::Tenant { column, .. } = model.class(relation.oid) else { return None };
        let name = field(body, b'n')?;
        let key = relation.keys.iter().find(|key| &*key.name == name);
        let own = key.is_some_and(|key| {
            key.columns.iter().take(usize::from(key.key_columns)).any(|one| *one == column)
        });
        Some(if own { Met::Own } else { Met::Foreign })
    }
}

/// Whose row a unique key can have met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Met {
    /// The tenant column is part of the key: the tenant's own.
    Own,
    /// Anybody's.
    Foreign,
}

fn field(body: &[u8], name: u8) -> Option<&str> {
    backend::error_field(body, name).ok().flatten()
}
