//! Every key of the configuration. Their reference is `deploy/septum.toml`.

use super::description::{Key, Kind, optional, required};

use Kind::{Bool, Choice, Duration, Path, Secret, Size, Table, Tables, Text, Texts, Whole};

pub(crate) const ROOT: &[Key] = &[
    required(
        "environment",
        Choice(&["production", "staging", "development", "test"]),
        "where this deployment stands",
    ),
    required("root_key", Secret, "the deployment's one secret, as `septum key new` makes it"),
    optional("previous_root_key", Secret, "the root key before it, while keys are being rotated"),
    required("tenant", Table(TENANT), "what a tenant's key is"),
    optional("relations", Tables(RELATIONS), "what single relations are to a tenant"),
    optional("tenants", Tables(TENANTS), "the customers; nobody else can be bound"),
    required("audit", Table(AUDIT), "the audit log"),
    optional("log", Table(LOG), "the program's own log, on standard error"),
    optional("guard", Table(GUARD), "which statements pass"),
    optional(
        "lockout",
        Table(LOCKOUT),
        "who tries again and again to cross is refused for a while",
    ),
    optional("canaries", Tables(CANARIES), "values of one tenant that no other may ever get"),
    required("database", Table(DATABASE), "the PostgreSQL server and how its connections are used"),
    optional("migrate", Table(MIGRATE), "the role of `septum migrate`"),
    optional("listeners", Tables(LISTENER), "where database clients connect"),
    optional("users", Tables(USERS), "who may connect there"),
    optional("limits", Table(LIMITS), "what one database client may cost"),
    optional("timeouts", Table(TIMEOUTS), "how long things may take"),
    optional("http", Table(HTTP), "the gateway in front of the application"),
    optional("operator", Table(OPERATOR), "the operators' way to the database, fully audited"),
];

const TENANT: &[Key] = &[
    required(
        "type",
        Choice(&["uuid", "bigint", "int", "text"]),
        "the PostgreSQL type of every tenant column",
    ),
    optional("column", Text, "the column with the tenant's key, unless a relation says otherwise"),
    optional("mode", Choice(MODES), "how tenant tables are held, unless a relation says otherwise"),
];

const MODES: &[&str] = &["rls", "rls+predicate", "rewrite"];

const RELATIONS: &[Key] = &[
    required("name", Text, "the relation with its schema: `public.countries`"),
    required(
        "scope",
        Choice(&["shared", "tenant"]),
        "`shared`: read by all and written by none; `tenant`: each row is one tenant's",
    ),
    optional("column", Text, "its column with the tenant's key"),
    optional("mode", Choice(MODES), "how it is held"),
];

const TENANTS: &[Key] = &[
    required("id", Text, "the key in the database"),
    required("name", Text, "the name that operators use"),
    optional("hosts", Texts, "the hosts whose requests are this tenant's, exactly"),
];

const AUDIT: &[Key] = &[
    required("folder", Path, "where the log's files are"),
    optional("rotate", Size, "how large a file may grow before the next begins"),
];

const LOG: &[Key] = &[
    optional("format", Choice(&["text", "json"]), "how lines look"),
    optional("level", Text, "what is logged: `info`, or `warn,septum_proxy=debug`"),
];

const GUARD: &[Key] = &[
    optional(
        "mode",
        Choice(&["enforce", "observe", "off"]),
        "`off` leaves row-level security alone: in tests",
    ),
    optional("settings", Texts, "what the application may SET and SHOW: `app.user`, `app.*`"),
    optional("functions", Texts, "functions that may be called: the application's own, by name"),
    optional("extensions", Texts, "extensions whose functions may be called"),
    optional("system_columns", Bool, "whether `xmin`, `ctid` and the like may be read"),
    optional("explain", Bool, "whether EXPLAIN may run; it shows other tenants' data"),
    optional("max_statement_bytes", Size, "the largest statement"),
    optional("cache_bytes", Size, "the memory for statements seen before"),
    optional("catalog_interval", Duration, "how often the database's catalog is looked at"),
];

const CANARIES: &[Key] = &[
    required("tenant", Text, "the tenant in whose rows the value stands, by its key"),
    required("value", Text, "the value: 16 bytes at least, found nowhere by chance"),
];

const LOCKOUT: &[Key] = &[
    optional("after", Whole(0, 1_000_000), "so many attempts to cross lock out; 0: never"),
    optional("within", Duration, "in this time so many are forgotten again"),
    optional("for", Duration, "how long a lock lasts"),
    optional("socket", Path, "a unix socket for `septum lockout`"),
];

