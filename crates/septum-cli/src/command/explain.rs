mod document;
mod marked;
mod reached;
mod text;

use std::io::Read as _;

use anyhow::{Context as _, Result, bail};
use septum_bind::{Binding, Tenants, credential};
use septum_guard::Guard;

use crate::config::{Settings, Source};
use crate::{catalog, output};

/// What to explain, and to whom it would be sent.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    source: Source,
    /// The tenant that is bound: its name or its key. Without one, nobody is
    #[arg(long, short)]
    tenant: Option<String>,
    /// One JSON object
    #[arg(long)]
    json: bool,
    /// The SQL text; `-` reads it from standard input
    text: String,
}

impl Arguments {
    /// Fails where the text would be refused, so that a script can ask.
    pub(crate) fn run(self) -> Result<()> {
        let text = match self.text.as_str() {
            "-" => read_all()?,
            text => text.to_owned(),
        };
        let settings = self.source.load()?;
        let binding = self.tenant.as_deref().map(|tenant| bind(&settings, tenant)).transpose()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let model = runtime.block_on(catalog::load(&settings))?;
        let guard = Guard::new(settings.policy);
        guard.adopt(model.clone());
        let explanation = guard.explain(&text, binding.as_ref());
        if self.json {
            output::line(document::of(&text, &explanation, &model))?;
        } else {
            text::print(&text, &explanation, &model)?;
        }
        if !explanation.allows() {
            bail!("it would be refused");
        }
        Ok(())
    }
}

fn read_all() -> Result<String> {
    let mut text = String::new();
    std::io::stdin().lock().read_to_string(&mut text).context("can't read standard input")?;
    Ok(text)
}

fn bind(settings: &Settings, tenant: &str) -> Result<Binding> {
    let Some(key) = key(&settings.tenants, tenant) else {
        bail!("`{tenant}` is no tenant's name or key; `[[tenants]]` lists them");
    };
    let claim = credential::claim(&settings.tenants, &key, "explain")?;
    Ok(Binding::agree([claim], settings.environment)?)
}

fn key(tenants: &Tenants, named: &str) -> Option<septum_core::TenantId> {
    let by_name = tenants.iter().find(|tenant| &*tenant.name == named).map(|one| one.id.clone());
    let by_key = || tenants.parse(named).ok().filter(|key| tenants.by_id(key).is_some());
    by_name.or_else(by_key)
}
