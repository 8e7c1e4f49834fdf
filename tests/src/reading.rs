//! What PostgreSQL and Septum read in a text, held against each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::{Context, Result, ensure};
use septum_sql::{Kind, Statement, parse_script};
use septum_test_cluster::Cluster;
use tokio_postgres::Client;

use crate::attacks::{Reply, Step, Wire};
use crate::connect;

/// What another connection has locked, and whether to write it.
const LOCKED: &str = "SELECT relation, bool_or(mode = 'RowExclusiveLock') FROM pg_locks
     WHERE pid = $1 AND locktype = 'relation' GROUP BY 1";
const RESOLVE: &str = "SELECT to_regclass(
         CASE WHEN $1::text IS NULL THEN '' ELSE quote_ident($1) || '.' END || quote_ident($2))::oid";

/// Reads texts as the superuser of a database, and runs none of them.
#[derive(Debug)]
pub struct Reader {
    /// Has the server parse and analyse a text, which locks the relations that it names.
    wire: Wire,
    pid: i32,
    watcher: Client,
    /// What one relation alone makes the server lock: itself and, for a view, what is below it.
    expanded: BTreeMap<u32, BTreeSet<u32>>,
}

/// What came of holding both readings of a text against each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// The same number of statements, and the same relations in the text and in the canonical one.
    Agreed {
        /// How many relations there are.
        relations: usize,
    },
    /// Septum refuses it; the server gets nothing.
    RefusedHere {
        /// Whether the server would have taken it.
        alone: bool,
    },
    /// The server refuses both texts, with this code; it gets nothing done.
    RefusedThere(String),
    /// It is not read before it runs: a verb, a setting, a COPY.
    NotRead,
    /// Something is different, and what.
    Disagreed(String),
}

/// What came of many texts.
#[derive(Clone, Debug, Default)]
pub struct Agreed {
    /// Those that agree and name a relation.
    pub with_relations: usize,
    /// Those that agree.
    pub all: usize,
    /// How many ended how.
    pub outcomes: BTreeMap<String, usize>,
}

impl fmt::Display for Agreement {
    /// In a few words, which are the same for all that ended alike.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agreed { .. } => f.write_str("agreed"),
            Self::RefusedHere { alone: true } => f.write_str("refused by Septum alone"),
            Self::RefusedHere { alone: false } => f.write_str("refused by both"),
            Self::RefusedThere(code) => write!(f, "refused by the server: {code}"),
            Self::NotRead => f.write_str("not analysed before it runs"),
            Self::Disagreed(_) => f.write_str("DISAGREED"),
        }
    }
}

/// Relations by number, and whether each is written.
type Relations = BTreeMap<u32, bool>;

impl Reader {
    /// A reader of one database.
    ///
    /// # Errors
    /// When the server can't be reached.
    pub async fn open(cluster: &Cluster, database: &str) -> Result<Self> {
        let server = ([127, 0, 0, 1], cluster.port()).into();
        let user = [("user", "postgres"), ("database", database)];
        let connected = Wire::connect(server, &user, cluster.superuser_password()).await?;
        let mut wire = connected.ok().context("the login was refused")?;
        let pid = wire.send(&Step::query("SELECT pg_backend_pid()")?).await?.first_cell();
        let pid = pid.context("a pid")?.parse()?;
        let watcher = connect(&cluster.dsn(database)).await?;
        Ok(Self { wire, pid, watcher, expanded: BTreeMap::new() })
    }

    /// Compares many texts. Returns how many agree and name a relation, and how many agree.
    ///
    /// # Errors
    /// When the server fails, and with all the texts that are read differently.
    pub async fn compare_all<'a>(
        &mut self,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Result<Agreed> {
        let mut agreed = Agreed::default();
        let mut problems = Vec::new();
        for text in texts {
            let agreement = self.compare(text).await?;
            match &agreement {
                Agreement::Agreed { relations } => {
                    agreed.all += 1;
                    agreed.with_relations += usize::from(*relations > 0);
                }
                Agreement::Disagreed(how) => problems.push(format!("{text:?}: {how}")),
                Agreement::RefusedHere { .. } | Agreement::RefusedThere(_) | Agreement::NotRead => {
                }
            }
            *agreed.outcomes.entry(agreement.to_string()).or_default() += 1;
        }
        ensure!(problems.is_empty(), "{}", problems.join("\n"));
        Ok(agreed)
    }

