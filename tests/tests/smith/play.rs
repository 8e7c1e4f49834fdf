use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use septum_tests::attacks::{Reply, Step};

use crate::canary;
use crate::site::Door;

/// How a statement is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    Simple,
    Extended,
}

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
    /// Whether the connection ended with it.
    pub(crate) closed: bool,
}

/// How long an answer may take; a statement runs for a second at most.
const PATIENCE: Duration = Duration::from_secs(30);

/// Plays the texts one after another, each in a transaction that is rolled back.
pub(crate) async fn play<'a>(
    door: &Door,
    texts: impl IntoIterator<Item = &'a String>,
    protocol: Protocol,
) -> Vec<Answer> {
    let [begin, rollback] = ["BEGIN", "ROLLBACK"].map(|verb| Step::query(verb).unwrap());
    let mut wire = door.enter().await;
    let mut answers = Vec::new();
    for text in texts {
        let step = match protocol {
            Protocol::Simple => Step::query(text),
            Protocol::Extended => Step::extended(text),
        };
        let step = step.unwrap();
        let exchange = async {
            wire.send(&begin).await.unwrap();
            let reply = wire.send(&step).await.unwrap();
            if !reply.is_closed() {
                wire.send(&rollback).await.unwrap();
            }
            reply
        };
        let reply = tokio::time::timeout(PATIENCE, exchange).await;
        let reply = reply.unwrap_or_else(|_| panic!("no answer to {text}"));
        if reply.is_closed() {
            wire = door.enter().await;
        }
        answers.push(Answer::of(&reply));
    }
    answers
}

impl Answer {
    fn of(reply: &Reply) -> Self {
        let mut hasher = DefaultHasher::new();
        for frame in &reply.frames {
            (frame.tag, &frame.body).hash(&mut hasher);
        }
        Self {
            codes: reply.codes(),
            digest: hasher.finish(),
            rows: reply.frames.iter().filter(|frame| frame.tag == b'D').count(),
            shown: canary::shown(reply),
            closed: reply.is_closed(),
        }
    }
}
