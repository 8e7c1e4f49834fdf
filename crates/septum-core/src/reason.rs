mod example;

use std::fmt;

/// What a reason means, for `septum reasons` and the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReasonDoc {
    /// What happened, in a line.
    pub title: &'static str,
    /// Why Septum refuses it.
    pub why: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

macro_rules! reasons {
    ($($name:ident = $code:literal, $title:literal, $why:literal, $remedy:literal;)+) => {
        /// Why something was refused: a stable code and its documentation.
        ///
        /// Codes never change their meaning and are never reused. 1xx: who is asking;
        /// 2xx: HTTP; 3xx: SQL; 4xx: the PostgreSQL protocol; 5xx: pool and server;
        /// 6xx: Septum itself.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Reason {
            $(#[doc = $title] $name,)+
        }

        impl Reason {
            /// Every reason, by code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable code, as in `SEP-101`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => concat!("SEP-", stringify!($code)),)+ }
            }

            /// What it means and what to do.
            pub fn doc(self) -> ReasonDoc {
                match self {
                    $(Self::$name => ReasonDoc { title: $title, why: $why, remedy: $remedy },)+
                }
            }
        }
    };
}

reasons! {
    NoBinding = 101, "no tenant is bound",
        "without a binding no row may be read or written",
        "send a token, an API key or a credential that is configured; a host alone is no proof";
    SourcesDisagree = 102, "two sources name different tenants",
        "a request whose sources disagree is an attempt to cross, whichever of them is right",
        "send the sources of one tenant only";
    UnknownHost = 103, "the host belongs to no tenant",
        "there is no default tenant",
        "add the host to the tenant's hosts, or ask the right host";
    InvalidToken = 104, "the JSON Web Token is not valid",
        "its form, signature, algorithm, issuer, audience or tenant claim was refused",
        "get a new token from the configured issuer";
    ExpiredToken = 105, "the JSON Web Token is not valid at this time",
        "its exp, nbf or iat lies outside the allowed time",
        "get a new token; check the clocks";
    InvalidApiKey = 106, "the API key is unknown",
        "no configured key has this hash",
        "check the key; keys are shown once, when they are made";
    UntrustedPeer = 107, "a tenant header came from a peer that is not trusted for it",
        "anyone can write a header; only named peers may bind by one",
        "name the peer in `http.header.trusted_peers`, or stop sending the header";
    UnknownTenant = 108, "the tenant is not registered",
        "only registered tenants can be bound",
        "register the tenant in the configuration";
    InvalidContextToken = 109, "the context token was not minted here or was changed",
        "its form, key or signature was refused",
        "hand over the token exactly as the gateway sent it";
    ExpiredContextToken = 110, "the context token has expired",
        "context tokens live for one request",
        "hand over the token of the current request";
    AmbiguousSource = 111, "one source is present more than once",
        "which of two values counts must never be a matter of who reads first",
        "send each source once";
    UnknownTrace = 112, "the trace is not one of a request under way",
        "a traceparent binds only while the gateway is serving that request",
        "run the query while the request is being served, or hand over the context token";
    BindingChange = 113, "the binding can't change here",
        "the tenant never changes inside a transaction, and septum's settings are not the client's",
        "end the transaction first; use `SET septum.token` to hand over a context token";
    WrongEnvironment = 114, "the binding is for another environment",
        "a token of one environment proves nothing in another",
        "use a token that this environment's gateway minted";
    UnknownPrincipal = 115, "the credential names no valid principal",
        "every binding says who acts",
        "use 1 to 255 bytes without control characters";
    ForeignIssuer = 116, "the token's issuer may not name this tenant",
        "an issuer that belongs to one tenant proves nothing about another",
        "add the tenant to the issuer's `tenants`, or ask the right issuer";

    MalformedRequest = 201, "the HTTP request is malformed or ambiguous",
        "what two programs may read differently is refused, not guessed",
        "send one Host, one length, plain header names";
    RequestTooLarge = 202, "the HTTP request is over a limit",
        "limits keep one client from costing the others",
        "send less, or raise the limit in the configuration";
    UpstreamUnavailable = 203, "the application can't be reached",
        "the connection to the configured upstream failed",
        "see that the application runs at `http.upstream`";
    UpstreamTimeout = 204, "the application did not answer in time",
        "the configured time-out passed",
        "make the application answer sooner or raise the time-out";
    MethodNotAllowed = 205, "the HTTP method is not allowed",
        "CONNECT and TRACE are never forwarded",
        "use another method";
    TooManyRequests = 206, "too many requests are under way",
        "limits keep one client from costing the others",
        "try again later or raise the limit";
    Draining = 207, "Septum is shutting down",
        "no new work is taken while draining",
        "retry; another instance will answer";
    Misdirected = 208, "the host is not the one that the TLS connection was opened for",
        "a connection for one host must not carry another's requests",
        "open a connection of its own for each host";
    ForeignOrigin = 209, "the WebSocket comes from another origin",
        "a page of another site could speak in the user's name",
        "open the WebSocket from a page of the same host";

    SyntaxError = 301, "the SQL text can't be parsed",
        "what PostgreSQL's own grammar refuses is never sent",
        "mend the statement; the message says where";
    StatementNotAllowed = 302, "this kind of statement is not allowed",
        "only statements known to stay inside one tenant run under a tenant's binding",
        "run administrative statements through the operators' listener";
    FunctionNotAllowed = 303, "the function is not allowed",
        "it can change the binding, run SQL held in a string, or reach another tenant or session",
        "do without it, or list it in `guard.functions` once you have read it";
    SettingNotAllowed = 304, "the setting is not allowed",
        "a setting can change what SQL means or outlive the transaction",
        "use one of the allowed settings, or list it in `guard.settings`";
    BindingSetting = 305, "an attempt to touch Septum's own settings",
        "the binding is Septum's to make",
        "use `SET septum.token` to hand over a context token; nothing else";
    RelationNotAllowed = 306, "the relation is not allowed",
        "it shows other sessions, other tenants' statistics or the server itself",
        "do without it, or read it through the operators' listener";
    NotCanonical = 307, "the statement has no faithful canonical text",
        "only text made from the judged tree is sent, and here the two would differ",
        "write the statement differently; please report it";
    UnknownSyntax = 308, "the statement holds syntax that Septum does not know",
        "what is not understood is refused",
        "write the statement differently; please report it";
    UnboundStatement = 309, "the statement needs a tenant and none is bound",
        "an unbound connection may only run what touches no relation",
        "bind the connection first: context token, traceparent or credential";
    CopyNotAllowed = 310, "this form of COPY is not allowed",
        "COPY may move rows between the client and one table or query only",
        "use COPY ... FROM STDIN or TO STDOUT without files, programs or FREEZE";
    CursorNotAllowed = 311, "a cursor WITH HOLD is not allowed",
        "it outlives its transaction and would be the next client's",
        "use a cursor inside a transaction";
    StatementTooLarge = 312, "the statement is over the size limit",
        "limits keep one client from costing the others",
        "send less, or raise `guard.max_statement_bytes`";
    AmbiguousComment = 313, "more than one comment hands over a binding",
        "which of two values counts must never be a matter of who reads first",
        "write one septum_token or traceparent comment";
    OperatorNotAllowed = 314, "the operator is not one of pg_catalog",
        "an operator of another schema can hide any function",
        "use the built-in operator";
    TypeNotAllowed = 315, "the type or schema is not allowed",
        "pg_temp can shadow what a statement means",
        "name an object of an allowed schema";
    PreparedNotAllowed = 316, "SQL-level PREPARE and EXECUTE are not allowed",
        "they share one namespace with the statements that Septum itself prepares",
        "use the driver's prepared statements";
    ForeignTenant = 317, "a value is another tenant's key",
        "the attempt is recorded; row-level security shows and takes nothing of another tenant's",
        "leave the key out, or send the bound tenant's; work across tenants is an operator's";
    Unclassified = 318, "nobody said whose the relation's rows are",
        "only a tenant's own tables and those that are listed as shared are reached",
        "add `[[relations]] name = \"<schema>.<relation>\" scope = \"shared\"` or `\"tenant\"`";
    UnknownObject = 319, "a name leads to nothing in the database's catalog",
        "what can't be looked up can't be judged",
        "check the name; what was made just now is known after the next look at the catalog";
    SharedWrite = 320, "a shared relation is written",
        "what every tenant reads must be written by none of them",
        "write reference data through the operators' listener";
    SystemColumnNotAllowed = 321, "a system column is read",
        "xmin, xmax, cmin, cmax and ctid tell how other tenants' rows come and go",
        "use a version column of the table's own, or allow them with `guard.system_columns`";
    ViewPastPolicies = 322, "a view reads a tenant's table past its policies",
        "it reads by the rights of its owner, to whom row-level security doesn't apply",
        "`ALTER VIEW ... SET (security_invoker = true)`";
    SystemColumn = 330, "a system column is named beside all columns of a table",
        "what stands in the place of a table that is enforced by rewriting would show it in `*` too",
        "name the columns instead of `*`, or find the row by its key";
    ViewNotScoped = 331, "the view reads a table that is enforced by rewriting",
        "what a view reads can't be rewritten, and its rows are of all tenants",
        "read the table, or list the view in the tenancy model where it has the tenant column";
    ColumnsUnknown = 332, "the columns of what is inserted are not named",
        "the tenant's key is supplied in a column of its own, so all columns must be known",
        "write the columns behind the table's name, and those of the SELECT instead of `*`";
    TenantColumnWritten = 333, "the tenant column is written in a way that can't be held",
        "a row's tenant is the bound one, and each value written to it is compared",
        "leave the tenant column out, or assign one value to it";
    ConflictNotScoped = 334, "the unique index of ON CONFLICT is not the tenant's own",
        "a conflict would tell of another tenant's row, or change it",
        "name columns of a unique index that has the tenant column";
    LockNotScoped = 335, "rows of several relations are locked with SKIP LOCKED",
        "a table that is enforced by rewriting would have rows locked that are not returned",
        "lock the rows of one relation, and join in a second statement";
    NoTenantParameter = 336, "there is no room for the tenant's parameter",
        "the tenant's key is a parameter behind all others, of which there can be 65535",
        "send fewer parameters, and declare no more types than the statement has parameters";
    NotRewritable = 337, "the statement can't be held to one tenant by rewriting",
        "its table has no row-level security, and what is meant can't be said of one tenant's rows",
        "write the statement differently; README.md says what can be rewritten";

    LockedOut = 340, "locked out after repeated attempts to cross",
        "who tries again and again to reach another tenant is refused for a while, and nobody else is",
        "wait, or have an operator look at the audit log and lift it: `septum lockout`";
    LeakedRow = 341, "a row of another tenant's came back and was held back",
        "a row's own tenant column, or a canary in it, says that it is another tenant's",
        "row-level security or the tenancy model lets rows through: mend it before anything else";
    Probing = 342, "an error that tells of what may be another tenant's row",
        "a unique key or a policy was met that the tenant's own rows don't explain",
        "make unique keys begin with the tenant column; see who tries in the audit log";

    ProtocolViolation = 401, "the bytes are not the PostgreSQL protocol",
        "what can't be read exactly is refused",
        "use a PostgreSQL driver; the message says what was wrong";
    StartupNotAllowed = 402, "a startup parameter is not allowed",
        "startup parameters outlive every reset of a session",
        "remove the parameter, or set it with SET after connecting";
    AuthenticationFailed = 403, "authentication failed",
        "the user is unknown or the password is wrong",
        "check user and password";
    TlsRequired = 404, "this listener takes TLS only",
        "it is configured with `tls.mode = \"require\"`",
        "connect with sslmode=require or better";
    MessageTooLarge = 405, "the message is over the size limit",
        "limits keep one client from costing the others",
        "send less, or raise the limit";
    MessageNotAllowed = 406, "this protocol message is not allowed",
        "a function call by OID carries no SQL to judge, and replication bypasses all judging",
        "use the simple or the extended query protocol";
    UnknownDatabase = 407, "the database is not served here",
        "only configured databases are reached",
        "connect to a configured database";
    EarlyPlaintext = 408, "bytes came before the TLS handshake",
        "they could be a third party's (CVE-2021-23214)",
        "use a driver that waits for the server's answer";

    PoolTimeout = 501, "no server connection was free in time",
        "the pool is bounded, and the queue's time-out passed",
        "shorten transactions, or raise `database.pool_size` or `database.pool_timeout`";
    ServerUnavailable = 502, "the PostgreSQL server can't be reached",
        "connecting or authenticating to it failed",
        "see that it runs and that the configured address and credentials are right";
    ServerLost = 503, "the PostgreSQL server connection was lost",
        "it closed in the middle of the work; what was not committed is gone",
        "retry the transaction";
    BindFailed = 504, "the tenant could not be bound on the server",
        "no row is relayed before the bind is seen to succeed",
        "run `septum migrate`; check that both sides hold the same key";
    ServerProtocol = 505, "the PostgreSQL server answered out of order",
        "a reply that was not expected could be another client's",
        "please report it; the connection was closed";
    ShuttingDown = 506, "Septum is shutting down",
        "no new work is taken while draining",
        "reconnect; another instance will answer";
    TooManyConnections = 507, "too many client connections",
        "limits keep one client from costing the others",
        "close idle connections or raise the limit";
    UnsafeRole = 508, "the pool's database role can bypass row-level security",
        "a superuser, BYPASSRLS or owning role makes the second layer void",
        "give the application a role of its own";
    IdleTimeout = 509, "the client was idle for too long",
        "limits keep one client from costing the others",
        "reconnect, or raise the time-out";
    CatalogUnavailable = 510, "the database's catalog is not known yet",
        "what a name means in the database decides whether a statement stays inside one tenant",
        "retry once `/readyz` is ready; the log says why the catalog can't be read";
    UnprovenTable = 511, "row-level security is not proven for the relation",
        "a tenant's table is reached only where a policy is seen to hold it to the bound tenant",
        "protect the table, as in `SELECT septum.protect('crm.accounts', 'tenant_id')`";

    AuditUnavailable = 601, "the audit log can't be written",
        "a crossing that can't be recorded is not answered",
        "see to the disk and permissions of `audit.folder`";
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_ascending() {
        assert!(Reason::ALL.is_sorted_by(|a, b| a.code() < b.code()));
    }

    #[test]
    fn every_reason_says_what_to_do() {
        for reason in Reason::ALL {
            let doc = reason.doc();
            assert!(!doc.title.is_empty() && !doc.why.is_empty() && !doc.remedy.is_empty());
            assert!(!reason.example().is_empty());
        }
    }
}
