use anyhow::Result;
use bytes::BytesMut;
use postgres_protocol::IsNull;
use postgres_protocol::message::frontend;

use super::attack::How;
use super::knowledge::Knowledge;

/// What is sent at once, up to the server's being ready.
#[derive(Debug)]
pub struct Step {
    pub(super) frames: BytesMut,
    /// The data of a COPY, where one is asked for.
    pub(super) data: String,
}

/// What an attacker does.
#[derive(Debug)]
pub(super) enum Tries {
    /// On a connection that is authenticated, each list a try of its own.
    Inside(Vec<Vec<Step>>),
    /// In the start-up packet, then inside.
    StartUp(Vec<(&'static str, String)>, Step),
    /// In place of a start-up packet.
    Outside(&'static [u8]),
}

impl Step {
    /// A query of the simple protocol.
    ///
    /// # Errors
    /// When the text holds a zero byte.
    pub fn query(text: &str) -> Result<Self> {
        Ok(Self { frames: query(text)?, data: String::new() })
    }

    /// A statement of the extended protocol that is parsed and analysed, and does not run.
    ///
    /// # Errors
    /// When the text holds a zero byte.
    pub fn parse(text: &str) -> Result<Self> {
        let mut frames = BytesMut::new();
        frontend::parse("", text, [], &mut frames)?;
        frontend::sync(&mut frames);
        Ok(Self { frames, data: String::new() })
    }

    /// A statement of the extended protocol, described and executed once.
    ///
    /// # Errors
    /// When the text holds a zero byte.
    pub fn extended(text: &str) -> Result<Self> {
        Ok(Self { frames: unit(&[text])?, data: String::new() })
    }
}

impl How {
    /// The frames of it, filled in with what the attacker knows.
    pub(super) fn tries(self, known: &Knowledge) -> Result<Tries> {
        let one = |frames| Step { frames, data: String::new() };
        let simple = |text: &str| Step::query(&known.fill_in(text));
        let inside = |steps| Ok(Tries::Inside(vec![steps]));
        match self {
            Self::Statement(text) => {
                let extended = Step::extended(&known.fill_in(text))?;
                Ok(Tries::Inside(vec![vec![simple(text)?], vec![extended]]))
            }
            Self::Script(texts) => {
                inside(texts.iter().map(|text| simple(text)).collect::<Result<_>>()?)
            }
            Self::Pipeline(texts, then) => {
                let texts: Vec<String> = texts.iter().map(|text| known.fill_in(text)).collect();
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                inside(vec![one(unit(&texts)?), simple(then)?])
            }
            Self::Copy(text, data) => {
                inside(vec![Step { frames: query(text)?, data: known.fill_in(data) }])
            }
            Self::Frames(frames) => inside(vec![one(BytesMut::from(frames))]),
            Self::Long(length) => {
                inside(vec![simple(&format!("SELECT '{}'", "x".repeat(length)))?])
            }
            Self::StartUp(parameters) => {
                let parameters =
                    parameters.iter().map(|(name, value)| (*name, known.fill_in(value)));
                let then = simple("SELECT secret FROM accounts")?;
                Ok(Tries::StartUp(parameters.collect(), then))
            }
            Self::Greeting(bytes) => Ok(Tries::Outside(bytes)),
        }
    }
}

fn query(text: &str) -> Result<BytesMut> {
    let mut frames = BytesMut::new();
    frontend::query(text, &mut frames)?;
    Ok(frames)
}

/// Statements of the extended protocol under one `Sync`.
fn unit(texts: &[&str]) -> Result<BytesMut> {
    let mut frames = BytesMut::new();
    for text in texts {
        frontend::parse("", text, [], &mut frames)?;
        let none = |_: (), _: &mut BytesMut| Ok(IsNull::Yes);
        frontend::bind("", "", [], [], none, [], &mut frames)
            .map_err(|_| anyhow::anyhow!("a Bind without values"))?;
        frontend::describe(b'P', "", &mut frames)?;
        frontend::execute("", 0, &mut frames)?;
    }
    frontend::sync(&mut frames);
    Ok(frames)
}