const DATABASE: &[Key] = &[
    required("host", Text, "a host name, an address, or the folder of the server's unix socket"),
    optional("port", Whole(1, 65_535), "the server's port"),
    required("name", Text, "the database, which clients ask for by the same name"),
    required("user", Text, "the application's role: no superuser, no owner, no BYPASSRLS"),
    optional("password", Secret, "the role's password"),
    optional("tls", Table(SERVER_TLS), "TLS towards the server"),
    optional("search_path", Text, "the search_path of every server connection"),
    optional("pool_size", Whole(1, 10_000), "the most server connections"),
    optional("pool_timeout", Duration, "how long a client waits for one"),
    optional("idle_timeout", Duration, "how long an idle one is kept"),
    optional("lifetime", Duration, "how old one may get"),
    optional("statements", Whole(1, 100_000), "the most prepared statements that one keeps"),
];

const SERVER_TLS: &[Key] = &[
    required(
        "mode",
        Choice(&["disable", "require", "verify-full"]),
        "`require` encrypts, `verify-full` also knows whom it talks to",
    ),
    optional("ca_file", Path, "the authorities to trust, in PEM; else those of the web"),
    optional("name", Text, "the name in the server's certificate, if it isn't the host"),
];

const MIGRATE: &[Key] = &[
    required("user", Text, "a role that may create roles and schemas"),
    optional("password", Secret, "its password"),
];

const LISTENER: &[Key] = &[
    required("address", Text, "an address and port, or the path of a unix socket"),
    optional("tls", Table(LISTENER_TLS), "TLS towards the clients"),
];

const LISTENER_TLS: &[Key] = &[
    required(
        "mode",
        Choice(&["disable", "prefer", "require"]),
        "whether clients may or must use it",
    ),
    optional("cert_file", Path, "the certificate and its chain, in PEM"),
    optional("key_file", Path, "the certificate's key, in PEM"),
];

const USERS: &[Key] = &[
    required("name", Text, "the user in the startup packet"),
    optional("password", Secret, "the user's password"),
    optional("verifier", Secret, "or what `pg_authid.rolpassword` holds: SCRAM-SHA-256$..."),
    optional("tenant", Text, "the one tenant that this credential is for"),
];

const LIMITS: &[Key] = &[
    optional("connections", Whole(1, 1_000_000), "the most client connections"),
    optional("message", Size, "the largest message of a client"),
    optional("unauthenticated_message", Size, "the largest before it has authenticated"),
    optional("statements", Whole(1, 1_000_000), "the most prepared statements of one client"),
];

const TIMEOUTS: &[Key] = &[
    optional("handshake", Duration, "from a client's connection to its authentication"),
    optional("connect", Duration, "from a connection to the server to our authentication there"),
    optional("idle_in_transaction", Duration, "how long a silent client may hold a transaction"),
    optional("stall", Duration, "how long a client may leave its answers unread"),
    optional("drain", Duration, "how long a shutdown waits for work to end"),
];

const OPERATOR: &[Key] = &[
    required("listener", Table(LISTENER), "where operators connect"),
    required("database_user", Text, "the role that they get in the database"),
    optional("database_password", Secret, "its password"),
    required("users", Tables(OPERATOR_USERS), "who they are"),
];

const OPERATOR_USERS: &[Key] = &[
    required("name", Text, "the user in the startup packet"),
    optional("password", Secret, "the user's password"),
    optional("verifier", Secret, "or what `pg_authid.rolpassword` holds: SCRAM-SHA-256$..."),
];

const HTTP: &[Key] = &[
    required("listeners", Tables(HTTP_LISTENER), "where HTTP clients connect"),
    required("upstream", Text, "the application: `host:port`, or the path of its unix socket"),
    optional("admin", Text, "the address of /healthz and /readyz: never a public one"),
    optional("required", Texts, "sources that every request must have: host, jwt, api_key, header"),
    optional("host", Table(HTTP_HOST), "each host belongs to one tenant"),
    optional("jwt", Table(HTTP_JWT), "JSON Web Tokens"),
    optional("api_key", Table(HTTP_API_KEY), "API keys"),
    optional("header", Table(HTTP_HEADER), "a tenant header that a trusted peer sets"),
    optional("trusted_proxies", Texts, "the load balancers whose X-Forwarded-* are kept"),
    optional("context_lifetime", Duration, "how long a context token is good for"),
    optional("limits", Table(HTTP_LIMITS), "what one client may use"),
    optional("timeouts", Table(HTTP_TIMEOUTS), "how long things may take"),
];

