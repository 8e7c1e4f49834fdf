use std::io;
use std::process::{Command, Stdio};

/// Sends a signal by its name, as in `TERM`, to the process with this id. The shell's own `kill`
/// is in every shell; the program of that name is not on every machine.
///
/// # Errors
/// When there is no `sh`, or no such process or signal.
pub fn signal(id: u32, name: &str) -> io::Result<()> {
    let status = Command::new("sh")
        .args(["-c", "kill -\"$1\" \"$2\"", "sh", name, &id.to_string()])
        .stderr(Stdio::null())
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(format!("signal `{name}` did not reach process {id}")))
    }
}
