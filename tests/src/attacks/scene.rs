use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};

use super::attack::{Attack, Layers, Who};
use super::knowledge::Knowledge;
use super::reply::Reply;
use super::site::Site;
use super::steps::{Step, Tries};
use super::wire::Wire;
use crate::Customer;

/// Attackers and their victim, at work on one site.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    site: &'a Site,
    layers: Layers,
    known: Knowledge,
    attackers: BTreeMap<Who, Wire>,
    /// Globex's, at work between the attacks on the one server connection that there is.
    victim: Wire,
}

impl<'a> Scene<'a> {
    pub(super) async fn open(site: &'a Site, layers: Layers) -> Result<Self> {
        let mut victim = login(site, layers, Some(Customer::Globex)).await?;
        let seal = Step::query("SELECT current_setting('septum.binding', true)")?;
        // The guard lets nobody read a seal; elsewhere its owner has shown it to the attacker.
        let stolen = victim.send(&seal).await?.first_cell();
        let known = Knowledge::new(&site.key_name().await?, stolen)?;
        let mut scene = Self { site, layers, known, attackers: BTreeMap::new(), victim };
        scene.the_layers_are_as_said().await?;
        Ok(scene)
    }

    /// An attack that can't succeed proves nothing: what is off is seen to be off.
    async fn the_layers_are_as_said(&mut self) -> Result<()> {
        // Past Septum nothing but the policies holds a row.
        let mut past = login(self.site, Layers::PastSeptum, Some(Customer::Acme)).await?;
        let rows = past.send(&Step::query("SELECT secret FROM accounts")?).await?;
        let open = self.layers == Layers::GuardAlone;
        ensure!(self.site.is_foreign(&rows) == open, "row-level security: {:?}?", self.layers);
        let judged = self.send(Who::Acme, &Step::query("EXPLAIN SELECT 1")?).await?.codes();
        let off = matches!(self.layers, Layers::DatabaseAlone | Layers::PastSeptum);
        ensure!(judged.is_empty() == off, "the guard: {:?}?", self.layers);
        Ok(())
    }

    /// Globex leaves its traces on the server connection, and finds its rows as they were.
    pub(super) async fn the_victim_works(&mut self) -> Result<()> {
        let own = format!(
            "SELECT count(*) FROM accounts WHERE tenant_id = '{}' AND secret LIKE '{}%'",
            Customer::Globex.id(),
            self.site.canary
        );
        let seen = self.victim.send(&Step::query(&own)?).await?;
        let found = seen.first_cell();
        ensure!(found.as_deref() == Some("300"), "globex misses its rows: {found:?}, {seen:?}");
        Ok(())
    }

    /// What came back, for each try.
    pub(super) async fn attempt(&mut self, attack: &Attack) -> Result<Vec<Vec<Reply>>> {
        let mut answers = Vec::new();
        match attack.how.tries(&self.known)? {
            Tries::Inside(tries) => {
                for steps in tries {
                    answers.push(self.take(attack.who, &steps).await?);
                }
            }
            Tries::StartUp(parameters, then) => {
                let more: Vec<(&str, &str)> =
                    parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let refused_or_not = match connect(self.site, self.layers, None, &more).await? {
                    Ok(mut wire) => wire.send(&then).await?,
                    Err(refused) => refused,
                };
                answers.push(vec![refused_or_not]);
            }
            Tries::Outside(bytes) => {
                answers.push(vec![Wire::greet(self.site.server(self.layers), bytes).await?]);
            }
        }
        Ok(answers)
    }

    /// Takes the steps one after another, and leaves the connection as it may be used again.
    async fn take(&mut self, who: Who, steps: &[Step]) -> Result<Vec<Reply>> {
        let mut replies = Vec::new();
        for step in steps {
            let reply = self.send(who, step).await?;
            let (closed, refused) = (reply.is_closed(), !reply.codes().is_empty());
            replies.push(reply);
            // Without policies the guard alone stops the attack here, and nothing after it.
            if closed || (refused && self.layers == Layers::GuardAlone) {
                break;
            }
        }
        let last = replies.last().context("a step")?;
        if last.is_closed() || self.layers == Layers::PastSeptum {
            self.attackers.remove(&who);
        } else if last.is_open() {
            self.send(who, &Step::query("ROLLBACK")?).await?;
        }
        Ok(replies)
    }

    async fn send(&mut self, who: Who, step: &Step) -> Result<Reply> {
        let attacker = match self.attackers.remove(&who) {
            Some(wire) => wire,
            None => login(self.site, self.layers, who.customer()).await?,
        };
        self.attackers.entry(who).or_insert(attacker).send(step).await
    }
}

impl Who {
    fn customer(self) -> Option<Customer> {
        match self {
            Self::Acme => Some(Customer::Acme),
            Self::Nobody => None,
        }
    }
}

/// A connection that is this customer's, or nobody's.
async fn login(site: &Site, layers: Layers, customer: Option<Customer>) -> Result<Wire> {
    let connected = connect(site, layers, customer, &[]).await?;
    let mut wire = connected.ok().context("the login was refused")?;
    if let (Some(customer), Layers::PastSeptum) = (customer, layers) {
        let pid = wire.send(&Step::query("SELECT pg_backend_pid()")?).await?.first_cell();
        let seal = site.seal(customer, &pid.context("a pid")?).await?;
        wire.send(&Step::query(&format!("SET septum.binding = '{seal}'"))?).await?;
    }
    Ok(wire)
}

async fn connect(
    site: &Site,
    layers: Layers,
    customer: Option<Customer>,
    more: &[(&str, &str)],
) -> Result<Result<Wire, Reply>> {
    let user = match (customer, layers) {
        (None, _) | (_, Layers::PastSeptum) => "crm_app".to_owned(),
        (Some(customer), _) => format!("app.{}", customer.name()),
    };
    let mut parameters = vec![("user", user.as_str()), ("database", "crm")];
    parameters.extend_from_slice(more);
    Wire::connect(site.server(layers), &parameters, site.password(layers)).await
}
