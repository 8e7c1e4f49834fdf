//! How a reason becomes PostgreSQL's error: the one place that maps them.

use std::sync::Arc;

use septum_audit::{Event, Kind, Sink};
use septum_bind::{BindError, Binding, Claim};
use septum_core::{Principal, Reason, Source, TenantId, TraceId};
use septum_guard::Denial;
use septum_pgwire::{ErrorFields, Severity};

/// A refusal on its way to the client and, where it is one for the log, to the audit log.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) reason: Reason,
    /// What was tried, in Septum's words.
    pub(crate) subject: Option<String>,
    pub(crate) fingerprint: Option<String>,
    pub(crate) position: Option<u32>,
    /// More than the reason's title says.
    pub(crate) detail: Option<String>,
    pub(crate) source: Option<Source>,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) principal: Option<Principal>,
    pub(crate) trace: Option<TraceId>,
    pub(crate) crossing: bool,
    /// The binding under which it was tried, for the lock-out to count.
    pub(crate) binding: Option<Arc<Binding>>,
    /// Whether the audit log hears of it even so, or not, whatever the reason is otherwise.
    pub(crate) recorded: Option<bool>,
}

/// What may be answered.
///
/// INVARIANT: its makers are [`Refusal::settle`] and `Unproven::settle`: a refusal that is one
/// for the audit log is on stable storage, or it says that it could not be recorded and nothing
/// else (invariant 8).
pub(crate) struct Answer(Refusal);

impl Refusal {
    pub(crate) fn new(reason: Reason) -> Self {
        Self {
            reason,
            subject: None,
            fingerprint: None,
            position: None,
            detail: None,
            source: None,
            tenant: None,
            principal: None,
            trace: None,
            crossing: is_crossing(reason),
            binding: None,
            recorded: None,
        }
    }

    pub(crate) fn with_detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    pub(crate) fn with_subject(self, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..self }
    }

    /// The same, with what is known of the binding under which it happened.
    pub(crate) fn under(self, held: Option<&Binding>) -> Self {
        Self {
            tenant: self.tenant.or_else(|| held.map(|held| held.tenant().clone())),
            principal: self.principal.or_else(|| held.map(|held| held.principal().clone())),
            source: self.source.or_else(|| held.map(Binding::source)),
            trace: self.trace.or_else(|| held.and_then(Binding::trace)),
            ..self
        }
    }

    /// The same, with what the credential has proven of whoever did it.
    pub(crate) fn by(self, credential: Option<&Claim>) -> Self {
        Self {
            tenant: self.tenant.or_else(|| credential.map(|claim| claim.tenant().clone())),
            principal: self.principal.or_else(|| credential.and_then(Claim::principal).cloned()),
            ..self
        }
    }

    /// Whether a newer look at the database's catalog may find no reason to refuse.
    pub(crate) fn may_be_outdated(&self) -> bool {
        matches!(
            self.reason,
            Reason::CatalogUnavailable | Reason::UnprovenTable | Reason::UnknownObject
        )
    }

    /// Records the refusal where it is one for the log; then it may be answered.
    pub(crate) async fn settle(self, audit: &dyn Sink, peer: &str) -> Answer {
        if !self.is_recorded() {
            return Answer(self);
        }
        let recorded = audit.record(self.event(peer)).await;
        self.answer(recorded.is_ok(), peer)
    }

    /// What may be said once it was tried to record it.
    pub(crate) fn answer(self, recorded: bool, peer: &str) -> Answer {
        let (reason, subject) = (self.reason, self.subject.as_deref());
        if recorded {
            tracing::warn!(%reason, subject, %peer, "refused");
            return Answer(self);
        }
        tracing::error!(%reason, subject, %peer, "a refusal could not be recorded");
        Answer(Self::new(Reason::AuditUnavailable))
    }

    /// The refusal as the audit log keeps it.
    pub(crate) fn event(&self, peer: &str) -> Event {
        let kind = match self.reason {
            Reason::AuthenticationFailed => Kind::AuthenticationFailed,
            Reason::LockedOut => Kind::Lockout,
            _ if self.crossing => Kind::Crossing,
            _ => Kind::Denied,
        };
        Event {
            tenant: self.tenant.clone(),
            principal: self.principal.clone(),
            source: self.source,
            peer: Some(peer.to_owned()),
            trace: self.trace,
            reason: Some(self.reason),
            fingerprint: self.fingerprint.clone(),
            subject: self.subject.clone(),
            ..Event::new(kind)
        }
    }

    /// Whether the audit log hears of it: what an honest program does by mistake with its own
    /// syntax is not a denial.
    pub(crate) fn is_recorded(&self) -> bool {
        self.recorded.unwrap_or(!matches!(
            self.reason,
            Reason::SyntaxError
                | Reason::PoolTimeout
                | Reason::ServerUnavailable
                | Reason::CatalogUnavailable
                | Reason::ServerLost
                | Reason::ShuttingDown
                | Reason::IdleTimeout
                | Reason::TooManyConnections
                | Reason::AuditUnavailable
        ))
    }
}