const HTTP_LISTENER: &[Key] = &[
    required("address", Text, "an address and port"),
    optional("tls", Table(HTTP_TLS), "TLS, where the gateway ends it itself"),
    optional(
        "protocols",
        Choice(&["http1", "alpn", "prior-knowledge"]),
        "HTTP/1.1 alone, HTTP/2 where ALPN agrees, or plain HTTP/2 too",
    ),
];

const HTTP_TLS: &[Key] = &[
    required("cert_file", Path, "the certificate and its chain, in PEM"),
    required("key_file", Path, "the certificate's key, in PEM"),
];

const HTTP_HOST: &[Key] = &[
    optional("shared", Texts, "hosts that all tenants share, which name nobody"),
    optional("anonymous", Bool, "whether a host alone binds its tenant, for anybody"),
];

const HTTP_JWT: &[Key] = &[
    optional("cookie", Text, "a cookie that holds a token; its name begins with `__Host-`"),
    required("issuers", Tables(HTTP_ISSUER), "who issues tokens"),
];

const HTTP_ISSUER: &[Key] = &[
    required("issuer", Text, "the exact `iss` of its tokens"),
    required("audiences", Texts, "our names in `aud`"),
    optional("tenant_claim", Text, "the claim with the tenant's key"),
    optional("principal_claim", Text, "the claim that names who acts"),
    optional("types", Texts, "the allowed values of `typ`"),
    optional("leeway", Duration, "how far clocks may differ, at most a minute"),
    optional("max_lifetime", Duration, "how far ahead `exp` may lie"),
    optional("tenants", Texts, "the only tenants that it may name"),
    optional("keys", Tables(HTTP_ISSUER_KEY), "its keys, where they don't come from a key set"),
    optional("jwks_file", Path, "a file with its key set"),
    optional("jwks_url", Text, "the https URL of its key set"),
    optional("jwks_ca_file", Path, "who may certify that URL; else the authorities of the web"),
    optional("algorithms", Texts, "the algorithms that keys of the set may have"),
    optional("refresh", Duration, "how often the key set is fetched"),
    optional("min_interval", Duration, "the least time between two fetches"),
    optional("max_stale", Duration, "how long the last good set is kept while fetching fails"),
];

const HTTP_ISSUER_KEY: &[Key] = &[
    optional("id", Text, "the key's `kid`"),
    required("algorithm", Text, "the one algorithm that it verifies, as in `RS256`"),
    optional("public_key_file", Path, "the public key, in PEM"),
    optional("secret", Secret, "or the shared secret"),
];

const HTTP_API_KEY: &[Key] = &[
    optional("header", Text, "the header that holds the key"),
    optional("keys", Tables(HTTP_API_KEYS), "the keys, as `septum api-key new` prints them"),
];

const HTTP_API_KEYS: &[Key] = &[
    required("name", Text, "the key's public name: 12 digits"),
    required("hash", Text, "the key's hash: 64 digits"),
    required("tenant", Text, "the tenant whose key it is"),
    required("principal", Text, "who acts with it"),
];

const HTTP_HEADER: &[Key] = &[
    optional("tenant", Text, "the header with the tenant's key"),
    optional("principal", Text, "the header that names who acts"),
    required("trusted_peers", Texts, "who may set them"),
];

const HTTP_LIMITS: &[Key] = &[
    optional("connections", Whole(1, 1_000_000), "connections of clients at one time"),
    optional("requests", Whole(1, 1_000_000), "requests under way at one time"),
    optional("requests_per_tenant", Whole(1, 1_000_000), "those of one tenant"),
    optional("headers", Whole(1, 10_000), "header fields of a request"),
    optional("header_bytes", Size, "bytes of a request's line and header fields"),
    optional("body_bytes", Size, "bytes of a request's body"),
    optional("streams", Whole(1, 10_000), "HTTP/2 streams of one connection"),
];

const HTTP_TIMEOUTS: &[Key] = &[
    optional("handshake", Duration, "the TLS handshake"),
    optional("header", Duration, "from a connection to the end of a request's header"),
    optional("connect", Duration, "connecting to the application"),
    optional("first_byte", Duration, "from the end of a request to the answer's header"),
    optional("idle", Duration, "between two pieces of a body"),
    optional("drain", Duration, "how long requests may take once a shutdown began"),
];
