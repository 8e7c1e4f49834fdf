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
            Self::Poison => "septum refused a statement of this transaction",
        }
    }
}
