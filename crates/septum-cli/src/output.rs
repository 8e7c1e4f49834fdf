use std::io::Write as _;

/// Writes a line of what was asked for to standard output.
///
/// # Errors
/// When it is closed: `septum reasons | head` ends, it doesn't panic.
pub(crate) fn line(text: impl std::fmt::Display) -> std::io::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}")
}

/// Writes what went wrong, and what caused that, to standard error.
pub(crate) fn error(error: &anyhow::Error) {
    // There is nowhere left to report that this failed.
    let _ = writeln!(std::io::stderr().lock(), "septum: {error:#}");
}

/// Writes a remark on what is being done to standard error.
pub(crate) fn note(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "septum: {text}");
}
