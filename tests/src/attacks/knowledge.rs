use anyhow::Result;
use septum_test_cluster::random_hex;

use crate::Customer;

/// What an attacker knows, and writes into what it sends.
#[derive(Debug)]
pub(super) struct Knowledge {
    words: Vec<(&'static str, String)>,
}

impl Knowledge {
    /// Everything about a seal and a token but how they are signed. `key` is the public name of
    /// the key; `stolen` is a true seal of Globex's, if one could be had.
    pub(super) fn new(key: &str, stolen: Option<String>) -> Result<Self> {
        let later = 4_000_000_000_u64;
        let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        let (tenant, principal) = (hex(Customer::Globex.id()), hex("mallory"));
        let signature = random_hex(32)?;
        let rest = format!("{later}.production.{tenant}.{principal}.{signature}");
        let trace = format!("00-{}-{}-01", random_hex(16)?, random_hex(8)?);
        let token =
            format!("st1.{}.production.{later}.{tenant}.{principal}.-.{signature}", random_hex(4)?);
        let words = vec![
            ("{acme}", Customer::Acme.id().to_owned()),
            ("{globex}", Customer::Globex.id().to_owned()),
            ("{forged}", format!("('1.{key}.' || pg_backend_pid() || '.{rest}')")),
            ("{stolen}", stolen.unwrap_or_else(|| format!("1.{key}.1.{rest}"))),
            ("{token}", token),
            ("{traceparent}", trace),
        ];
        Ok(Self { words })
    }

    pub(super) fn fill_in(&self, text: &str) -> String {
        self.words.iter().fold(text.to_owned(), |text, (word, value)| text.replace(word, value))
    }
}
