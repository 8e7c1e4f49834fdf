use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use septum_tests::attacks::{Reply, Step, Wire};

use crate::canary;
use crate::site::Door;

/// What came back for one text.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The codes of its errors; none where it ran.
    pub(crate) codes: Vec<String>,
    /// Stands for all of its bytes.
    pub(crate) digest: u64,
    /// How many rows it has.
    pub(crate) rows: usize,
    /// What of another customer's stands in it.
    pub(crate) shown: Option<String>,
}

/// What takes back what the texts have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rollback {
    /// The end of the transaction that each text has for itself.
    Each,
    /// A savepoint, and after many texts the transaction's end: while the guard is off, a
    /// transaction costs a server connection.
    Many,
}

/// How long an answer may take; a statement runs for a second at most.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many texts share a transaction.
const MANY: usize = 50;

/// Plays the texts one after another, by the simple and the extended protocol in turns.
pub(crate) async fn play<'a>(
    door: &Door,
    texts: impl IntoIterator<Item = &'a String>,
    rollback: Rollback,
) -> Vec<Answer> {
    let mut player = Player { wire: door.enter().await, rollback, inside: 0 };
    let mut answers = Vec::new();
    for (at, text) in texts.into_iter().enumerate() {
        let step = if at % 2 == 0 { Step::query(text) } else { Step::extended(text) };
        let answered = tokio::time::timeout(PATIENCE, player.play(&step.unwrap())).await;
        let reply = answered.unwrap_or_else(|_| panic!("no answer to {text}"));
        if reply.is_closed() {
            player = Player { wire: door.enter().await, rollback, inside: 0 };
        }
        answers.push(Answer::of(&reply));
    }
    answers
}

struct Player {
    wire: Wire,
    rollback: Rollback,
    /// How many texts were played in the transaction that is open.
    inside: usize,
}

impl Player {
    async fn play(&mut self, step: &Step) -> Reply {
        if self.inside == 0 {
            self.say("BEGIN").await;
        }
        if self.rollback == Rollback::Many {
            self.say("SAVEPOINT before").await;
        }
        let reply = self.wire.send(step).await.unwrap();
        self.inside += 1;
        if reply.is_closed() {
            return reply;
        }
        if self.rollback == Rollback::Each || self.inside == MANY {
            self.say("ROLLBACK").await;
            self.inside = 0;
        } else {
            self.say("ROLLBACK TO before").await;
        }
        reply
    }

    async fn say(&mut self, verb: &str) {
        let reply = self.wire.send(&Step::query(verb).unwrap()).await.unwrap();
        assert!(reply.codes().is_empty() && !reply.is_closed(), "{verb}: {reply:?}");
    }
}

impl Answer {
    fn of(reply: &Reply) -> Self {
        let mut hasher = DefaultHasher::new();
        for frame in &reply.frames {
            (frame.tag, &frame.body).hash(&mut hasher);
        }
        let mut codes = reply.codes();
        if reply.is_closed() {
            codes.push("closed".into());
        }
        Self {
            codes,
            digest: hasher.finish(),
            rows: reply.frames.iter().filter(|frame| frame.tag == b'D').count(),
            shown: canary::shown(reply),
        }
    }
}
