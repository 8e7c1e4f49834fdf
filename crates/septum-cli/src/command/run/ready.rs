use std::path::Path;

use anyhow::{Context as _, Result};
use septum_gateway::Gateway;
use septum_proxy::Proxy;
use serde_json::json;

/// Where Septum listens, with the ports that were free for port 0.
#[derive(Debug)]
pub(super) struct Ready {
    proxy: Vec<String>,
    operator: Option<String>,
    http: Vec<String>,
    admin: Option<String>,
}

impl Ready {
    pub(super) fn new(proxy: &Proxy, has_operator: bool, gateway: Option<&Gateway>) -> Self {
        let mut proxy: Vec<_> = proxy.addresses().iter().map(ToString::to_string).collect();
        // The operators' listener is the proxy's last.
        let operator = if has_operator { proxy.pop() } else { None };
        let http = gateway.map(Gateway::addresses).unwrap_or_default();
        let admin = gateway.and_then(Gateway::admin_address);
        Self {
            proxy,
            operator,
            http: http.iter().map(ToString::to_string).collect(),
            admin: admin.map(|address| address.to_string()),
        }
    }

    /// Says so in the log and, whole or not at all, in the file.
    pub(super) fn announce(&self, file: Option<&Path>) -> Result<()> {
        for address in &self.proxy {
            tracing::info!(address, "listening for database clients");
        }
        if let Some(address) = &self.operator {
            tracing::info!(address, "listening for operators");
        }
        for address in &self.http {
            tracing::info!(address, "listening for HTTP clients");
        }
        if let Some(address) = &self.admin {
            tracing::info!(address, "answering /healthz and /readyz");
        }
        tracing::info!("ready");
        let Some(file) = file else { return Ok(()) };
        let text = json!({
            "proxy": self.proxy,
            "operator": self.operator,
            "http": self.http,
            "admin": self.admin,
        })
        .to_string();
        let unfinished = file.with_extension("unfinished");
        std::fs::write(&unfinished, text)
            .and_then(|()| std::fs::rename(&unfinished, file))
            .with_context(|| format!("can't write `{}`", file.display()))
    }
}