    /// Holds both readings of a text against each other.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn compare(&mut self, text: &str) -> Result<Agreement> {
        let theirs = self.relations(text).await?;
        let Ok(script) = parse_script(text) else {
            return Ok(Agreement::RefusedHere { alone: theirs.is_ok() });
        };
        let [statement] = script.as_slice() else {
            return self.several(&script, theirs.err()).await;
        };
        if !is_analysed(statement) {
            return Ok(Agreement::NotRead);
        }
        let ours = self.relations(statement.canonical()).await?;
        match (theirs, ours) {
            (Err(theirs), Err(ours)) if code(&theirs) == code(&ours) => {
                Ok(Agreement::RefusedThere(code(&theirs)))
            }
            // Syntax that this version of the server doesn't have, at least as it was written.
            (Err(theirs), Err(_)) if is_syntax(&theirs) => {
                Ok(Agreement::RefusedThere("42601".into()))
            }
            (Err(theirs), Ok(ours)) if is_syntax(&theirs) => {
                self.against_the_facts(statement, &ours).await
            }
            (Ok(theirs), Ok(ours)) if theirs == ours => {
                self.against_the_facts(statement, &theirs).await
            }
            (theirs, ours) => {
                let [theirs, ours] = [theirs, ours].map(|read| read.map_err(|error| code(&error)));
                let canonical = statement.canonical();
                Ok(Agreement::Disagreed(format!("{theirs:?}; {canonical}: {ours:?}")))
            }
        }
    }

    /// A text of none or of several statements: the server tells only that there is more than one,
    /// so the relations are those of each canonical text.
    async fn several(&mut self, script: &[Statement], refusal: Option<Reply>) -> Result<Agreement> {
        match (script.len(), refusal) {
            (0, None) => return Ok(Agreement::Agreed { relations: 0 }),
            (2.., Some(refusal)) if is_of_several(&refusal) => {}
            (2.., Some(refusal)) if is_syntax(&refusal) => {
                return Ok(Agreement::RefusedThere("42601".into()));
            }
            (statements, refusal) => {
                return Ok(Agreement::Disagreed(format!("{statements} statements; {refusal:?}")));
            }
        }
        let mut relations = 0;
        for statement in script.iter().filter(|statement| is_analysed(statement)) {
            let Ok(read) = self.relations(statement.canonical()).await? else { continue };
            match self.against_the_facts(statement, &read).await? {
                Agreement::Agreed { relations: more } => relations += more,
                disagreed => return Ok(disagreed),
            }
        }
        Ok(Agreement::Agreed { relations })
    }

    /// How many statements a text of nothing but SELECTs has for the server, which runs it; none
    /// where it refuses it.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn count(&mut self, text: &str) -> Result<Option<usize>> {
        let reply = self.wire.send(&Step::query(text)?).await?;
        let count = reply.frames.iter().filter(|frame| frame.tag == b'C').count();
        Ok(reply.codes().is_empty().then_some(count))
    }

    async fn against_the_facts(
        &mut self,
        statement: &Statement,
        theirs: &Relations,
    ) -> Result<Agreement> {
        let (mut expected, mut written) = (BTreeSet::new(), BTreeSet::new());
        for relation in &statement.facts().relations {
            let (schema, name) = (relation.name.schema.as_deref(), &*relation.name.name);
            let row = self.watcher.query_one(RESOLVE, &[&schema, &name]).await?;
            let Some(oid) = row.get::<_, Option<u32>>(0) else {
                return Ok(Agreement::Disagreed(format!("{} is no relation", relation.name)));
            };
            expected.extend(self.expand(oid).await?);
            if relation.written {
                written.insert(oid);
            }
        }
        let read: BTreeSet<u32> = theirs.keys().copied().collect();
        let is_written = |oid: &&u32| theirs.get(*oid).is_some_and(|written| *written);
        if read != expected || !written.iter().all(|oid| is_written(&oid)) {
            return Ok(Agreement::Disagreed(format!(
                "the server: {theirs:?}, the facts: {expected:?}, written {written:?}"
            )));
        }
        Ok(Agreement::Agreed { relations: read.len() })
    }

    async fn expand(&mut self, relation: u32) -> Result<BTreeSet<u32>> {
        if let Some(known) = self.expanded.get(&relation) {
            return Ok(known.clone());
        }
        let name = self.watcher.query_one("SELECT $1::oid::regclass::text", &[&relation]).await?;
        let read = self.relations(&format!("TABLE {}", name.get::<_, &str>(0))).await?;
        let expanded: BTreeSet<u32> =
            read.map(|read| read.into_keys().collect()).unwrap_or_default();
        ensure!(expanded.contains(&relation), "no lock on {relation}");
        self.expanded.insert(relation, expanded.clone());
        Ok(expanded)
    }

    /// The relations that the server finds in a text, or its refusal.
    async fn relations(&mut self, text: &str) -> Result<Result<Relations, Reply>> {
        self.wire.send(&Step::query("BEGIN")?).await?;
        let reply = self.wire.send(&Step::parse(text)?).await?;
        let locked = self.watcher.query(LOCKED, &[&self.pid]).await?;
        self.wire.send(&Step::query("ROLLBACK")?).await?;
        let relations = locked.iter().map(|row| (row.get(0), row.get(1))).collect();
        Ok(if reply.codes().is_empty() { Ok(relations) } else { Err(reply) })
    }
}

fn code(refusal: &Reply) -> String {
    refusal.codes().concat()
}

fn is_syntax(refusal: &Reply) -> bool {
    code(refusal) == "42601" && !is_of_several(refusal)
}

fn is_of_several(refusal: &Reply) -> bool {
    let said = b"multiple commands";
    refusal.frames.iter().any(|frame| frame.body.windows(said.len()).any(|w| w == said))
}

/// Whether the server analyses the statement when it parses it, and Septum sends it as it is.
fn is_analysed(statement: &Statement) -> bool {
    match statement.kind() {
        Kind::Rows | Kind::Explain => !statement.canonical().is_empty(),
        Kind::CopyOut
        | Kind::CopyIn(_)
        | Kind::Begin
        | Kind::Commit { .. }
        | Kind::Rollback { .. }
        | Kind::Savepoint { .. }
        | Kind::Release { .. }
        | Kind::RollbackTo { .. }
        | Kind::SetTransaction
        | Kind::Set(_)
        | Kind::Handover { .. }
        | Kind::Reset { .. }
        | Kind::Show { .. }
        | Kind::DiscardAll
        | Kind::Deallocate { .. }
        | Kind::DeallocateAll
        | Kind::Residue { .. }
        | Kind::Other(_) => false,
    }
}
