use anyhow::Result;

use super::attack::{Attack, Expected, Layers, Who};
use super::catalogue;
use super::reply::Reply;
use super::scene::Scene;
use super::site::Site;
use crate::{Customer, Record};

/// What became of an attack.
#[derive(Debug)]
pub struct Outcome {
    /// What was tried.
    pub attack: &'static Attack,
    /// What came of it in a word; `None` where these layers claim nothing.
    pub seen: Option<String>,
    /// Why that was not what must come of it.
    pub problem: Option<String>,
    /// The refusals that were answered, each of which must be in the audit log.
    refusals: Vec<String>,
}

/// Runs every attack against these layers, and compares the audit log with the refusals that
/// were answered.
///
/// # Errors
/// When something other than an attack fails.
pub async fn run(site: &Site, layers: Layers) -> Result<Vec<Outcome>> {
    let recorded = site.records()?.len();
    let septum = site.switch(layers).await?;
    let mut scene = Scene::open(site, layers).await?;
    let mut state = site.state().await?;
    let mut outcomes = Vec::new();
    for attack in catalogue::all() {
        let mut outcome = Outcome { attack, seen: None, problem: None, refusals: Vec::new() };
        if let Some(expected) = attack.held.expects(layers) {
            scene.the_victim_works().await?;
            for replies in scene.attempt(attack).await? {
                outcome.judge(expected, &replies, site);
            }
            let after = site.state().await?;
            if after != state {
                outcome.problem = Some("what is another's, or everybody's, was changed".into());
            }
            state = after;
        }
        outcomes.push(outcome);
    }
    scene.the_victim_works().await?;
    drop(scene);
    if let Some(mut septum) = septum {
        septum.process.terminate()?;
        compare(&mut outcomes, site.records()?.iter().skip(recorded));
    }
    Ok(outcomes)
}

impl Outcome {
    fn judge(&mut self, expected: Expected, replies: &[Reply], site: &Site) {
        let codes: Vec<String> = replies.iter().flat_map(Reply::codes).collect();
        self.seen = Some(match expected {
            Expected::Contained if codes.is_empty() => "contained".to_owned(),
            Expected::Refused(code) if codes.iter().any(|seen| seen == code) => code.to_owned(),
            Expected::Contained | Expected::Refused(_) => codes.join(" "),
        });
        if let Expected::Refused(code) = expected
            && self.seen.as_deref() != Some(code)
        {
            self.problem = Some(format!("not {code}, but {codes:?}"));
        }
        if replies.iter().any(|reply| site.is_foreign(reply)) {
            self.problem = Some("another tenant's row was seen".into());
        }
        // What can't be parsed is a mistake, not an attempt; who has not logged in is nobody.
        let recorded = |code: &String| code.starts_with("SEP-") && code != "SEP-301";
        if self.attack.how.is_inside() {
            self.refusals.extend(codes.into_iter().filter(recorded));
        }
    }
}

/// Every refusal stands in the log, in order, with who it was.
fn compare<'a>(outcomes: &mut [Outcome], mut records: impl Iterator<Item = &'a Record>) {
    for outcome in outcomes {
        let who = outcome.attack.who;
        let lacks = |code: &&String| !records.any(|record| is_of(record, code, who));
        if let Some(code) = outcome.refusals.iter().find(lacks) {
            outcome.problem = Some(format!("the audit log lacks {code}"));
            return;
        }
    }
}

fn is_of(record: &Record, code: &str, who: Who) -> bool {
    record.text("reason") == code
        && matches!(record.text("kind"), "crossing" | "denied")
        && (record.text("tenant") == Customer::Acme.id() || who == Who::Nobody)
        && !record.text("peer").is_empty()
}
