//! The same random rows in two databases: one under row-level security, one without.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

use septum_tests::Cluster;

use crate::compare::Outcome;
use crate::data::{self, Row};
use crate::dice::Dice;
use crate::schema::Schema;
use crate::statements::Statement;
use crate::way::{Carried, Way};
use crate::wire::{Wire, show};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The database with the policies of `septum.protect`.
    Protected,
    /// The database without any.
    Plain,
}

pub(crate) struct World<'a> {
    cluster: &'a Cluster,
    pub(crate) schema: Schema,
    pub(crate) rows: Vec<Row>,
    name: String,
    protected: Seat,
    plain: Seat,
}

/// The connections to a database.
struct Seat {
    app: Wire,
    superuser: Wire,
}

/// Policies ask this. That a seal can't be forged is tested elsewhere; here it would only take
/// time.
const STAND_IN: &str = "
    CREATE FUNCTION septum.tenant() RETURNS TYPE LANGUAGE sql STABLE SECURITY DEFINER
        PARALLEL RESTRICTED
        AS $$ SELECT pg_catalog.current_setting('oracle.tenant')::TYPE $$;";

const HOLD: &str = include_str!("../../../migrations/0005_hold.up.sql");
const PROTECT: &str = include_str!("../../../migrations/0003_protect.up.sql");

/// A server for worlds, with the roles that they use.
pub(crate) fn server() -> Cluster {
    let builder = Cluster::builder().setting("autovacuum", "off").setting("jit", "off");
    let cluster = builder.setting("statement_timeout", "5s").start().unwrap();
    let roles = "CREATE ROLE owner; CREATE ROLE app LOGIN PASSWORD 'app'";
    Wire::superuser(&cluster, "postgres").script(roles);
    cluster
}

impl<'a> World<'a> {
    pub(crate) fn random(cluster: &'a Cluster, dice: &mut Dice) -> Self {
        let schema = Schema::random(dice);
        let rows = data::random(dice, &schema);
        Self::new(cluster, schema, rows)
    }

    fn new(cluster: &'a Cluster, schema: Schema, rows: Vec<Row>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("world{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut postgres = Wire::superuser(cluster, "postgres");
        postgres.script(&format!("CREATE DATABASE {name}"));
        let mut superuser = Wire::superuser(cluster, &name);
        superuser
            .script("CREATE EXTENSION IF NOT EXISTS plpgsql; GRANT ALL ON SCHEMA public TO owner");
        superuser.script("CREATE SCHEMA septum; GRANT USAGE ON SCHEMA septum TO PUBLIC");
        superuser.script(&HOLD.replace("{{tenant_type}}", schema.tenant_type.sql_name()));
        superuser.script(&schema.ddl());
        superuser.script(&state_function(&schema));
        rows.iter().for_each(|row| superuser.script(&row.insert()));
        drop(superuser);
        // A copy: objects have the same OIDs there, and rows the same places.
        let copy = format!("CREATE DATABASE {name}_protected TEMPLATE {name}");
        while postgres.try_script(&copy).is_err_and(|error| error.code == "55006") {
            // The connection before is still being closed.
            std::thread::yield_now();
        }
        let mut superuser = Wire::superuser(cluster, &format!("{name}_protected"));
        superuser.script(&STAND_IN.replace("TYPE", schema.tenant_type.sql_name()));
        superuser.script(PROTECT);
        superuser.script(&schema.protection());
        let protected = Seat::new(cluster, &format!("{name}_protected"), &schema);
        let plain = Seat::new(cluster, &name, &schema);
        Self { cluster, schema, rows, name, protected, plain }
    }

    fn seat(&mut self, place: Place) -> &mut Seat {
        match place {
            Place::Protected => &mut self.protected,
            Place::Plain => &mut self.plain,
        }
    }