impl Answer {
    pub(crate) fn reason(&self) -> Reason {
        self.0.reason
    }

    /// What the client gets.
    pub(crate) fn fields(&self, severity: Severity) -> ErrorFields {
        let doc = self.0.reason.doc();
        let mut message = format!("{}: {}", self.0.reason.code(), doc.title);
        if let Some(subject) = &self.0.subject {
            message.push_str(": `");
            message.push_str(subject);
            message.push('`');
        }
        ErrorFields {
            severity,
            code: sqlstate(self.0.reason),
            message,
            detail: Some(self.0.detail.clone().unwrap_or_else(|| doc.why.to_owned())),
            hint: Some(doc.remedy.to_owned()),
            position: self.0.position,
        }
    }
}

impl From<BindError> for Refusal {
    fn from(error: BindError) -> Self {
        Self {
            source: error.source,
            tenant: error.tenant,
            principal: error.principal,
            ..Self::new(error.reason)
        }
    }
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        let crossing = denial.is_crossing();
        let of_text = matches!(denial.reason, Reason::SyntaxError | Reason::StatementTooLarge);
        Self {
            subject: denial.subject,
            fingerprint: denial.fingerprint,
            position: denial.position,
            // Of all others the reason says as much.
            detail: of_text.then_some(denial.message),
            crossing,
            ..Self::new(denial.reason)
        }
    }
}

fn is_crossing(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::SourcesDisagree
            | Reason::InvalidContextToken
            | Reason::WrongEnvironment
            | Reason::BindingChange
            | Reason::BindingSetting
            | Reason::AmbiguousComment
            | Reason::LeakedRow
            | Reason::Probing
    )
}

/// The SQLSTATE of a reason.
pub(crate) fn sqlstate(reason: Reason) -> &'static str {
    use Reason as R;
    match reason {
        R::NoBinding
        | R::SourcesDisagree
        | R::UnknownHost
        | R::InvalidToken
        | R::ExpiredToken
        | R::InvalidApiKey
        | R::UntrustedPeer
        | R::UnknownTenant
        | R::InvalidContextToken
        | R::ExpiredContextToken
        | R::AmbiguousSource
        | R::UnknownTrace
        | R::BindingChange
        | R::WrongEnvironment
        | R::UnknownPrincipal
        | R::UnboundStatement
        | R::AmbiguousComment
        | R::TlsRequired
        | R::UnsafeRole
        | R::LockedOut => "28000",
        R::AuthenticationFailed => "28P01",
        R::SyntaxError => "42601",
        R::StatementTooLarge => "54000",
        R::ProtocolViolation
        | R::StartupNotAllowed
        | R::MessageTooLarge
        | R::MessageNotAllowed
        | R::EarlyPlaintext => "08P01",
        R::UnknownDatabase => "3D000",
        R::PoolTimeout | R::TooManyConnections => "53300",
        R::ServerUnavailable => "08001",
        R::CatalogUnavailable => "57P03",
        R::ServerLost => "08006",
        R::BindFailed | R::ServerProtocol | R::AuditUnavailable | R::LeakedRow => "58000",
        R::ShuttingDown => "57P01",
        R::IdleTimeout => "25P03",
        _ => "42501",
    }
}
