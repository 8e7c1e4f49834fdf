use anyhow::Result;

use crate::config::Source;
use crate::migrate::{self, Keys, OldKeys, Target};
use crate::output;

/// How to migrate.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    source: Source,
    /// Connect with this string instead of `[database]` and `[migrate]`:
    /// `host=... user=... dbname=...` or a postgresql:// URL
    #[arg(long, env = "SEPTUM_MIGRATE_DSN", hide_env_values = true)]
    dsn: Option<String>,
    /// Take back every migration above this number instead; 0 removes the schema
    #[arg(long, value_name = "NUMBER")]
    down: Option<u16>,
    /// Forget keys that are no longer configured at once: for a key that has leaked
    #[arg(long, conflicts_with = "down")]
    forget_old_keys: bool,
}

impl Arguments {
    pub(crate) fn run(self) -> Result<()> {
        let settings = self.source.load()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let report = runtime.block_on(async {
            let login = settings.migrate.as_ref();
            let mut client =
                migrate::connect(self.dsn.as_deref(), &settings.database, login).await?;
            if let Some(to) = self.down {
                return migrate::down(&mut client, to).await;
            }
            let target = Target {
                tenant_type: settings.tenants.tenant_type(),
                keys: Keys {
                    current: settings.root_key,
                    previous: settings.previous_root_key,
                    old: if self.forget_old_keys { OldKeys::Forget } else { OldKeys::Retire },
                },
                application: &settings.database.login.user,
            };
            migrate::up(&mut client, &target).await
        })?;
        for warning in &report.warnings {
            output::note(warning);
        }
        for line in &report.done {
            output::line(line)?;
        }
        if report.done.is_empty() {
            output::line("nothing to do")?;
        }
        Ok(())
    }
}