    /// Sends what is to be run in place of a statement, without waiting for it.
    pub(crate) fn send(&mut self, place: Place, carried: &Carried, writes: bool) {
        let app = &mut self.seat(place).app;
        let Carried { text, parameters } = carried;
        if writes {
            app.run_between("BEGIN", text, parameters, "SELECT oracle.state()");
        } else {
            app.run(text, parameters);
        }
    }

    pub(crate) fn flush(&mut self) {
        self.protected.app.send();
        self.plain.app.send();
    }

    /// What has become of the next that was sent.
    pub(crate) fn outcome(&mut self, place: Place, writes: bool) -> Outcome {
        let app = &mut self.seat(place).app;
        if !writes {
            return Outcome { answer: app.answer(), state: None };
        }
        let mut answers = app.answers().into_iter().skip(1);
        let answer = answers.next().unwrap_or_default();
        let state = answers.next().and_then(|mut state| state.rows.pop());
        app.answer();
        Outcome { answer, state }
    }

    /// What a statement does by itself, and what a way makes of it.
    pub(crate) fn try_one(
        &mut self,
        statement: &Statement,
        way: &dyn Way,
    ) -> Option<(Outcome, Outcome)> {
        let carried = way.carry(statement).ok()?;
        self.send(Place::Protected, &Carried::plain(statement), statement.writes);
        self.flush();
        let truth = self.outcome(Place::Protected, statement.writes);
        self.send(way.place(), &carried, statement.writes);
        self.flush();
        let seen = self.outcome(way.place(), statement.writes);
        Some((truth, seen))
    }

    /// Holds these rows from now on.
    pub(crate) fn fill(&mut self, rows: &[Row]) {
        let tables: Vec<_> = self.schema.tables.iter().map(|table| table.name.as_str()).collect();
        let mut script = format!("TRUNCATE {};", tables.join(", "));
        rows.iter().for_each(|row| script += &row.insert());
        self.protected.superuser.script(&script);
        self.plain.superuser.script(&script);
    }

    /// Clears what statements that were rolled back have left.
    pub(crate) fn vacuum(&mut self) {
        for seat in [&mut self.protected, &mut self.plain] {
            seat.superuser.script("VACUUM");
        }
    }

    fn database(&self, place: Place) -> String {
        match place {
            Place::Protected => format!("{}_protected", self.name),
            Place::Plain => self.name.clone(),
        }
    }

    /// The one value that a query of the application's role gives.
    pub(crate) fn ask(&mut self, place: Place, query: &str) -> String {
        let app = &mut self.seat(place).app;
        app.run(query, &[]);
        app.send();
        let answer = app.answer();
        show(&answer.rows[0])
    }

    pub(crate) fn end(self) {
        let names = [self.database(Place::Protected), self.database(Place::Plain)];
        let cluster = self.cluster;
        drop(self);
        let mut postgres = Wire::superuser(cluster, "postgres");
        for name in names {
            postgres.script(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

impl Seat {
    fn new(cluster: &Cluster, database: &str, schema: &Schema) -> Self {
        let mut app = Wire::connect(cluster, "app", "app", database);
        app.script(&format!("SET oracle.tenant = '{}'", schema.tenant(0)));
        Self { app, superuser: Wire::superuser(cluster, database) }
    }
}

/// A function that anybody may ask what all tables hold, of all tenants: each row as text.
fn state_function(schema: &Schema) -> String {
    let mut rows = Vec::new();
    for name in schema.tables.iter().map(|table| &table.name) {
        rows.push(format!("SELECT r.tableoid::regclass || ' ' || r::text AS line FROM {name} r"));
    }
    let mut sql = String::from("CREATE SCHEMA oracle; GRANT USAGE ON SCHEMA oracle TO PUBLIC;");
    write!(
        sql,
        "CREATE FUNCTION oracle.state() RETURNS text LANGUAGE sql SECURITY DEFINER
            SET search_path = public AS
        $$ SELECT string_agg(line, E'\\n' ORDER BY line) FROM ({}) l $$;",
        rows.join(" UNION ALL ")
    )
    .unwrap();
    sql
}
