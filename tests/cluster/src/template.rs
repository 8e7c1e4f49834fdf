use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::Binaries;
use crate::folder::{self, random_hex};
use crate::user::ServerUser;

/// What `initdb` makes, kept in the target folder and copied for each cluster: a copy takes a
/// tenth of the time.
pub(crate) struct Template {
    folder: PathBuf,
}

impl Template {
    /// The template for this release, made when it is not there yet.
    pub(crate) fn of(binaries: &Binaries, user: ServerUser) -> Result<Self> {
        let cache = target_folder().join("septum-pg");
        let folder = cache.join(format!("template-{}", binaries.version()));
        if folder.is_dir() {
            return Ok(Self { folder });
        }
        let made = make(binaries, user)?;
        fs::create_dir_all(&cache)?;
        // Complete under another name first: processes that start at once never see half of it.
        let complete = cache.join(format!("making-{}", random_hex(6)?));
        let copied = folder::copy(&made, &complete, ServerUser::Ourselves);
        drop(fs::remove_dir_all(&made));
        copied?;
        if fs::rename(&complete, &folder).is_err() {
            // Another process was faster; its template is as good.
            fs::remove_dir_all(&complete)?;
        }
        Ok(Self { folder })
    }

    /// Copies the data folder to `target`.
    pub(crate) fn copy_data(&self, target: &Path, user: ServerUser) -> Result<()> {
        folder::copy(&self.folder.join("data"), target, user)
    }

    /// The superuser's password: random, one a template, so that no other user of the machine
    /// can enter a cluster by its loopback port.
    pub(crate) fn password(&self) -> Result<String> {
        let file = self.folder.join("password");
        fs::read_to_string(&file).with_context(|| format!("reading `{}`", file.display()))
    }
}

fn make(binaries: &Binaries, user: ServerUser) -> Result<PathBuf> {
    let folder = folder::private(user)?;
    let password = folder.join("password");
    fs::write(&password, random_hex(16)?)?;
    fs::set_permissions(&password, fs::Permissions::from_mode(0o600))?;
    user.own(&password)?;
    let mut initdb = Command::new(binaries.program("initdb"));
    initdb
        .args(["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8"])
        .args(["--locale=C", "--no-sync"])
        .arg("--pgdata")
        .arg(folder.join("data"))
        .arg("--pwfile")
        .arg(&password)
        .current_dir(&folder);
    let output = user.run_as(&mut initdb).output().context("running initdb")?;
    if !output.status.success() {
        drop(fs::remove_dir_all(&folder));
        bail!("initdb failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(folder)
}

/// The target folder of the build that we are part of.
fn target_folder() -> PathBuf {
    let configured = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    configured.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"))
}
