use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::{fs, io};

use anyhow::{Context, Result, bail};

/// Who runs the server: PostgreSQL refuses root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServerUser {
    /// Whoever we are.
    Ourselves,
    /// We are root: an unprivileged user with this uid and gid.
    Unprivileged(u32, u32),
}

impl ServerUser {
    /// # Errors
    /// When we are root and the system knows no unprivileged user.
    pub(crate) fn current() -> Result<Self> {
        static IS_ROOT: OnceLock<bool> = OnceLock::new();
        let is_root = *IS_ROOT.get_or_init(|| {
            let id = Command::new("id").arg("-u").stderr(Stdio::null()).output();
            id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
        });
        if !is_root {
            return Ok(Self::Ourselves);
        }
        let passwd = fs::read_to_string("/etc/passwd").context("reading /etc/passwd")?;
        // `nobody` first: `postgres` may own a real cluster on this machine.
        let Some((uid, gid)) = ["nobody", "postgres"].iter().find_map(|name| ids(&passwd, name))
        else {
            bail!("postgres refuses to run as root, and there is no user `nobody` or `postgres`")
        };
        Ok(Self::Unprivileged(uid, gid))
    }

    /// Runs the command as this user; supplementary groups are dropped with root.
    pub(crate) fn run_as(self, command: &mut Command) -> &mut Command {
        match self {
            Self::Ourselves => command,
            Self::Unprivileged(uid, gid) => command.uid(uid).gid(gid),
        }
    }

    /// Gives the file or folder to this user.
    pub(crate) fn own(self, path: &Path) -> io::Result<()> {
        match self {
            Self::Ourselves => Ok(()),
            Self::Unprivileged(uid, gid) => std::os::unix::fs::lchown(path, Some(uid), Some(gid)),
        }
    }
}

fn ids(passwd: &str, name: &str) -> Option<(u32, u32)> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid: u32 = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (uid != 0).then_some((uid, gid))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_with_the_id_of_root_is_never_taken() {
        let passwd = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\n";
        assert_eq!(ids(passwd, "nobody"), Some((65534, 65533)));
        assert_eq!(ids("nobody:x:0:0::/:/bin/sh", "nobody"), None);
        assert_eq!(ids(passwd, "postgres"), None);
    }
}
