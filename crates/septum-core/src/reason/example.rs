use super::Reason;

impl Reason {
    /// Something that is refused for this reason.
    pub fn example(self) -> &'static str {
        match self {
            Self::NoBinding => "GET / without a token, an API key or a session",
            Self::SourcesDisagree => "a token of `acme` sent to the host of `globex`",
            Self::UnknownHost => "Host: nobody.example.com",
            Self::InvalidToken => "a token with `alg: none`, or signed by another issuer",
            Self::ExpiredToken => "a token whose `exp` was ten minutes ago",
            Self::InvalidApiKey => "X-Api-Key: a key that was deleted from the configuration",
            Self::UntrustedPeer => "X-Tenant-Id: ..., sent by a browser",
            Self::UnknownTenant => "a token whose tenant claim is no configured `tenants.id`",
            Self::InvalidContextToken => "SET septum.token = 'abc'",
            Self::ExpiredContextToken => "the token of a request that ended minutes ago",
            Self::AmbiguousSource => "two `Authorization` headers in one request",
            Self::UnknownTrace => "/*traceparent='00-4bf9...-01'*/ of a request that has ended",
            Self::BindingChange => {
                "SET septum.token = '...' inside a transaction of another tenant"
            }
            Self::WrongEnvironment => "a token of staging sent to production",
            Self::UnknownPrincipal => "a token whose `sub` is empty or holds a line end",
            Self::ForeignIssuer => "the identity provider of `acme` naming `globex`",
            Self::MalformedRequest => "Content-Length: 5 beside Transfer-Encoding: chunked",
            Self::RequestTooLarge => "more than `http.limits.headers` headers",
            Self::UpstreamUnavailable => "nothing listens at `http.upstream`",
            Self::UpstreamTimeout => "no answer within `http.timeouts.first_byte`",
            Self::MethodNotAllowed => "CONNECT example.com:443",
            Self::TooManyRequests => {
                "one tenant's request beyond `http.limits.requests_per_tenant`"
            }
            Self::Draining => "a request after SIGTERM",
            Self::Misdirected => {
                "a TLS connection to acme.example.com asking for globex.example.com"
            }
            Self::ForeignOrigin => "Origin: https://evil.example on a WebSocket handshake",
            Self::SyntaxError => "SELEC 1",
            Self::StatementNotAllowed => "DO $$ BEGIN ... END $$; CREATE TABLE t (id int)",
            Self::FunctionNotAllowed => {
                "SELECT pg_sleep(10); SELECT query_to_xml('...', true, true, '')"
            }
            Self::SettingNotAllowed => "SET row_security = off",
            Self::BindingSetting => "SELECT set_config('septum.binding', '...', false)",
            Self::RelationNotAllowed => "SELECT query FROM pg_stat_activity",
            Self::NotCanonical => "syntax that PostgreSQL's own deparser writes differently",
            Self::UnknownSyntax => "SELECT ... INTO new_table",
            Self::UnboundStatement => "SELECT * FROM accounts, before any tenant was bound",
            Self::CopyNotAllowed => "COPY accounts TO '/tmp/accounts'",
            Self::CursorNotAllowed => "DECLARE c CURSOR WITH HOLD FOR SELECT ...",
            Self::StatementTooLarge => "a text longer than `guard.max_statement_bytes`",
            Self::AmbiguousComment => "/*septum_token='a'*/ SELECT 1 /*septum_token='b'*/",
            Self::OperatorNotAllowed => "SELECT 1 OPERATOR(public.+) 2",
            Self::TypeNotAllowed => "SELECT 'x'::pg_temp.evil",
            Self::PreparedNotAllowed => "PREPARE p AS SELECT 1",
            Self::ForeignTenant => "SELECT * FROM accounts WHERE tenant_id = '<another tenant>'",
            Self::Unclassified => "SELECT * FROM countries, a table without the tenant column",
            Self::UnknownObject => "SELECT * FROM acounts",
            Self::SharedWrite => "UPDATE countries SET name = 'x'",
            Self::SystemColumnNotAllowed => "SELECT xmin, ctid FROM accounts",
            Self::ViewPastPolicies => "a view of a superuser's, without security_invoker",
            Self::SystemColumn => "SELECT ctid, * FROM notes, which is enforced by rewriting",
            Self::ViewNotScoped => "a view over a table that is enforced by rewriting",
            Self::ColumnsUnknown => "INSERT INTO notes SELECT * FROM drafts",
            Self::TenantColumnWritten => "UPDATE notes SET (tenant_id, name) = (SELECT ...)",
            Self::ConflictNotScoped => "INSERT ... ON CONFLICT (email), unique across all tenants",
            Self::LockNotScoped => "SELECT ... FROM a, b FOR UPDATE SKIP LOCKED",
            Self::NoTenantParameter => "a statement with 65535 parameters",
            Self::NotRewritable => "a statement on such a table that has no rewritten form",
            Self::LockedOut => "the twentieth look for another tenant's key within a minute",
            Self::LeakedRow => "a table whose policy was replaced by USING (true)",
            Self::Probing => "inserting the e-mail address of another tenant's customer",
            Self::ProtocolViolation => "a message whose length is shorter than its head",
            Self::StartupNotAllowed => "options='-c row_security=off' in a connection string",
            Self::AuthenticationFailed => "a wrong password",
            Self::TlsRequired => "sslmode=disable",
            Self::MessageTooLarge => "a parameter larger than `limits.message`",
            Self::MessageNotAllowed => "the protocol's FunctionCall; replication=database",
            Self::UnknownDatabase => "dbname=postgres",
            Self::EarlyPlaintext => "a start-up message sent along with the SSLRequest",
            Self::PoolTimeout => "every server connection is in an open transaction",
            Self::ServerUnavailable => "PostgreSQL is down",
            Self::ServerLost => "PostgreSQL was restarted in the middle of a transaction",
            Self::BindFailed => "a database on which `septum migrate` was never run",
            Self::ServerProtocol => "a reply to a message that was never sent",
            Self::ShuttingDown => "a new transaction after SIGTERM",
            Self::TooManyConnections => "one connection more than `limits.connections`",
            Self::UnsafeRole => "database.user = \"postgres\"",
            Self::IdleTimeout => "BEGIN, and then nothing for `timeouts.idle_in_transaction`",
            Self::CatalogUnavailable => {
                "SELECT * FROM accounts, before PostgreSQL was reached once"
            }
            Self::UnprovenTable => "a table after ALTER TABLE ... DISABLE ROW LEVEL SECURITY",
            Self::AuditUnavailable => "the disk of `audit.folder` is full",
        }
    }
}
