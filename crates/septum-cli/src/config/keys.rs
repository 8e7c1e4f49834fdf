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
    optional("tenants", Tables(TENANTS), "the customers; nobody else can be bound"),
    required("audit", Table(AUDIT), "the audit log"),
    optional("log", Table(LOG), "the program's own log, on standard error"),
    optional("guard", Table(GUARD), "which statements pass"),
    required("database", Table(DATABASE), "the PostgreSQL server and how its connections are used"),
    optional("migrate", Table(MIGRATE), "the role of `septum migrate`"),
    optional("listeners", Tables(LISTENER), "where database clients connect"),
    optional("users", Tables(USERS), "who may connect there"),
    optional("limits", Table(LIMITS), "what one database client may cost"),
    optional("timeouts", Table(TIMEOUTS), "how long things may take"),
    optional("operator", Table(OPERATOR), "the operators' way to the database, fully audited"),
];

const TENANT: &[Key] = &[required(
    "type",
    Choice(&["uuid", "bigint", "int", "text"]),
    "the PostgreSQL type of every tenant column",
)];

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
        Choice(&["enforce", "off"]),
        "`off` leaves row-level security alone: for tests",
    ),
    optional("settings", Texts, "settings of the application's own that it may SET and SHOW"),
    optional("max_statement_bytes", Size, "the largest statement"),
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
