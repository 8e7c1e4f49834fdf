use septum_pgwire::backend::{self, tag};
use septum_pgwire::frontend::Write as _;

use super::connect::{Dialer, login, receive_up_to};
use super::{ConnectError, Own};
use crate::stream::Wire;

/// The largest catalog that is read, in bytes of its text.
const LARGEST: usize = 512 << 20;

/// A connection that asks what the database holds; nothing of a client's runs on it.
pub(crate) struct CatalogConnection {
    wire: Wire,
    notified: bool,
}

impl Dialer {
    /// Connects with the role and the settings of the pool's connections.
    pub(crate) async fn dial_for_catalog(&self) -> Result<CatalogConnection, ConnectError> {
        let limit = self.config.timeouts.connect;
        tokio::time::timeout(limit, async {
            let database = &self.config.database;
            let parameters = self.parameters("septum catalog");
            let opened = login(database, &parameters, &self.random).await?;
            let mut connection = CatalogConnection { wire: opened.wire, notified: false };
            connection.listen().await?;
            Ok(connection)
        })
        .await
        .map_err(|_| ConnectError::Timeout)?
    }
}

impl CatalogConnection {
    pub(crate) async fn signature(&mut self) -> Result<String, ConnectError> {
        self.notified = false;
        self.one(Own::CatalogSignature).await
    }

    pub(crate) async fn catalog(&mut self) -> Result<String, ConnectError> {
        self.one(Own::Catalog).await
    }

    /// Waits until the event trigger tells of a change; fails when the server goes.
    pub(crate) async fn notified(&mut self) -> Result<(), ConnectError> {
        while receive_up_to(&mut self.wire, LARGEST).await?.tag != tag::NOTIFICATION {}
        Ok(())
    }

    /// Whether the event trigger told of a change since the signature was asked for.
    pub(crate) fn take_notified(&mut self) -> bool {
        std::mem::take(&mut self.notified)
    }

    /// A hot standby takes no LISTEN: there it is polling alone.
    async fn listen(&mut self) -> Result<(), ConnectError> {
        match self.ask(Own::Listen).await? {
            Answer::Refused { code, message } => {
                tracing::info!(code, message, "no word of changes from the database: polling");
                Ok(())
            }
            Answer::Value(_) => Ok(()),
        }
    }

    async fn one(&mut self, own: Own) -> Result<String, ConnectError> {
        match self.ask(own).await? {
            Answer::Value(Some(value)) => Ok(value),
            Answer::Value(None) => Err(ConnectError::Unexpected(tag::READY)),
            Answer::Refused { code, message } => Err(ConnectError::Refused { code, message }),
        }
    }

    async fn ask(&mut self, own: Own) -> Result<Answer, ConnectError> {
        let out = &mut self.wire.output;
        out.parse("", own.text(), &[]);
        out.bind_values("", "", false, std::iter::empty());
        out.execute("", 0);
        out.sync();
        let mut answer = Answer::Value(None);
        loop {
            match receive_up_to(&mut self.wire, LARGEST).await {
                Ok(frame) => match frame.tag {
                    tag::READY => return Ok(answer),
                    tag::NOTIFICATION => self.notified = true,
                    tag::DATA_ROW => {
                        let mut values = backend::data_row(&frame.body)?.into_iter().flatten();
                        let text = values.next().map(|value| String::from_utf8_lossy(value));
                        answer = Answer::Value(text.map(Into::into));
                    }
                    _ => {}
                },
                // What follows is `ReadyForQuery`, or the end.
                Err(ConnectError::Refused { code, message }) => {
                    answer = Answer::Refused { code, message };
                }
                Err(error) => return Err(error),
            }
        }
    }
}

enum Answer {
    Value(Option<String>),
    Refused { code: String, message: String },
}
