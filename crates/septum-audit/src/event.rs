use septum_core::{Principal, Reason, Source, TenantId, TraceId};

/// What kind of thing happened. That Septum started or stopped is the sink's to record: see
/// [`RecordKind`](crate::RecordKind).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An attempt to reach another tenant or to change the binding: sources that disagree, a
    /// forged or foreign token, a setting of Septum's.
    Crossing,
    /// A request or a statement that was refused for another reason.
    Denied,
    /// A statement that ran because the guard only observes, and would be refused otherwise.
    Observed,
    /// A client that could not prove who it is.
    AuthenticationFailed,
    /// A statement that an operator ran.
    OperatorStatement,
    /// An operator connected or disconnected.
    OperatorSession,
    /// Somebody was locked out after repeated attempts to cross, was refused for that, or an
    /// operator lifted the lock.
    Lockout,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Crossing,
        Self::Denied,
        Self::Observed,
        Self::AuthenticationFailed,
        Self::OperatorStatement,
        Self::OperatorSession,
        Self::Lockout,
    ];

    /// The name in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Crossing => "crossing",
            Self::Denied => "denied",
            Self::Observed => "observed",
            Self::AuthenticationFailed => "authentication_failed",
            Self::OperatorStatement => "operator_statement",
            Self::OperatorSession => "operator_session",
            Self::Lockout => "lockout",
        }
    }
}

/// One thing that happened. Build it with [`Event::new`] and fill in what is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What kind of thing.
    pub kind: Kind,
    /// The tenant that was bound or proven, if any.
    pub tenant: Option<TenantId>,
    /// Who acted, if proven.
    pub principal: Option<Principal>,
    /// The source that bound, or that failed.
    pub source: Option<Source>,
    /// Where the client connected from: an address, or `unix`.
    pub peer: Option<String>,
    /// The request's trace.
    pub trace: Option<TraceId>,
    /// Why it was refused.
    pub reason: Option<Reason>,
    /// The fingerprint of the statement: its shape without literals.
    pub fingerprint: Option<String>,
    /// What was tried, in Septum's own words: a function's or a setting's name, a method and
    /// route. Never a row value, a literal, a token or a client's text.
    pub subject: Option<String>,
}

impl Event {
    /// An event of which only the kind is known yet.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            tenant: None,
            principal: None,
            source: None,
            peer: None,
            trace: None,
            reason: None,
            fingerprint: None,
            subject: None,
        }
    }
}
