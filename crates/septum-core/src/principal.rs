use std::fmt;

/// Who acts, inside a tenant: a user id, a service name, a key's name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Principal(Box<str>);

impl Principal {
    /// The longest principal, in bytes.
    pub const MAX_LEN: usize = 255;

    /// Reads a principal.
    ///
    /// # Errors
    /// [`InvalidPrincipal`] when it is empty, longer than [`Principal::MAX_LEN`] bytes or holds
    /// a control character.
    pub fn new(text: &str) -> Result<Self, InvalidPrincipal> {
        let fits =
            !text.is_empty() && text.len() <= Self::MAX_LEN && !text.chars().any(char::is_control);
        if fits { Ok(Self(text.into())) } else { Err(InvalidPrincipal(text.into())) }
    }

    /// The principal as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text can't name a principal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` can't name a principal: use 1 to 255 bytes without control characters")]
pub struct InvalidPrincipal(String);
