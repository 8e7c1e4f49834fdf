use std::path::Path;

use anyhow::{Context as _, Result};
use septum_proxy::Address;
use serde_json::json;

/// Where Septum listens, with the ports that were free for port 0.
#[derive(Debug)]
pub(super) struct Ready {
    proxy: Vec<String>,
    operator: Option<String>,
}

impl Ready {
    /// The proxy's addresses, of which the operators' is the last.
    pub(super) fn new(proxy: &[Address], has_operator: bool) -> Self {
        let mut proxy: Vec<_> = proxy.iter().map(ToString::to_string).collect();
        let operator = if has_operator { proxy.pop() } else { None };
        Self { proxy, operator }
    }

    /// Says so in the log and, whole or not at all, in the file.
    pub(super) fn announce(&self, file: Option<&Path>) -> Result<()> {
        for address in &self.proxy {
            tracing::info!(address, "listening for database clients");
        }
        if let Some(address) = &self.operator {
            tracing::info!(address, "listening for operators");
        }
        tracing::info!("ready");
        let Some(file) = file else { return Ok(()) };
        let text = json!({ "proxy": self.proxy, "operator": self.operator }).to_string();
        let unfinished = file.with_extension("unfinished");
        std::fs::write(&unfinished, text)
            .and_then(|()| std::fs::rename(&unfinished, file))
            .with_context(|| format!("can't write `{}`", file.display()))
    }
}
