/// Every text that Septum itself sends: constants, never built from anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Own {
    /// Sets one setting until the transaction's end: the bind, and what a client has set.
    Bind,
    /// The columns that `COPY table FROM` fills, quoted.
    CopyColumns,
    /// What the role may do, and the server's clock.
    Probe,
    /// Whether the database verifies our seals.
    Verify,
    /// What SQL has prepared, which nobody but a function that runs SQL it is given can have done.
    Forged,
    /// Every setting back to what the connection began with.
    Reset,
    /// Forgets which numbers sequences gave.
    Sequences,
    /// Lets go of the role and of locks; says whether nothing else is left that one session
    /// could leave to the next.
    Clean,
    /// The same, and whether exactly what this many messages have prepared is prepared.
    CleanThroughout,
    /// The name of every function, and whether all that have it are PostgreSQL's own.
    Functions,
    /// What the database holds, for the guard.
    Catalog,
    /// What changes when that does.
    CatalogSignature,
    /// Has the server tell when that does.
    Listen,
    /// A statement that fails, to fail a transaction on the server's side as well.
    Poison,
}

impl Own {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Bind => "SELECT pg_catalog.set_config($1, $2, true)",
            Self::CopyColumns => {
                "SELECT pg_catalog.quote_ident(attname) FROM pg_catalog.pg_attribute \
                 WHERE attrelid = pg_catalog.to_regclass($1) AND attnum > 0 \
                 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
            }
            Self::Probe => {
                "SELECT (rolsuper OR rolbypassrls)::text, \
                 pg_catalog.floor(EXTRACT(epoch FROM pg_catalog.clock_timestamp()))::text \
                 FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER"
            }
            Self::Verify => "SELECT (septum.tenant() IS NOT NULL)::text",
            Self::Forged => "SELECT true FROM pg_catalog.pg_prepared_statement() WHERE from_sql",
            Self::Reset => "RESET ALL",
            Self::Sequences => "DISCARD SEQUENCES",
            Self::Clean => {
                "SELECT pg_catalog.set_config('role', 'none', false), \
                 pg_catalog.pg_advisory_unlock_all(), \
                 (pg_catalog.pg_my_temp_schema() OPERATOR(pg_catalog.=) 0 \
                 AND NOT EXISTS (SELECT FROM pg_catalog.pg_listening_channels()) \
                 AND NOT EXISTS (SELECT FROM pg_catalog.pg_cursor() WHERE is_holdable))::text"
            }
            Self::CleanThroughout => {
                "SELECT pg_catalog.set_config('role', 'none', false), \
                 pg_catalog.pg_advisory_unlock_all(), \
                 (pg_catalog.pg_my_temp_schema() OPERATOR(pg_catalog.=) 0 \
                 AND NOT EXISTS (SELECT FROM pg_catalog.pg_listening_channels()) \
                 AND NOT EXISTS (SELECT FROM pg_catalog.pg_cursor() WHERE is_holdable) \
                 AND (SELECT pg_catalog.count(*) OPERATOR(pg_catalog.=) $1 \
                 AND NOT COALESCE(pg_catalog.bool_or(from_sql), false) \
                 FROM pg_catalog.pg_prepared_statement()))::text"
            }
            Self::Functions => {
                "SELECT proname, pg_catalog.bool_and(pronamespace OPERATOR(pg_catalog.=) \
                 'pg_catalog'::pg_catalog.regnamespace)::text \
                 FROM pg_catalog.pg_proc GROUP BY proname"
            }
            Self::Catalog => septum_sql::Catalog::QUERY,
            Self::CatalogSignature => septum_sql::Catalog::SIGNATURE,
            Self::Listen => "LISTEN septum_catalog",
            Self::Poison => "septum refused a statement of this transaction",
        }
    }
}
