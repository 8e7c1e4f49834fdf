use septum_tests::{Cluster, Config, Customer, Septum};

use crate::database::{BOUND, HAND, OPEN};
use crate::pgbouncer::PgBouncer;
use crate::workload::{Protocol, Way};

/// How many server connections every pool has.
pub(crate) const POOL: u32 = 20;

/// Something between pgbench and PostgreSQL, or nothing.
#[derive(Clone, Debug)]
pub(crate) struct System {
    pub(crate) name: &'static str,
    pub(crate) way: Way,
    pub(crate) port: u16,
    pub(crate) database: &'static str,
    pub(crate) user: String,
    pub(crate) password: String,
    /// The process in between.
    pub(crate) pid: Option<u32>,
    prepares: bool,
}

impl System {
    /// Whether clients may speak so.
    pub(crate) fn can(&self, protocol: Protocol) -> bool {
        protocol != Protocol::Prepared || self.prepares
    }
}

/// All that are compared. The first is what the ratios are of.
#[derive(Debug)]
pub(crate) struct Systems {
    pub(crate) all: Vec<System>,
}

impl Systems {
    pub(crate) fn new(
        cluster: &Cluster,
        config: &Config,
        septum: &Septum,
        pgbouncer: Option<&PgBouncer>,
    ) -> Self {
        let direct = System {
            name: "direct",
            way: Way::Explicit,
            port: cluster.port(),
            database: OPEN,
            user: "crm_app".into(),
            password: config.secrets.database.clone(),
            pid: None,
            prepares: true,
        };
        let bouncer = pgbouncer.map(|pgbouncer| System {
            name: "PgBouncer",
            port: pgbouncer.port,
            pid: Some(pgbouncer.process.id()),
            prepares: pgbouncer.version >= (1, 21),
            ..direct.clone()
        });
        let by_hand = bouncer.clone().map(|bouncer| System {
            name: "PgBouncer by hand",
            way: Way::ByHand,
            database: HAND,
            ..bouncer
        });
        let septum = System {
            name: "Septum",
            way: Way::Bound,
            port: config.proxy.port(),
            database: BOUND,
            user: format!("app.{}", Customer::Acme.name()),
            password: config.secrets.application.clone(),
            pid: Some(septum.process.id()),
            prepares: true,
        };
        let all = [Some(direct), bouncer, by_hand, Some(septum)];
        Self { all: all.into_iter().flatten().collect() }
    }
}
