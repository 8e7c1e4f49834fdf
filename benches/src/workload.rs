use septum_tests::Customer;

/// What clients do.
#[derive(Debug)]
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) protocol: Protocol,
    statements: &'static [Statement],
    transaction: bool,
}

/// How clients speak, in pgbench's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Texts with their values in them.
    Simple,
    /// Texts and values apart, parsed each time.
    Extended,
    /// Parsed once a connection.
    Prepared,
}

impl Protocol {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Extended => "extended",
            Self::Prepared => "prepared",
        }
    }
}

/// How a client says whose rows it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// In each statement, without any protection.
    Explicit,
    /// By a setting in a transaction around it, which policies read.
    ByHand,
    /// Not at all: Septum knows.
    Bound,
}

/// One statement, with the tenant named in it and without.
#[derive(Debug)]
struct Statement {
    explicit: &'static str,
    bound: &'static str,
}

const POINT: Statement = Statement {
    explicit: "SELECT name, city, balance FROM accounts WHERE tenant_id = '{tenant}' AND id = :id;",
    bound: "SELECT name, city, balance FROM accounts WHERE id = :id;",
};
const LIST: Statement = Statement {
    explicit: "SELECT a.name, d.title, d.amount_cents FROM accounts a \
               JOIN deals d ON d.tenant_id = a.tenant_id AND d.account_id = a.id \
               WHERE a.tenant_id = '{tenant}' AND a.id BETWEEN :id AND :id + 9 \
               ORDER BY d.amount_cents DESC LIMIT 20;",
    bound: "SELECT a.name, d.title, d.amount_cents FROM accounts a \
            JOIN deals d ON d.account_id = a.id \
            WHERE a.id BETWEEN :id AND :id + 9 \
            ORDER BY d.amount_cents DESC LIMIT 20;",
};
const INSERT: Statement = Statement {
    explicit: "INSERT INTO notes (tenant_id, account_id, body) \
               VALUES ('{tenant}', :id, 'called, will call again');",
    bound: "INSERT INTO notes (account_id, body) VALUES (:id, 'called, will call again');",
};
const UPDATE: Statement = Statement {
    explicit: "UPDATE accounts SET balance = balance + 1 WHERE tenant_id = '{tenant}' AND id = :id;",
    bound: "UPDATE accounts SET balance = balance + 1 WHERE id = :id;",
};

pub(crate) const ALL: &[Workload] = &[
    single("point read", Protocol::Prepared, &[POINT]),
    single("point read", Protocol::Extended, &[POINT]),
    single("point read", Protocol::Simple, &[POINT]),
    single("list with a join", Protocol::Prepared, &[LIST]),
    single("list with a join", Protocol::Extended, &[LIST]),
    single("insert", Protocol::Prepared, &[INSERT]),
    single("insert", Protocol::Extended, &[INSERT]),
    in_transaction("transaction of 4", Protocol::Prepared, &[POINT, UPDATE, INSERT, LIST]),
    in_transaction("transaction of 4", Protocol::Extended, &[POINT, UPDATE, INSERT, LIST]),
];

const fn single(
    name: &'static str,
    protocol: Protocol,
    statements: &'static [Statement],
) -> Workload {
    Workload { name, protocol, statements, transaction: false }
}

const fn in_transaction(
    name: &'static str,
    protocol: Protocol,
    statements: &'static [Statement],
) -> Workload {
    Workload { transaction: true, ..single(name, protocol, statements) }
}

impl Workload {
    /// The script for pgbench.
    pub(crate) fn script(&self, way: Way) -> String {
        let tenant = Customer::Acme.id();
        let mut lines = vec!["\\set id random(1, 19990)".to_owned()];
        let transaction = self.transaction || way == Way::ByHand;
        if transaction {
            lines.push("BEGIN;".into());
        }
        if way == Way::ByHand {
            lines.push(format!("SELECT set_config('app.tenant', '{tenant}', true);"));
        }
        lines.extend(self.statements.iter().map(|statement| match way {
            Way::Explicit => statement.explicit.replace("{tenant}", tenant),
            Way::ByHand | Way::Bound => statement.bound.to_owned(),
        }));
        if transaction {
            lines.push("COMMIT;".into());
        }
        lines.join("\n") + "\n"
    }
}
