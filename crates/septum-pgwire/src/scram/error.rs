use super::MAX_ITERATIONS;

/// Why a SCRAM exchange failed. None of these repeats what the peer sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScramError {
    /// The message is not of the form that RFC 5802 gives it.
    #[error("malformed SCRAM message: {0}")]
    Malformed(&'static str),
    /// The message is longer than any honest one.
    #[error("the SCRAM message is too long; at most 1024 bytes are read")]
    TooLong,
    /// The nonce that the caller gave is not one: a fault of this program, not of the peer.
    #[error("a SCRAM nonce must be 1 to 256 printable ASCII characters without a comma")]
    InvalidNonce,
    /// The message asks for an extension, and none exists.
    #[error("the peer requires a SCRAM extension, and none is supported; use a PostgreSQL driver")]
    UnsupportedExtension,
    /// The client wants to act as somebody else.
    #[error("the client sent an authorization identity; connect as the user itself")]
    AuthorizationIdentity,
    /// A kind of channel binding other than `tls-server-end-point`.
    #[error("unsupported channel binding; use `tls-server-end-point`")]
    UnsupportedChannelBinding,
    /// The message's channel binding does not fit the mechanism that was chosen.
    #[error("the SCRAM message's channel binding does not fit the chosen mechanism")]
    ChannelBindingMismatch,
    /// The client believes that the server can't bind to the channel, and it can: somebody
    /// between them removed the offer.
    #[error("channel binding was offered but did not reach the client; look for a middleman")]
    Downgrade,
    /// The client and the server see different certificates: somebody is between them.
    #[error("channel binding failed: the client saw another certificate; look for a middleman")]
    ChannelBindingFailed,
    /// The peer answered another exchange than this one.
    #[error("the SCRAM nonce is not this exchange's")]
    NonceMismatch,
    /// The server asks for zero or for an absurd number of iterations.
    #[error("the server asks for a count of iterations outside 1 to {MAX_ITERATIONS}")]
    Iterations,
    /// The password is wrong, or the user does not exist: the two are never told apart.
    #[error("password authentication failed; check user and password")]
    InvalidProof,
    /// The server said that it refuses the client.
    #[error("the server refused the password; check user and password")]
    Refused,
    /// The server does not know the password's verifier: it is not the server it claims to be.
    #[error("the server could not prove that it knows the password's verifier")]
    InvalidServerSignature,
}

impl ScramError {
    /// The SQLSTATE that PostgreSQL answers with: 28P01 for a wrong password, 28000 for a
    /// channel binding that fails, 0A000 for what is not supported, else 08P01.
    pub fn sqlstate(self) -> &'static str {
        match self {
            Self::InvalidProof | Self::Refused => "28P01",
            Self::Downgrade | Self::ChannelBindingFailed | Self::InvalidServerSignature => "28000",
            Self::AuthorizationIdentity | Self::UnsupportedExtension => "0A000",
            Self::InvalidNonce => "XX000",
            Self::Malformed(_)
            | Self::TooLong
            | Self::UnsupportedChannelBinding
            | Self::ChannelBindingMismatch
            | Self::NonceMismatch
            | Self::Iterations => "08P01",
        }
    }
}
