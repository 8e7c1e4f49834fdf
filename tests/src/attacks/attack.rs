/// One way to reach another tenant, or what all tenants share.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
    /// The entry of the isolation catalogue; `-` where it has none.
    pub id: &'static str,
    /// What is tried.
    pub what: &'static str,
    pub(super) who: Who,
    pub(super) how: How,
    /// Who stops it.
    pub held: Held,
}

/// Who stops an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The guard with this code, and, without the guard, the database: its policies and grants.
    Both(&'static str),
    /// The guard alone, with this code: what is at stake is not the rows of a table.
    Guard(&'static str),
    /// Each layer by itself, without a refusal: the database by its policies, the guard by
    /// rewriting where there are none.
    Rows,
    /// The protocol or the binding, with this code, whichever of the two layers is there.
    Proxy(&'static str),
}

/// Which layers are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layers {
    /// As it is shipped.
    Both,
    /// Tables without row-level security, which are enforced by rewriting.
    GuardAlone,
    /// The guard is off: `guard.mode = "off"`, in the environment `test`.
    DatabaseAlone,
    /// There is no Septum in between: the role's own password, and a true seal of one's own.
    PastSeptum,
}

/// What must become of an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// A refusal with this code.
    Refused(&'static str),
    /// Nothing of another tenant is seen or changed, whatever is answered.
    Contained,
}

impl Held {
    /// What must become of the attack; nothing is claimed where there is no answer.
    pub(super) fn expects(self, layers: Layers) -> Option<Expected> {
        match (self, layers) {
            (Self::Proxy(_), Layers::PastSeptum)
            | (Self::Guard(_), Layers::DatabaseAlone | Layers::PastSeptum) => None,
            (Self::Proxy(code), _)
            | (Self::Both(code) | Self::Guard(code), Layers::Both | Layers::GuardAlone) => {
                Some(Expected::Refused(code))
            }
            (Self::Both(_) | Self::Rows, _) => Some(Expected::Contained),
        }
    }
}

/// Who attacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    /// A user of Acme's, by the credential.
    Acme,
    /// The application's user, to whom nothing is bound.
    Nobody,
}

/// How it is tried. Words in braces stand for what the attacker knows: see `Knowledge`.
#[derive(Clone, Copy, Debug)]
pub(super) enum How {
    /// One statement, by the simple and by the extended protocol.
    Statement(&'static str),
    /// Texts of the simple protocol, one after another on one connection.
    Script(&'static [&'static str]),
    /// Statements of the extended protocol under one `Sync`, then a query of its own.
    Pipeline(&'static [&'static str], &'static str),
    /// `COPY ... FROM STDIN` with these data.
    Copy(&'static str, &'static str),
    /// Parameters of the start-up packet, then a query where they were taken.
    StartUp(&'static [(&'static str, &'static str)]),
    /// Bytes in place of the start-up packet.
    Greeting(&'static [u8]),
    /// Frames of an authenticated client, which make the server ready once.
    Frames(&'static [u8]),
    /// A statement of this many bytes.
    Long(usize),
}

impl How {
    /// The SQL texts of it.
    pub(super) fn texts(self) -> Vec<&'static str> {
        match self {
            Self::Statement(text) | Self::Copy(text, _) => vec![text],
            Self::Script(texts) => texts.to_vec(),
            Self::Pipeline(texts, then) => [texts, &[then]].concat(),
            Self::StartUp(_) | Self::Greeting(_) | Self::Frames(_) | Self::Long(_) => Vec::new(),
        }
    }

    /// Whether it needs a connection that is authenticated.
    pub(super) fn is_inside(self) -> bool {
        !matches!(self, Self::StartUp(_) | Self::Greeting(_))
    }
}

impl Attack {
    const fn new(id: &'static str, what: &'static str, held: Held, how: How) -> Self {
        Self { id, what, who: Who::Acme, how, held }
    }

    /// The same by a connection that nothing binds.
    pub(super) const fn by_nobody(self) -> Self {
        Self { who: Who::Nobody, ..self }
    }
}

pub(super) const fn statement(
    id: &'static str,
    what: &'static str,
    held: Held,
    text: &'static str,
) -> Attack {
    Attack::new(id, what, held, How::Statement(text))
}

pub(super) const fn script(
    id: &'static str,
    what: &'static str,
    held: Held,
    texts: &'static [&'static str],
) -> Attack {
    Attack::new(id, what, held, How::Script(texts))
}

pub(super) const fn pipeline(
    id: &'static str,
    what: &'static str,
    held: Held,
    texts: &'static [&'static str],
    then: &'static str,
) -> Attack {
    Attack::new(id, what, held, How::Pipeline(texts, then))
}

pub(super) const fn other(id: &'static str, what: &'static str, held: Held, how: How) -> Attack {
    Attack::new(id, what, held, how)
}
