use std::fs::{self, DirBuilder, File};
use std::io::Read;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::user::ServerUser;

/// `bytes` random bytes from the operating system, in hex.
///
/// # Errors
/// When the operating system has no `/dev/urandom`.
pub fn random_hex(bytes: usize) -> Result<String> {
    let mut random = vec![0; bytes];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut random))
        .context("reading /dev/urandom")?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A new folder that only the server's user can enter. It lies in `/tmp`, not in `TMPDIR`:
/// the server's user must reach it, and a unix socket's whole path has room for 107 bytes.
pub(crate) fn private(user: ServerUser) -> Result<PathBuf> {
    let folder = Path::new("/tmp").join(format!("septum-pg-{}", random_hex(6)?));
    DirBuilder::new()
        .mode(0o700)
        .create(&folder)
        .and_then(|()| user.own(&folder))
        .with_context(|| format!("making the folder `{}`", folder.display()))?;
    Ok(folder)
}

/// Copies a folder with all it holds, and gives the copy to `user`.
pub(crate) fn copy(from: &Path, to: &Path, user: ServerUser) -> Result<()> {
    let context = || format!("copying `{}` to `{}`", from.display(), to.display());
    DirBuilder::new().mode(0o700).create(to).with_context(context)?;
    for entry in fs::read_dir(from).with_context(context)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target, user)?;
        } else {
            fs::copy(entry.path(), &target).with_context(context)?;
            user.own(&target)?;
        }
    }
    user.own(to).with_context(context)
}
